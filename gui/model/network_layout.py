"""Where the boxes of a network go: tidied as a whole, or moved aside for a new one."""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

from engine.layout import Area, LayoutEdge, LayoutNode, LayoutProblem, Spacing, places
from engine.network.edits import fold
from engine.network.network import Link, Network, Node, NodeName
from gui.model.network_boxes import GROUP_HEAD_PX, GROUP_PAD_PX, Place, box_of, box_width
from gui.model.network_folds import folded_members, folded_places

RANK_GAP_PX = 38.0
SIDE_GAP_PX = 34.0
_WRAP_PX = 760.0
"""A longer network is folded into columns, so that it can be read as a whole."""
_WRAP_ASPECT = 0.75


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is placed as one: a node, or a block that is folded."""

    nodes: tuple[Node, ...]
    place: Place
    block: str = ""


def tidied(network: Network) -> Network:
    """Return the network laid out from top to bottom; a folded block is one box."""
    if not network.nodes:
        return network
    units = _units(network)
    index = {node.name: place for place, unit in enumerate(units) for node in unit.nodes}
    blocks = list(dict.fromkeys(unit.block for unit in units if unit.block))
    edges = dict.fromkeys(
        LayoutEdge(index[link.source], index[link.target], slot=_slot(units, index, link)) for link in network.links
        if index[link.source] != index[link.target]
    )  # fmt: skip
    problem = LayoutProblem(
        nodes=tuple(
            LayoutNode(
                along=unit.place.height,
                across=unit.place.width,
                group=blocks.index(unit.block) if unit.block else None,
            )
            for unit in units
        ),
        edges=tuple(edges),
        group_parents=(None,) * len(blocks),
        group_headings=(Area(0.0, 0.0, GROUP_HEAD_PX, 120.0),) * len(blocks),
        spacing=Spacing(
            column_gap=RANK_GAP_PX,
            row_gap=SIDE_GAP_PX,
            stack_gap=SIDE_GAP_PX,
            along_before=GROUP_HEAD_PX,
            along_after=GROUP_PAD_PX,
            across_before=GROUP_PAD_PX,
            across_after=GROUP_PAD_PX,
            wrap_length=_WRAP_PX,
            wrap_aspect=_WRAP_ASPECT,
        ),
    )
    moved: dict[NodeName, Node] = {}
    for unit, area in zip(units, places(problem), strict=True):
        x, y = round(area.across), round(area.along)
        if len(unit.nodes) == 1 and unit.nodes[0].block not in network.folded:
            moved[unit.nodes[0].name] = replace(unit.nodes[0], x_px=x, y_px=y)
        else:
            dx, dy = x - unit.place.x, y - unit.place.y
            moved |= {node.name: replace(node, x_px=node.x_px + dx, y_px=node.y_px + dy) for node in unit.nodes}
    return replace(network, nodes=tuple(moved[node.name] for node in network.nodes))


def _units(network: Network) -> list[_Unit]:
    members, places = folded_members(network), folded_places(network)
    units: list[_Unit] = []
    for node in network.nodes:
        if node.block not in members:
            units.append(_Unit((node,), box_of(network, node), node.block))
        elif node is members[node.block][0]:
            units.append(_Unit(members[node.block], places[node.block]))
    return units


def _slot(units: list[_Unit], index: dict[NodeName, int], link: Link) -> int:
    return link.target_port if len(units[index[link.target]].nodes) == 1 else 0


def placed(network: Network) -> Network:
    """Return a network with places: the nodes of one that was read from a text all stand on one point."""
    is_placed = len(network.nodes) < 2 or len({(node.x_px, node.y_px) for node in network.nodes}) > 1
    return network if is_placed else tidied(network)


def with_places_of(network: Network, old: Network) -> Network:
    """Return a network with the places that nodes of the same names had; laid out anew if others came."""
    places = {node.name: node for node in old.nodes}
    if any(node.name not in places for node in network.nodes) or not network.nodes:
        return tidied(network)
    nodes = tuple(
        replace(node, x_px=places[node.name].x_px, y_px=places[node.name].y_px, block=node.block)
        for node in network.nodes
    )
    blocks = {node.block for node in nodes}
    return replace(network, nodes=nodes, folded=tuple(block for block in old.folded if block in blocks))


def below(network: Network, above: NodeName, node: Node) -> Node:
    """Return a new node placed under another one."""
    place = box_of(network, next(one for one in network.nodes if one.name == above))
    x = place.x + (place.width - box_width(network, node)) / 2
    return replace(node, x_px=x, y_px=place.bottom + RANK_GAP_PX)


def with_room_for(network: Network, name: NodeName) -> Network:
    """Move what stands under a node down, so far that it is clear of it."""
    new = next(node for node in network.nodes if node.name == name)
    place = box_of(network, new)
    column = Place(place.x, place.y - SIDE_GAP_PX, place.width, math.inf)
    under = {node.name: box_of(network, node).y for node in network.nodes
             if node.name != name and box_of(network, node).meets(column)}  # fmt: skip
    missing = place.bottom + RANK_GAP_PX - min(under.values(), default=math.inf)
    if missing <= 0:
        return network
    nodes = (replace(one, y_px=one.y_px + missing) if one.name in under else one for one in network.nodes)
    return replace(network, nodes=tuple(nodes))


def refolded(network: Network, blocks: Collection[str], *, is_folded: bool) -> Network:
    """Fold blocks to one box each, or open them; laid out anew if it stood as it was laid out."""
    return kept_tidy(network, fold(network, blocks, is_folded=is_folded))


def kept_tidy(old: Network, new: Network) -> Network:
    """Return a changed network laid out anew if the old one stood as it was laid out: nobody had moved anything."""
    return tidied(new) if tidied(old) == old else new
