"""Calls of layers: which argument goes to which input, and what comes back."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from engine.network.catalogue import CALL_PREFIX, LayerType
from engine.network.errors import CannotDrawError
from engine.network.network import NodeName, Setting
from engine.network.values import Fixed, Group, Port, Value

_WITH_STATE = {"RNN", "GRU", "LSTM", "RNNCell", "GRUCell", "LSTMCell"}


@dataclass(frozen=True, slots=True)
class Bound:
    """The inputs of a layer by their index, and what else is handed to its ``forward``."""

    ports: dict[int, Port]
    settings: tuple[Setting, ...]


def bind_layer(layer: LayerType, values: list[Value], named: Mapping[str, Value], line: int) -> Bound:
    """Give each argument of a call its place.

    Raises:
        CannotDrawError: If an argument has none.
    """
    pairs: list[tuple[str, Value]] = []
    for index, value in enumerate(values):
        if index >= len(_arguments(layer)):
            raise CannotDrawError(line, f"nn.{layer.name} takes {len(_arguments(layer))} tensors at the most")
        pairs.append((_arguments(layer)[index], value))
    ports: dict[int, Port] = {}
    settings = []
    calls = {parameter.name for parameter in layer.call}
    for name, value in [*pairs, *named.items()]:
        if isinstance(value, Fixed) and isinstance(value.tree, ast.Constant) and value.tree.value is None:
            continue
        if name in calls and isinstance(value, Fixed):
            settings.append(Setting(CALL_PREFIX + name, ast.unparse(value.tree)))
            continue
        if name not in _arguments(layer):
            raise CannotDrawError(line, f"nn.{layer.name} cannot be drawn with its argument {name}")
        ports.update(_placed(layer, _arguments(layer).index(name), value, line))
    if any(port not in ports for port in range(layer.needed_inputs)):
        raise CannotDrawError(line, f"nn.{layer.name} needs its {layer.inputs[min(len(ports), layer.needed_inputs)]}")
    return Bound(ports, tuple(settings))


def result_ports(layer: LayerType, node: NodeName) -> Value:
    """Return what a call of a layer gives, in the tuples that torch gives."""
    ports = tuple(Port(node, index) for index in range(len(layer.outputs)))
    if layer.name == "LSTM":
        return Group((ports[0], Group(ports[1:])))
    return ports[0] if len(ports) == 1 else Group(ports)


def _arguments(layer: LayerType) -> tuple[str, ...]:
    return (layer.inputs[0], "hx") if layer.name in _WITH_STATE else layer.inputs


def _placed(layer: LayerType, index: int, value: Value, line: int) -> dict[int, Port]:
    match value:
        case Port():
            if index and layer.name in {"LSTM", "LSTMCell"}:
                raise CannotDrawError(line, f"the state of nn.{layer.name} must be a tuple (h, c)")
            return {index: value}
        case Group(values=(Port() as hidden, Port() as cell)) if index and layer.name in {"LSTM", "LSTMCell"}:
            return {1: hidden, 2: cell}
        case _:
            raise CannotDrawError(line, f"what goes into nn.{layer.name} is no single tensor")
