"""Objects that hold settings, such as a dataclass called ``Config``: what their attributes are; nothing is run."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from engine.network.imports import dotted

MARK = "record__"
"""The call that stands for an object with known attributes: ``record__(width=64, depth=2)``."""
_NAMESPACES = frozenset({"SimpleNamespace", "types.SimpleNamespace", "Namespace", "argparse.Namespace"})
_TUPLES = frozenset({"NamedTuple", "typing.NamedTuple"})


@dataclass(frozen=True, slots=True)
class RecordType:
    """A class of settings.

    Attributes:
        fields: What its arguments are when they are not given, in order; None where there is no default.
        is_called: Whether its calls take arguments: else it has what stands in its body.
    """

    fields: Mapping[str, ast.expr | None]
    is_called: bool


def record_types(tree: ast.Module) -> dict[str, RecordType]:
    """Return the classes of a program that hold settings and nothing else."""
    found: dict[str, RecordType] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            made = _type_of(node, found)
            if made is not None:
                found[node.name] = made
    return found


def record_of(call: ast.Call, types: Mapping[str, RecordType]) -> ast.Call | None:
    """Return the object that a call makes, None when it makes something else or an argument is missing."""
    name = dotted(call.func)
    given: dict[str, ast.expr | None] = {key.arg: key.value for key in call.keywords if key.arg is not None}
    if len(given) < len(call.keywords):
        return None
    if name in _NAMESPACES and not call.args:
        return record(given)
    kind = types.get(name)
    if kind is None or len(call.args) > len(kind.fields) or not given.keys() <= kind.fields.keys():
        return None
    if not kind.is_called and (call.args or given):
        return None
    return record({**kind.fields, **dict(zip(kind.fields, call.args, strict=False)), **given})


def class_record(name: str, types: Mapping[str, RecordType]) -> ast.Call | None:
    """Return what the attributes of a class itself are: ``Config.width``."""
    kind = types.get(name)
    return None if kind is None else record({key: value for key, value in kind.fields.items() if value is not None})


def record(fields: Mapping[str, ast.expr | None]) -> ast.Call | None:
    """Return an object with these attributes, None when one of them is not known."""
    if any(value is None for value in fields.values()):
        return None
    keywords = [ast.keyword(name, value) for name, value in fields.items() if value is not None]
    return ast.Call(ast.Name(MARK, ast.Load()), [], keywords)


def is_record(tree: ast.expr | None) -> bool:
    """Return whether an expression stands for an object with known attributes."""
    return isinstance(tree, ast.Call) and dotted(tree.func) == MARK


def attribute_of(tree: ast.expr, name: str) -> ast.expr | None:
    """Return an attribute of an object, None when it has none of that name."""
    assert isinstance(tree, ast.Call)
    return next((one.value for one in tree.keywords if one.arg == name), None)


def _type_of(definition: ast.ClassDef, known: Mapping[str, RecordType]) -> RecordType | None:
    """Return what a class holds, None when it does more than that."""
    bases = [dotted(base) for base in definition.bases]
    if any(base not in known and base not in _TUPLES and base != "object" for base in bases):
        return None
    fields: dict[str, ast.expr | None] = {}
    for base in bases:
        fields.update(known[base].fields if base in known else {})
    for statement in definition.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                fields[name] = None if value is None else _default(value)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                fields[name] = value
            case ast.FunctionDef(name="__init__"):
                return None
            case _:
                pass  # what else it can do is asked for by name, and then not found
    decorators = [dotted(one.func if isinstance(one, ast.Call) else one) for one in definition.decorator_list]
    is_data = any(one.rpartition(".")[2] == "dataclass" for one in decorators)
    is_called = is_data or bool(_TUPLES & set(bases)) or any(base in known and known[base].is_called for base in bases)
    return RecordType(fields, is_called) if fields else None


def _default(value: ast.expr) -> ast.expr | None:
    """Return the default of a field of a dataclass."""
    if not isinstance(value, ast.Call) or dotted(value.func).rpartition(".")[2] != "field":
        return value
    given = {one.arg: one.value for one in value.keywords}
    match given.get("default_factory"):
        case ast.Lambda(body=body):
            return body
        case ast.Name(id="list"):
            return ast.List([], ast.Load())
        case _:
            return given.get("default")
