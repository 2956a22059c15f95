"""Where the boxes of a network go: tidied as a whole, or moved aside for a new one."""

import math
from dataclasses import replace

from engine.layout import Area, LayoutEdge, LayoutNode, LayoutProblem, Spacing, lay_out
from engine.network.network import Network, Node, NodeName
from gui.model.network_boxes import GROUP_HEAD_PX, GROUP_PAD_PX, Place, box_height, box_of, box_width

RANK_GAP_PX = 38.0
SIDE_GAP_PX = 34.0
_WRAP_PX = 760.0
"""A longer network is folded into columns, so that it can be read as a whole."""
_WRAP_ASPECT = 0.75


def tidied(network: Network) -> Network:
    """Return the network laid out from top to bottom."""
    if not network.nodes:
        return network
    index = {node.name: place for place, node in enumerate(network.nodes)}
    blocks = list(dict.fromkeys(node.block for node in network.nodes if node.block))
    problem = LayoutProblem(
        nodes=tuple(
            LayoutNode(
                along=box_height(node),
                across=box_width(network, node),
                group=blocks.index(node.block) if node.block else None,
            )
            for node in network.nodes
        ),
        edges=tuple(
            LayoutEdge(index[link.source], index[link.target], slot=link.target_port) for link in network.links
        ),
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
    areas = lay_out(problem, has_links=False).areas
    nodes = (
        replace(node, x_px=round(area.across), y_px=round(area.along))
        for node, area in zip(network.nodes, areas, strict=True)
    )
    return replace(network, nodes=tuple(nodes))


def placed(network: Network) -> Network:
    """Return a network with places: the nodes of one that was read from a text all stand on one point."""
    is_placed = len(network.nodes) < 2 or len({(node.x_px, node.y_px) for node in network.nodes}) > 1
    return network if is_placed else tidied(network)


def with_places_of(network: Network, old: Network) -> Network:
    """Return a network with the places that nodes of the same names had; laid out anew if others came."""
    places = {node.name: node for node in old.nodes}
    if any(node.name not in places for node in network.nodes) or not network.nodes:
        return tidied(network)
    nodes = (
        replace(node, x_px=places[node.name].x_px, y_px=places[node.name].y_px, block=node.block)
        for node in network.nodes
    )
    return replace(network, nodes=tuple(nodes))


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


def kept_tidy(old: Network, new: Network) -> Network:
    """Return a changed network laid out anew if the old one stood as it was laid out: nobody had moved anything."""
    return tidied(new) if tidied(old) == old else new
