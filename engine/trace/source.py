"""What the program's text says at a span."""

import re
from collections.abc import Sequence

from engine.trace.facts import Span

_CALL = re.compile(r"(?:\w+\.)*(\w+)\(")
_NAMELESS = {"tensor", "as_tensor", "from_numpy", "Tensor"}
"""Factories that only say that there is a tensor."""


def source_text(program: Sequence[str], span: Span | None) -> str:
    """Return what the program's lines say at a span, as one line, or an empty string when it is not known."""
    if span is None or span.file != 0:
        return ""
    lines = list(program[span.line - 1 : span.end_line])
    if not lines:
        return ""
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return " ".join(line.strip() for line in lines)


def factory_name(program: Sequence[str], span: Span | None) -> str:
    """Return the function that a tensor's creation calls, ``randn_like`` for ``torch.randn_like(x)``, if it tells."""
    call = _CALL.match(source_text(program, span))
    return "" if call is None or call[1] in _NAMELESS else call[1]
