"""Changes of a network that a person asks for in one go: a layer after another, on a wire, a fix that was offered."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from engine.network.catalogue import input_ports, output_ports
from engine.network.edits import (
    Edge,
    add,
    align,
    connect,
    disconnect,
    move,
    node_of,
    pasted,
    remove,
    set_setting,
    suggested_name,
)
from engine.network.fresh import fresh_node, wanted_name
from engine.network.network import Link, Network, Node, NodeKind, NodeName, Setting
from engine.protocol.network import Fix, InsertFix, SetFix
from gui.model.network_boxes import SPARE_PX, box_height, box_of, box_width, input_count, input_name, is_needed
from gui.model.network_layout import below, tidied, with_room_for

_LINE_GAP_PX = 36.0
"""Between nodes that are moved off each other: there is room for a wire and its shape."""


@dataclass(frozen=True, slots=True)
class NewNode:
    """What is put onto the canvas."""

    kind: NodeKind
    type: str = ""
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True, slots=True)
class Free:
    """At a point of the canvas, which becomes the middle of the box."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class After:
    """After nodes, into the inputs of the new one in their order; on the way to what comes next, if there is one."""

    names: tuple[NodeName, ...]
    is_branch: bool = False


@dataclass(frozen=True, slots=True)
class OnLink:
    """In between two connected nodes."""

    link: Link


@dataclass(frozen=True, slots=True)
class FromPort:
    """At a point, connected with an output."""

    source: NodeName
    port: int
    at: Free


Where = Free | After | OnLink | FromPort


def first_network() -> Network:
    """Return what one starts with: an input that goes to the output as it is."""
    network = add(Network(), Node(name=NodeName("x"), kind=NodeKind.INPUT, shape=(2,)))
    network = add(network, Node(name=NodeName("output"), kind=NodeKind.OUTPUT))
    return tidied(connect(network, Link(NodeName("x"), 0, NodeName("output"), 0)))


def added(network: Network, new: NewNode, where: Where) -> tuple[Network, NodeName]:
    """Add a node with its links; return the network and the node's name.

    Raises:
        NetworkError: If it cannot be added or connected there.
    """
    name = suggested_name(network, wanted_name(network, new.kind, new.type))
    node = fresh_node(new.kind, new.type, name)
    given = {setting.name for setting in new.settings}
    kept = tuple(setting for setting in node.settings if setting.name not in given)
    node = replace(node, settings=(*kept, *new.settings))
    match where:
        case Free(x, y):
            return _clear(add(network, _middle(network, node, x, y)), name), name
        case FromPort(source, port, at):
            changed = add(network, _middle(network, node, at.x, at.y))
            if _takes_input(node):
                changed = connect(changed, Link(source, port, name, 0))
            return _clear(changed, name), name
        case OnLink(link):
            return _on_link(network, node, link), name
        case After(names, is_branch):
            return _after(network, node, names, is_branch=is_branch), name


def end_of(network: Network) -> OnLink | None:
    """Return the place right before the output; None while nothing leads to it."""
    outputs = {node.name for node in network.nodes if node.kind is NodeKind.OUTPUT}
    return next((OnLink(link) for link in network.links if link.target in outputs), None)


def with_fix(network: Network, name: NodeName, fix: Fix) -> Network:
    """Do what would help a node that does not fit.

    Raises:
        NetworkError: If it cannot be done.
    """
    match fix:
        case SetFix(setting=setting, text=text):
            return set_setting(network, name, setting, text)
        case InsertFix(layer=layer, settings=settings, port=port):
            link = next(one for one in network.links if (one.target, one.target_port) == (name, port))
            return added(network, NewNode(NodeKind.LAYER, layer, settings), OnLink(link))[0]


def with_piece(network: Network, piece: Network, at: Free) -> tuple[Network, tuple[NodeName, ...]]:
    """Add a copied piece around a point; return the network and the new names."""
    joined, names = pasted(network, piece)
    return with_middle_at(joined, names, at), names


def with_middle_at(network: Network, names: Collection[NodeName], at: Free) -> Network:
    """Move nodes together, so that their middle is at a point."""
    boxes = [box_of(network, node) for node in network.nodes if node.name in names]
    if not boxes:
        return network
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    return move(network, names, at.x - (left + right) / 2, at.y - (top + bottom) / 2)


def with_copy(network: Network, piece: Network) -> tuple[Network, tuple[NodeName, ...]]:
    """Add a copied piece beside what it was copied from, on nothing else; return the network and the new names."""
    joined, names = pasted(network, piece)
    others = sorted((box_of(network, node) for node in network.nodes), key=lambda box: box.right)
    for other in others:  # from left to right: each is passed once
        copies = [box_of(joined, node) for node in joined.nodes if node.name in names]
        if any(copy.meets(other) for copy in copies):
            right = max(other.right - copy.x for copy in copies if copy.meets(other))
            joined = move(joined, names, right + SPARE_PX, 0.0)
    return joined, names


