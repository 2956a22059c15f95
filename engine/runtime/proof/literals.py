"""Arguments from the exact texts that the recorder wrote, without running anything."""

import ast
import re
from typing import Any

import torch

LONGEST = 100_000

_NAMES: dict[str, Any] = {
    "inf": float("inf"),
    "nan": float("nan"),
    "bool": bool,
    "int": int,
    "float": float,
    "complex": complex,
}
_WORDS = {"True": True, "False": False, "None": None}
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?(e[-+]?\d{1,3})?", re.ASCII)
"""Most arguments are plain numbers: those are read at once."""
_TORCH_KINDS = (torch.dtype, torch.layout, torch.memory_format)


class NotRebuildableError(Exception):
    """Something of a call cannot be made again; the text is a reason without a capital or a full stop."""


def literal(text: str) -> Any:  # noqa: ANN401 - whatever was passed
    """Return the object that an exact text stands for.

    Raises:
        NotRebuildableError: If it stands for none, e.g. because it names the class of an object.
    """
    try:
        if text in _WORDS:
            return _WORDS[text]
        if _NUMBER.fullmatch(text):
            return int(text) if text.lstrip("-").isdigit() else float(text)
        if len(text) > LONGEST:
            raise NotRebuildableError("too long to be kept")
        return _value(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError, OverflowError, RuntimeError) as error:
        raise NotRebuildableError("no plain value") from error


def _value(node: ast.expr) -> Any:  # noqa: ANN401, C901, PLR0911 - whatever was passed; a table of cases
    match node:
        case ast.Constant(value=value) if not isinstance(value, bytes):
            return value
        case ast.Tuple(elts=parts):
            return tuple([_value(part) for part in parts])
        case ast.List(elts=parts):
            return [_value(part) for part in parts]
        case ast.Dict(keys=keys, values=values) if None not in keys:
            return {_value(key): _value(value) for key, value in zip(keys, values, strict=True) if key is not None}
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            number = _number(operand)
            return -number if isinstance(sign, ast.USub) else number
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=right):
            return _number(left) + _number(right) if isinstance(sign, ast.Add) else _number(left) - _number(right)
        case ast.Attribute(value=ast.Name(id="torch"), attr=name):
            return _of_torch(name)
        case ast.Call(func=ast.Name(id="slice"), args=parts, keywords=[]) if len(parts) == 3:
            return slice(*(_value(part) for part in parts))
        case ast.Call(func=ast.Name(id="device"), args=[], keywords=keywords):
            return torch.device(**{str(word.arg): _value(word.value) for word in keywords})
        case _:
            raise NotRebuildableError("no plain value")


def _number(node: ast.expr) -> Any:  # noqa: ANN401 - any number
    number = _value(node)
    if type(number) not in (int, float, complex):
        raise NotRebuildableError("no plain value")
    return number


def _of_torch(name: str) -> Any:  # noqa: ANN401 - a dtype, layout or memory format
    found = getattr(torch, name, None)
    if not isinstance(found, _TORCH_KINDS):
        raise NotRebuildableError("no plain value")
    return found
