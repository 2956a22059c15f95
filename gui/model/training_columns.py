"""A network as columns of units, left to right, for the picture that shows what each unit answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import numpy.typing as npt

from engine.network.catalogue import Category, layers
from engine.network.errors import NetworkError
from engine.network.network import Network, Node, NodeKind
from engine.network.order import is_loose, ordered

_UNITS = ("out_features", "out_channels", "hidden_size", "num_features", "embedding_dim")
"""Arguments that say how many units a layer has."""
_QUIET = frozenset({Category.ACTIVATION, Category.REGULARIZATION, Category.NORMALIZATION})
"""Layers that work on the units before them: they join their column."""
INPUT = "Input"
_PICTURE = 3
"""Dimensions of one: channels, rows, columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Units that stand above one another.

    Attributes:
        title: As over the column, ``Linear · Tanh``.
        layers: Names of its layers in the order of their call; empty for the input.
        units: How many; 0 where it is not known.
        weight: Name of the parameter with which the units before come in; empty when there is none.
        is_beside: Whether it does not take what the column at its left gives.
        sizes: Of one sample of the input, where it is a picture: its units are its channels.
    """

    title: str
    layers: tuple[str, ...] = ()
    units: int = 0
    weight: str = ""
    is_beside: bool = False
    sizes: tuple[int, ...] = ()


def columns_of(network: Network) -> tuple[Column, ...]:
    """Return the columns of a network; none when it cannot be put in order."""
    try:
        nodes = ordered(network)
    except NetworkError:
        return ()
    sources = {link.target: link.source for link in reversed(network.links)}
    found: list[Column] = []
    last_name = ""
    for node in (node for node in nodes if not is_loose(network, node)):
        if node.kind is NodeKind.INPUT:
            found.append(_input(node.shape))
        elif node.kind is NodeKind.LAYER:
            is_beside = sources.get(node.name) != last_name
            if _joins(node) and found and found[-1].layers and not is_beside:
                end = found[-1]
                found[-1] = replace(end, title=f"{end.title} · {node.type}", layers=(*end.layers, str(node.name)))
            else:
                found.append(_begun(node, found, is_beside=is_beside))
        if node.kind is not NodeKind.OUTPUT:
            last_name = node.name
    return tuple(found)


def columns_told(
    answers: Mapping[str, npt.NDArray[np.float32]],
    weights: Mapping[str, npt.NDArray[np.float32]],
    sample: tuple[int, ...] = (2,),
) -> tuple[Column, ...]:
    """Return the columns of a program that was typed, from what it told.

    Args:
        answers: What the units of each layer answer, by layer; none are told where the data is no plane.
        weights: The matrices of weights that were told, by parameter: [units, units before].
        sample: The shape of one sample of what goes in.
    """
    if not answers:
        return _from_weights(weights)
    found: list[Column] = [_input(sample)]
    for layer, units in answers.items():
        weight = f"{layer}.weight" if f"{layer}.weight" in weights else ""
        end = found[-1]
        if not weight and end.layers and end.units == len(units):
            found[-1] = replace(end, title=f"{end.title} · {layer}", layers=(*end.layers, layer))
        else:
            found.append(Column(title=layer, layers=(layer,), units=len(units), weight=weight))
    return tuple(found)


def _input(shape: tuple[int, ...]) -> Column:
    if len(shape) == _PICTURE:
        return Column(title=INPUT, units=shape[0], sizes=shape)
    return Column(title=INPUT, units=prod(shape) if shape else 0)


def _from_weights(weights: Mapping[str, npt.NDArray[np.float32]]) -> tuple[Column, ...]:
    """Return a column for each matrix; one that does not fit to that before it stands beside it."""
    found: list[Column] = []
    for name, matrix in weights.items():
        layer = name.removesuffix(".weight")
        if not found:
            found.append(Column(title=INPUT, units=matrix.shape[1]))
        is_beside = found[-1].units != matrix.shape[1]
        found.append(Column(title=layer, layers=(layer,), units=matrix.shape[0], weight=name, is_beside=is_beside))
    return tuple(found)


def _joins(node: Node) -> bool:
    layer = layers().get(node.type)
    return layer is not None and layer.category in _QUIET


def _begun(node: Node, before: list[Column], *, is_beside: bool) -> Column:
    given = {setting.name: setting.text for setting in node.settings}
    told = next((given[name] for name in _UNITS if name in given), "")
    units = int(told) if told.isdigit() else (before[-1].units if before and _joins(node) else 0)
    weight = f"{node.name}.weight" if "out_features" in given else ""
    return Column(title=node.type, layers=(str(node.name),), units=units, weight=weight, is_beside=is_beside)
