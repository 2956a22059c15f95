"""Keeps blocks whole: one that the network leaves and comes back to is no block that can be drawn as one."""

from collections import defaultdict
from collections.abc import Container
from dataclasses import replace

from engine.network.network import Network, NodeName


def with_whole_blocks(network: Network, kept: Container[str]) -> Network:
    """Dissolve blocks that something lies within which is none of theirs, as it is with layers of a list in turns.

    Blocks of inner modules belong to the outer one: ``stage_0`` lies within ``stage``.

    Args:
        network: Its blocks are named after the modules that they were.
        kept: Blocks that stay as they are, because a person made them.
    """
    after: dict[NodeName, list[NodeName]] = defaultdict(list)
    for link in network.links:
        after[link.source].append(link.target)
    names = {node.block for node in network.nodes if node.block and node.block not in kept}
    broken = {name for name in names if _is_left_and_entered(network, after, name)}
    if not broken:
        return network
    nodes = tuple(replace(node, block="") if node.block in broken else node for node in network.nodes)
    return replace(network, nodes=nodes)


def _is_left_and_entered(network: Network, after: dict[NodeName, list[NodeName]], block: str) -> bool:
    inside = {node.name for node in network.nodes if node.block == block or node.block.startswith(f"{block}_")}
    open_names = [name for one in inside for name in after[one] if name not in inside]
    seen = set(open_names)
    while open_names:
        for name in after[open_names.pop()]:
            if name in inside:
                return True
            if name not in seen:
                seen.add(name)
                open_names.append(name)
    return False
