"""Arguments that are no tensors, as short texts for a person and as exact ones from which a call can be made again."""

from collections.abc import Callable, Iterable
from types import EllipsisType
from typing import Any

import numpy as np
import torch

from engine.trace.numbers import number_text

LONGEST = 60
LONGEST_EXACT = 20_000
"""An argument whose exact text is longer cannot be rebuilt."""

_PLAIN = (torch.dtype, torch.layout, torch.memory_format, torch.device, str, type(None))
_SAID: dict[type, Callable[[Any], str]] = dict.fromkeys(
    (int, bool, float, complex, str, type(None), torch.dtype, torch.device), repr
) | {EllipsisType: lambda _: "..."}
"""Most parts of arguments are of these very types, of which no other ``repr`` is known."""
_NAMED_TYPES = (bool, int, float, complex)


def short_text(value: Any) -> str:  # noqa: ANN401 - any argument
    """Return ``value`` as a person would write it; the ``repr`` of foreign classes is never run."""
    text = _text(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def texts_of(value: Any) -> tuple[str, str]:  # noqa: ANN401 - any argument
    """Return the short text of ``value``, and the exact one where that differs.

    The exact text is a Python literal, in which ``slice(...)``, ``device(...)``, ``inf``, ``nan`` and what
    ``torch.`` names (``torch.float32``) stand for themselves. It is empty for what no literal says.
    """
    kind = type(value)
    if kind is int or kind is bool or value is None:
        return repr(value), ""
    text = short_text(value)
    try:
        exact = _exact(value)
    except _NotLiteralError:
        return text, ""
    return text, exact if exact != text and len(exact) <= LONGEST_EXACT else ""


class _NotLiteralError(Exception):
    """No literal says what a value is."""


def _exact(value: Any) -> str:  # noqa: ANN401, C901, PLR0911, PLR0912 - any argument; a table of cases
    said = _SAID.get(type(value))
    if said is not None:
        return said(value)
    match value:
        case bool() | np.bool_():
            return repr(bool(value))
        case int():
            return int.__repr__(value)
        case float():
            return float.__repr__(value)
        case complex():
            return complex.__repr__(value)
        case str():
            return str.__repr__(value)
        case np.generic():
            return _exact(value.item())
        case slice():
            return "slice(" + _joined((value.start, value.stop, value.step)) + ")"
        case EllipsisType():
            return "..."
        case list():
            return "[" + _joined(value) + "]"
        case tuple():
            return "(" + _joined(value) + ("," if len(value) == 1 else "") + ")"
        case dict():
            parts = (f"{_exact(key)}: {_exact(part)}" for key, part in _bounded(value.items()))
            return "{" + ", ".join(parts) + "}"
        case torch.layout() | torch.memory_format() | torch.dtype() | torch.device() | None:
            return repr(value)
        case type() if value in _NAMED_TYPES:
            return value.__name__
        case _:
            raise _NotLiteralError


def _joined(values: Iterable[Any]) -> str:
    return ", ".join(_exact(part) for part in _bounded(values))


def _bounded(values: Iterable[Any]) -> Iterable[Any]:
    """Yield ``values``, of which there may be only as many as an exact text has room for."""
    for count, value in enumerate(values):
        if count * 3 > LONGEST_EXACT:
            raise _NotLiteralError
        yield value


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
