"""Ranks: in which column (or row) of its level each cell stands."""

from collections.abc import Sequence

Pair = tuple[int, int]


def acyclic(count: int, edges: Sequence[Pair]) -> list[Pair]:
    """Return the edges without loops and with those turned round that close a cycle (depth-first, no recursion)."""
    following: list[list[int]] = [[] for _ in range(count)]
    for source, target in dict.fromkeys(edges):
        if source != target:
            following[source].append(target)
    state = bytearray(count)
    kept: list[Pair] = []
    for root in range(count):
        if state[root]:
            continue
        state[root] = 1
        stack = [(root, iter(following[root]))]
        while stack:
            vertex, targets = stack[-1]
            target = next(targets, -1)
            if target < 0:
                state[vertex] = 2
                stack.pop()
                continue
            kept.append((target, vertex) if state[target] == 1 else (vertex, target))
            if state[target] == 0:
                state[target] = 1
                stack.append((target, iter(following[target])))
    return list(dict.fromkeys(kept))


def topological(count: int, edges: Sequence[Pair]) -> list[int]:
    """Return the vertices of an acyclic graph, each after all that lead to it."""
    following: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in edges:
        following[source].append(target)
        waiting[target] += 1
    order = [vertex for vertex in range(count) if waiting[vertex] == 0]
    for vertex in order:
        for target in following[vertex]:
            waiting[target] -= 1
            if waiting[target] == 0:
                order.append(target)
    return order


def ranks_of(count: int, edges: Sequence[Pair]) -> list[int]:
    """Longest-path ranks, from 0, growing along every edge of the acyclic version of the graph.

    Sources, and what depends only on sources that nothing else uses (a parameter and its transpose), sink to just
    before their first consumer, so that their edges stay short.
    """
    kept = acyclic(count, edges)
    order = topological(count, kept)
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in kept:
        before[target].append(source)
        after[source].append(target)
    ranks = [0] * count
    for vertex in order:
        ranks[vertex] = max((ranks[source] + 1 for source in before[vertex]), default=0)
    sinks = [False] * count
    for vertex in order:
        sinks[vertex] = all(sinks[source] and len(after[source]) == 1 for source in before[vertex])
    for vertex in reversed(order):
        if sinks[vertex] and after[vertex]:
            ranks[vertex] = min(ranks[target] for target in after[vertex]) - 1
    lowest = min(ranks, default=0)
    return [rank - lowest for rank in ranks]
