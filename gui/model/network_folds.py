"""Blocks that are shown as one box: where the box stands, how large it is, which ports it has, what stands in it."""

from collections.abc import Collection

from engine.network.catalogue import input_ports, output_ports
from engine.network.network import Network, Node, NodeName
from gui.model.network_boxes import (
    FOOT_PX,
    GROUP_HEAD_PX,
    HEADER_PX,
    PORT_GAP_PX,
    ROW_PX,
    WIDTH_PX,
    Place,
    Row,
    RowKind,
    all_frames,
    input_count,
    is_needed,
    learns,
    shape_text,
)
from gui.model.network_known import Known

FOLDED_ROWS = 4
"""Lines of a folded block: its layers, its parameters if it has any, the shapes of what comes in and goes out."""
BlockPort = tuple[tuple[NodeName, int], ...]
"""A port of a folded block: the ports of its nodes that it stands for."""


def folded_members(network: Network) -> dict[str, tuple[Node, ...]]:
    """Return the nodes of each block that is folded."""
    found: dict[str, list[Node]] = {}
    for node in network.nodes:
        if node.block in network.folded:
            found.setdefault(node.block, []).append(node)
    return {block: tuple(nodes) for block, nodes in found.items()}


def folded_size(members: Collection[Node], ports: int) -> tuple[float, float]:
    """Return width and height of the box of a folded block with so many ports at one side."""
    rows = FOLDED_ROWS if any(learns(node) for node in members) else FOLDED_ROWS - 1
    return max(WIDTH_PX, (ports + 1) * PORT_GAP_PX), HEADER_PX + rows * ROW_PX + FOOT_PX


def folded_places(network: Network) -> dict[str, Place]:
    """Return where the boxes of folded blocks stand: at the top in the middle of where their nodes are."""
    frames, found = all_frames(network), {}
    for block, members in folded_members(network).items():
        width, height = folded_size(members, max(1, *(len(side) for side in outer_ports(network, block))))
        frame = frames[block]
        found[block] = Place(frame.x + (frame.width - width) / 2, frame.y + GROUP_HEAD_PX, width, height)
    return found


def outer_ports(network: Network, block: str) -> tuple[list[BlockPort], list[BlockPort]]:
    """Return the inputs and the outputs that the box of a folded block has.

    What the same result feeds is one input, and so are those that it needs and has not.
    """
    names = {node.name for node in network.nodes if node.block == block}
    fed: dict[object, list[tuple[NodeName, int]]] = {}
    given = {(link.target, link.target_port) for link in network.links}
    for link in network.links:
        if link.target in names and link.source not in names:
            fed.setdefault((link.source, link.source_port), []).append((link.target, link.target_port))
    for node in network.nodes:
        if node.name in names:
            for port in range(input_count(network, node)):
                if (node.name, port) not in given and input_ports(node) is not None and is_needed(node, port):
                    fed[node.name, port, "free"] = [(node.name, port)]
    used = {(link.source, link.source_port) for link in network.links if link.target not in names}
    inside = {link.source for link in network.links}
    out = [(node.name, port) for node in network.nodes if node.name in names
           for port in range(len(output_ports(node)))
           if (node.name, port) in used or (port == 0 and node.name not in inside)]  # fmt: skip
    return [tuple(ports) for ports in fed.values()], [(port,) for port in out]


def folded_rows(network: Network, block: str, known: Known) -> tuple[Row, ...]:
    """Return the lines of a folded block; there are always as many, whatever is known."""
    members = folded_members(network)[block]
    inputs, outputs = outer_ports(network, block)
    rows = [Row(RowKind.COUNT, "nodes", str(len(members)))]
    if any(learns(node) for node in members):
        counts = [known.parameters(node.name) for node in members if learns(node)]
        numbers = [count for count in counts if count is not None]
        rows.append(Row(RowKind.COUNT, "parameters", f"{sum(numbers):,}" if len(numbers) == len(counts) else "…"))
    sources = {(link.target, link.target_port): (link.source, link.source_port) for link in network.links}
    ins = [known.shape(*sources[ports[0]]) if ports[0] in sources else None for ports in inputs]
    outs = [known.shape(*ports[0]) for ports in outputs]
    for name, shapes in (("in", ins), ("out", outs)):
        text = ", ".join(shape_text(shape) or "…" for shape in shapes) or "nothing"
        rows.append(Row(RowKind.COUNT, name, text))
    return tuple(rows)
