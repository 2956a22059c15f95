"""The graph of one run of the backward engine: its nodes, its leaves, and which gradients need not be held."""

from engine.runtime.compat import Node, has_gradient_hooks, is_accumulator
from engine.runtime.recorder.watch.backward_run import BackwardRun

LARGE_CONTRIBUTION = 4096
"""Elements from which on the single contributions to a leaf with many consumers are not held."""


def walk(run: BackwardRun) -> None:
    """Find every node that can be reached from the roots, without recursion."""
    nodes = [node for node in dict.fromkeys(run.root_nodes) if node is not None]
    seen = set(nodes)
    edges = run.edges
    for node in nodes:  # grows while it is walked
        following = node.next_functions
        edges.append(following)
        for target, _ in following:
            if target is not None and target not in seen:
                seen.add(target)
                nodes.append(target)
    run.nodes = nodes


def leaves_of(run: BackwardRun) -> dict[Node, int]:
    """Return the positions of the AccumulateGrad nodes; nothing follows them."""
    return {
        node: position
        for position, (node, following) in enumerate(zip(run.nodes, run.edges, strict=True))
        if not following and is_accumulator(node)
    }


def droppable(run: BackwardRun, leaves: dict[Node, int]) -> dict[int, tuple[int, ...]]:
    """Return, by position, the slots whose gradient is not held because it becomes a leaf's ``.grad``."""
    if run.function != "backward":
        return {}
    ways: dict[Node, list[tuple[int, int]]] = {
        node: []
        for node, position in leaves.items()
        # What a hook makes of a gradient is another gradient.
        if position not in run.had_grad and not has_gradient_hooks(run.variables[position])
    }
    for position, following in enumerate(run.edges):
        for slot, (target, _) in enumerate(following):
            if target in ways:
                ways[target].append((position, slot))
    drops: dict[int, tuple[int, ...]] = {}
    for node, found in ways.items():
        if len(found) == 1 or run.variables[leaves[node]].numel() > LARGE_CONTRIBUTION:
            for position, slot in found:
                drops[position] = (*drops.get(position, ()), slot)
    return drops
