"""Putting a block into a network, connected where it is wanted."""

from dataclasses import replace

from engine.network.blocks import Port, with_block
from engine.network.catalogue import output_ports
from engine.network.edits import connect, disconnect, move, node_of
from engine.network.network import Link, Network, NodeName
from gui.model.network import NetworkModel
from gui.model.network_boxes import GROUP_HEAD_PX, box_of
from gui.model.network_changes import After, Free, FromPort, OnLink, Where, with_middle_at
from gui.model.network_layout import RANK_GAP_PX, kept_tidy, placed


def put_block(model: NetworkModel, piece: Network, name: str, where: Where) -> bool:
    """Put a block into the network, connected as ``where`` says, and select it.

    Sizes of its layers that follow from what comes in follow it.
    """
    names: list[NodeName] = []

    def change(network: Network) -> Network:
        joined, put = with_block(network, placed(piece), name)
        names.extend(put.names)
        joined = _connected(joined, put.inputs, put.outputs, where)
        match where:
            case Free() | FromPort():
                at = where if isinstance(where, Free) else where.at
                return with_middle_at(joined, put.names, at)
            case After() | OnLink():
                return kept_tidy(network, _below(joined, put.names, where))

    is_done = model.edit(change)
    if is_done:
        model.select(names)
    return is_done


def _connected(
    network: Network, inputs: tuple[tuple[Port, ...], ...], outputs: tuple[Port, ...], where: Where
) -> Network:
    match where:
        case Free():
            return network
        case FromPort(source, port, _at):
            return _fed(network, inputs, [(source, port)])
        case OnLink(link):
            if not inputs or not outputs:
                return network
            fed = _fed(disconnect(network, link), inputs, [(link.source, link.source_port)])
            return connect(fed, Link(*outputs[0], link.target, link.target_port))
        case After(names, is_branch):
            sources = [name for name in names if output_ports(node_of(network, name))]
            onward = [link for link in network.links if link.source in sources[-1:]]
            if inputs and outputs and len(sources) == 1 and len(onward) == 1 and not is_branch:
                return _connected(network, inputs, outputs, OnLink(onward[0]))
            return _fed(network, inputs, [(name, 0) for name in sources])


def _fed(network: Network, inputs: tuple[tuple[Port, ...], ...], sources: list[Port]) -> Network:
    for source, ports in zip(sources, inputs, strict=False):
        for port in ports:
            network = connect(network, Link(*source, *port))
    return network


def _below(network: Network, names: tuple[NodeName, ...], where: After | OnLink) -> Network:
    """Put new nodes under what feeds them."""
    above = where.link.source if isinstance(where, OnLink) else next(iter(where.names), None)
    if above is None:
        return network
    return room_below(network, above, names)


def room_below(network: Network, above: NodeName, names: tuple[NodeName, ...]) -> Network:
    """Stand nodes below another one; what stood below it moves further down."""
    head = box_of(network, node_of(network, above))
    boxes = [box_of(network, node) for node in network.nodes if node.name in names]
    left, right = min(box.x for box in boxes), max(box.right for box in boxes)
    top, bottom = min(box.y for box in boxes), max(box.bottom for box in boxes)
    down = bottom - top + GROUP_HEAD_PX + RANK_GAP_PX
    nodes = (
        replace(node, y_px=node.y_px + down) if node.name not in names and node.y_px >= head.bottom else node
        for node in network.nodes
    )
    middle = head.x + head.width / 2
    return move(replace(network, nodes=tuple(nodes)), names, middle - (left + right) / 2,
                head.bottom + GROUP_HEAD_PX + RANK_GAP_PX - top)  # fmt: skip
