"""Everything of a node that can be edited, and what a person typed for it."""

import re
from dataclasses import dataclass

from engine.network.catalogue import Parameter, ParameterKind, parameters_of
from engine.network.edits import node_of, set_shape, set_text
from engine.network.errors import NetworkError
from engine.network.network import Node, NodeKind, NodeName
from gui.model.network import NetworkModel
from gui.model.network_boxes import Row, RowKind, sample_text

NUMBER_TYPES = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool")


@dataclass(frozen=True, slots=True)
class Field:
    """A row with how it is edited: ``choices`` when it is one of a few, ``default`` is what it is without a value."""

    row: Row
    choices: tuple[str, ...] = ()
    default: str = ""


def fields_of(node: Node) -> tuple[Field, ...]:
    """Return all that can be set of a node, also what has its default."""
    match node.kind:
        case NodeKind.INPUT:
            return (
                Field(Row(RowKind.SHAPE, "one sample", sample_text(node.shape)), default="as 1, 8, 8"),
                Field(Row(RowKind.TYPE, "numbers", node.type), NUMBER_TYPES, "float32"),
            )
        case NodeKind.CONSTANT | NodeKind.EXPRESSION | NodeKind.PARAMETER:
            return (Field(Row(RowKind.TEXT, "=", node.text)),)
        case NodeKind.OUTPUT:
            return ()
        case NodeKind.LAYER | NodeKind.FUNCTION:
            given = {setting.name: setting.text for setting in node.settings}
            return tuple(_field(parameter, given.get(parameter.name, "")) for parameter in parameters_of(node))


def field_of(node: Node, row: Row) -> Field:
    """Return how a line of a box is edited."""
    return next((field for field in fields_of(node) if field.row.name == row.name), Field(row))


def set_row(model: NetworkModel, name: NodeName, row: Row, text: str) -> bool:
    """Set a line of a box; return whether it could be, the model says why not."""
    match row.kind:
        case RowKind.SETTING:
            return model.set_setting(name, row.name, text)
        case RowKind.TEXT:
            return model.edit(lambda network: set_text(network, name, text))
        case RowKind.SHAPE:
            old = node_of(model.network, name)
            return model.edit(lambda network: set_shape(network, name, read_shape(text), old.type))
        case RowKind.TYPE:
            old = node_of(model.network, name)
            kind = "" if text == NUMBER_TYPES[0] else text
            return model.edit(lambda network: set_shape(network, name, old.shape, kind))
        case RowKind.COUNT:
            return False


def read_shape(text: str) -> tuple[int, ...]:
    """Return the sizes that a person typed: ``1, 28, 28`` or ``1 × 28 × 28`` or ``(1, 28, 28)``.

    Raises:
        NetworkError: If it is something else.
    """
    words = [word for word in re.split(r"[\s,×x()\[\]]+", text.strip()) if word]
    if not all(word.isascii() and word.isdigit() and len(word) <= 9 for word in words):
        raise NetworkError(f"“{text.strip()[:60]}” is no shape: sizes are whole numbers, such as 1, 28, 28.")
    if len(words) > 8:
        raise NetworkError("A sample has 8 dimensions at the most.")
    return tuple(int(word) for word in words)


def _field(parameter: Parameter, value: str) -> Field:
    choices: tuple[str, ...] = ()
    if parameter.kind is ParameterKind.CHOICE:
        choices = tuple(repr(choice) for choice in parameter.choices)
    elif parameter.kind is ParameterKind.BOOL and parameter.default != "None":
        choices = ("True", "False")
    return Field(Row(RowKind.SETTING, parameter.name, value), choices, parameter.default or "")
