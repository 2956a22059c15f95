"""What a person does not want to see: nodes are taken out, and edges go on over them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from engine.graph.part import groups_around
from engine.graph.view import EdgeKind, NodeKey, NodeKind, ViewEdge, ViewGraph, ViewNode
from engine.trace.facts import Phase, Role, Step
from engine.trace.recording import Recording


class Filter(Enum):
    """A kind of node that can be taken out."""

    CONSTANTS = "constants"
    VIEWS = "views and reshapes"
    NO_GRAD = "what needs no gradient"
    OPTIMIZER = "optimizer"


@dataclass(frozen=True, slots=True)
class Filters:
    """All that is filtered; ``between``, if it is not empty, leaves only what lies on a way from one to another."""

    hidden: frozenset[Filter] = frozenset()
    between: frozenset[NodeKey] = frozenset()

    def with_toggled(self, kind: Filter) -> "Filters":
        """Hide a kind of node, or show it again."""
        return replace(self, hidden=self.hidden ^ {kind})


_RESHAPE_NAMES = (
    "view view_as reshape reshape_as flatten unflatten ravel squeeze unsqueeze permute transpose t T mT H mH movedim "
    "moveaxis swapaxes swapdims expand expand_as broadcast_to contiguous detach"
)
_RESHAPES = frozenset(_RESHAPE_NAMES.split())
_MIRRORED = (NodeKind.BACKWARD, NodeKind.GROUP)
_BACKWARD_LIKE = frozenset({EdgeKind.GRADIENT, EdgeKind.UPDATE})


def filtered(recording: Recording, view: ViewGraph, filters: Filters) -> ViewGraph:
    """Return ``view`` without what ``filters`` take out; ``hidden`` tells how many nodes those are.

    An edge into a hidden node goes on to where the edges out of it lead, if they are of the same direction (values
    forward, gradients backward). The op that failed always stays.
    """
    gone = {node.key for node in view.nodes if _is_unwanted(recording, node, filters.hidden)}
    gone |= {node.key for node in view.nodes if node.kind in _MIRRORED and node.mirrors in gone}
    known = {node.key for node in view.nodes}
    if len(filters.between & known) > 1:
        gone |= known - _between(view, filters.between & known)
    gone -= {node.key for node in view.nodes if node.kind is NodeKind.FAILED}
    if not gone:
        return view
    edges = _bridged(view.edges, gone)
    gone |= _stranded(view, edges, gone)
    nodes = tuple(_placed(node, gone) for node in view.nodes if node.key not in gone)
    groups = groups_around(nodes, view.groups)
    return replace(view, nodes=nodes, edges=edges, groups=groups, hidden=len(view.nodes) - len(nodes))


def _is_unwanted(recording: Recording, node: ViewNode, hidden: frozenset[Filter]) -> bool:
    match node.kind:
        case NodeKind.LEAF:
            return Filter.CONSTANTS in hidden and node.role is Role.CONSTANT
        case NodeKind.OPTIMIZER:
            return Filter.OPTIMIZER in hidden
        case NodeKind.OP | NodeKind.GROUP:
            if node.mirrors is not None or not hidden & {Filter.VIEWS, Filter.NO_GRAD}:
                return False
            steps = _forward_steps(recording, node)
            is_view = Filter.VIEWS in hidden and _all(steps, lambda step: _is_view(recording, step))
            is_plain = Filter.NO_GRAD in hidden and _all(steps, lambda step: _needs_no_gradient(recording, step))
            return is_view or is_plain
        case NodeKind.BACKWARD | NodeKind.GRADIENT | NodeKind.FAILED:
            return False


def _forward_steps(recording: Recording, node: ViewNode) -> list[Step]:
    """The forward steps that a box covers; empty when it covers others, too, as the whole program does."""
    if node.step is None:
        return []
    last = node.step if node.last_step is None else node.last_step
    steps = recording.steps[node.step : last + 1]
    return steps if all(step.phase is Phase.FORWARD for step in steps) else []


def _all(steps: list[Step], holds: Callable[[Step], bool]) -> bool:
    return bool(steps) and all(holds(step) for step in steps)


def _is_view(recording: Recording, step: Step) -> bool:
    """Whether a step only looks at its input in another shape; a write into a view is none."""
    if step.name in _RESHAPES:
        return True
    outputs = [recording.values[value] for value in step.outputs if value is not None]
    tensors = {recording.values[value].tensor for value in step.inputs if value is not None}
    return bool(outputs) and all(value.base is not None and value.tensor not in tensors for value in outputs)


def _needs_no_gradient(recording: Recording, step: Step) -> bool:
    return not any(recording.values[value].requires_grad for value in step.outputs if value is not None)


def _between(view: ViewGraph, ends: frozenset[NodeKey]) -> set[NodeKey]:
    """The ends, and all that comes after one of them and before another one."""
    after: defaultdict[NodeKey, list[NodeKey]] = defaultdict(list)
    before: defaultdict[NodeKey, list[NodeKey]] = defaultdict(list)
    for edge in view.edges:
        after[edge.source].append(edge.target)
        before[edge.target].append(edge.source)
    kept = set(ends)
    for end in ends:
        kept |= _reached(after, [end]) & _reached(before, ends - {end})
    return kept


def _reached(neighbours: defaultdict[NodeKey, list[NodeKey]], starts: Iterable[NodeKey]) -> set[NodeKey]:
    found = set(starts)
    waiting = list(found)
    while waiting:
        for neighbour in neighbours[waiting.pop()]:
            if neighbour not in found:
                found.add(neighbour)
                waiting.append(neighbour)
    return found


def _bridged(edges: tuple[ViewEdge, ...], gone: set[NodeKey]) -> tuple[ViewEdge, ...]:
    into: defaultdict[tuple[NodeKey, bool], list[ViewEdge]] = defaultdict(list)
    for edge in edges:
        if edge.target in gone:
            into[edge.target, edge.kind in _BACKWARD_LIKE].append(edge)
    known: dict[tuple[NodeKey, bool], list[ViewEdge]] = {}
    found: list[ViewEdge] = []
    for edge in edges:
        if edge.target in gone:
            continue
        if edge.source not in gone:
            found.append(edge)
            continue
        start = (edge.source, edge.kind in _BACKWARD_LIKE)
        if start not in known:
            known[start] = _origins(start, into, gone)
        found += [
            replace(edge, source=origin.source, source_slot=origin.source_slot)
            for origin in known[start]
            if origin.source != edge.target
        ]
    return tuple(found)


def _origins(
    start: tuple[NodeKey, bool], into: dict[tuple[NodeKey, bool], list[ViewEdge]], gone: set[NodeKey]
) -> list[ViewEdge]:
    """The edges by which something that is shown leads to a hidden node, over hidden ones only; one a node."""
    found: dict[NodeKey, ViewEdge] = {}
    seen = {start[0]}
    waiting = [start[0]]
    while waiting:
        for edge in into.get((waiting.pop(), start[1]), ()):
            if edge.source not in gone:
                found.setdefault(edge.source, edge)
            elif edge.source not in seen:
                seen.add(edge.source)
                waiting.append(edge.source)
    return list(found.values())


def _stranded(view: ViewGraph, edges: tuple[ViewEdge, ...], gone: set[NodeKey]) -> set[NodeKey]:
    """Leaves that led only to what is hidden now."""
    had = {edge.source for edge in view.edges}
    has = {end for edge in edges for end in (edge.source, edge.target)}
    leaves = {node.key for node in view.nodes if node.kind is NodeKind.LEAF}
    return (leaves & had) - has - gone


def _placed(node: ViewNode, gone: set[NodeKey]) -> ViewNode:
    """A folded backward pass keeps what it mirrors, hidden or not: that is what tells it from a forward group."""
    return replace(node, mirrors=None) if node.mirrors in gone and node.kind is not NodeKind.GROUP else node
