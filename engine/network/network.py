"""A network as a person draws it: nodes, links and blocks; pure data, every edit makes a new one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

NodeName = NewType("NodeName", str)
"""A Python identifier, unique in its network: of a layer the attribute of the module, else a local variable."""


class NodeKind(StrEnum):
    """What a node is in the source."""

    INPUT = "input"
    """An argument of ``forward``; ``shape`` is that of one sample."""
    LAYER = "layer"
    """An ``nn.Module`` of ``torch.nn``, made in ``__init__``; ``type`` is its class name."""
    FUNCTION = "function"
    """A known function called in ``forward``: ``type`` is ``add``, ``mul``, ``cat``, ``reshape``, ``flatten`` ..."""
    CONSTANT = "constant"
    """A number or tensor written as ``text``."""
    PARAMETER = "parameter"
    """A tensor of the module's own, made in ``__init__`` from ``text``; ``type`` is an ``OwnKind``."""
    EXPRESSION = "expression"
    """Free Python in ``text``, in which the inputs are called ``a``, ``b``, ``c`` ..."""
    OUTPUT = "output"
    """What ``forward`` returns."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One argument of a layer or function: its name, and its value as a Python literal."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One box of the builder. ``settings`` hold what was given; what is left out has torch's default.

    ``type`` of an input is the name of its numbers' type, empty for float32. ``same_as`` is the layer whose parameters
    this layer uses again, empty when it has its own. ``x_px`` and ``y_px`` are where it stands on the
    canvas; ``block`` names the reusable group that it is in, if any.
    """

    name: NodeName
    kind: NodeKind
    type: str = ""
    settings: tuple[Setting, ...] = ()
    text: str = ""
    shape: tuple[int, ...] = ()
    x_px: float = 0.0
    y_px: float = 0.0
    block: str = ""
    same_as: NodeName = NodeName("")


@dataclass(frozen=True, slots=True)
class Link:
    """From an output of one node to an input of another; both ports count from 0."""

    source: NodeName
    source_port: int
    target: NodeName
    target_port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A whole network; ``name`` is that of its class, ``folded`` are the blocks that the canvas shows as one box."""

    name: str = "Network"
    nodes: tuple[Node, ...] = ()
    links: tuple[Link, ...] = ()
    folded: tuple[str, ...] = ()