def aligned(network: Network, names: Collection[NodeName], edge: Edge) -> Network:
    """Put nodes in one line, in the order in which they stand; those that would lie on another move along it."""
    is_column = edge is Edge.LEFT
    lined = align(network, names, edge)
    boxes = [(node.name, box_of(lined, node)) for node in lined.nodes if node.name in names]
    end = -math.inf
    for name, box in sorted(boxes, key=lambda pair: pair[1].y if is_column else pair[1].x):
        start, length = (box.y, box.height) if is_column else (box.x, box.width)
        by = end + _LINE_GAP_PX - start if start < end else 0.0
        lined = move(lined, (name,), 0.0, by) if is_column else move(lined, (name,), by, 0.0)
        end = start + by + length
    return lined


def put_on_link(network: Network, name: NodeName, link: Link) -> Network:
    """Put a node that stands free between two connected ones.

    Raises:
        NetworkError: If it has no input or no output.
    """
    changed = connect(disconnect(network, link), Link(link.source, link.source_port, name, 0))
    return connect(changed, Link(name, 0, link.target, link.target_port))


def input_ports_of(network: Network, node: Node) -> list[tuple[int, str]]:
    """Return the inputs of a node with their names, the free ones first."""
    taken = {link.target_port for link in network.links if link.target == node.name}
    ports = [(port, input_name(node, port)) for port in range(input_count(network, node))]
    return sorted(ports, key=lambda port: port[0] in taken)


def is_fed(network: Network, name: NodeName) -> bool:
    """Return whether a node has everything that it needs to be computed."""
    node = node_of(network, name)
    given = {link.target_port for link in network.links if link.target == name}
    ports = input_ports(node)
    return all(port in given for port in range(1 if ports is None else len(ports)) if is_needed(node, port))


def healed(network: Network, names: Collection[NodeName]) -> Network:
    """Remove nodes; where one link went in and one result came out, the ends are joined."""
    into = [link for link in network.links if link.target in names and link.source not in names]
    out = [link for link in network.links if link.source in names and link.target not in names]
    removed = remove(network, names)
    if len(into) != 1 or len({(link.source, link.source_port) for link in out}) != 1:
        return removed
    for link in out:
        removed = connect(removed, replace(link, source=into[0].source, source_port=into[0].source_port))
    return removed


def _takes_input(node: Node) -> bool:
    ports = input_ports(node)
    return ports is None or bool(ports)


def _middle(network: Network, node: Node, x: float, y: float) -> Node:
    return replace(node, x_px=x - box_width(network, node) / 2, y_px=y - box_height(node) / 2)


def _clear(network: Network, name: NodeName) -> Network:
    return with_room_for(network, name)


def _on_link(network: Network, node: Node, link: Link) -> Network:
    if not _takes_input(node) or not output_ports(node):
        return add(network, below(network, link.source, node))
    changed = add(network, below(network, link.source, node))
    return with_room_for(put_on_link(changed, node.name, link), node.name)


def _after(network: Network, node: Node, names: tuple[NodeName, ...], *, is_branch: bool) -> Network:
    sources = [name for name in names if output_ports(node_of(network, name))]
    if not sources or not _takes_input(node):
        beside = names[-1] if names else network.nodes[-1].name
        return with_room_for(add(network, below(network, beside, node)), node.name)
    onward = [link for link in network.links if link.source == sources[-1]]
    if len(sources) == 1 and len(onward) == 1 and not is_branch and output_ports(node):
        return _on_link(network, node, onward[0])
    lowest = max(sources, key=lambda name: box_of(network, node_of(network, name)).bottom)
    changed = add(network, below(network, lowest, node))
    ports = input_ports(node)
    room = len(sources) if ports is None else len(ports)
    for port, source in enumerate(sources[:room]):
        changed = connect(changed, Link(source, 0, node.name, port))
    if len(sources) > 1 and not is_branch and output_ports(node):
        changed = _take_over(changed, node.name, sources)
    return with_room_for(changed, node.name)


def _take_over(network: Network, name: NodeName, sources: Sequence[NodeName]) -> Network:
    """Let a node that joins others go to where the last of them led alone, if that is one place."""
    onward = [link for link in network.links if link.source == sources[-1] and link.target != name]
    if len(onward) != 1 or onward[0].source_port:
        return network
    link = onward[0]
    return connect(disconnect(network, link), Link(name, 0, link.target, link.target_port))
