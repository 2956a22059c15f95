"""Arguments that are no tensors, as short texts."""

from types import EllipsisType
from typing import Any

import torch

from engine.trace.numbers import number_text

LONGEST = 60

_PLAIN = (torch.dtype, torch.layout, torch.memory_format, torch.device, str, type(None))


def short_text(value: Any) -> str:  # noqa: ANN401 - any argument
    """Return ``value`` as a person would write it; the ``repr`` of foreign classes is never run."""
    text = _text(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _text(value: Any) -> str:  # noqa: ANN401, PLR0911 - a table of cases reads best flat
    match value:
        case bool() | int():
            return repr(value)
        case float() | complex():
            return number_text(value)
        case slice():
            parts = ("" if part is None else _text(part) for part in (value.start, value.stop))
            return ":".join(parts) + ("" if value.step is None else f":{_text(value.step)}")
        case EllipsisType():
            return "..."
        case list():
            return "[" + ", ".join(_text(part) for part in value[:LONGEST]) + "]"
        case tuple():
            return "(" + ", ".join(_text(part) for part in value[:LONGEST]) + ")"
        case type():
            return value.__name__
        case _:
            return repr(value) if isinstance(value, _PLAIN) else type(value).__name__
