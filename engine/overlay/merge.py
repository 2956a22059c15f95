"""Lays the graph of one recording over that of another."""

from collections.abc import Iterable
from dataclasses import replace

from engine.compare import ChangeKind, Comparison
from engine.graph.labels import short
from engine.graph.part import groups_around
from engine.graph.view import Category, EdgeKind, NodeKey, NodeKind, ViewEdge, ViewGraph, ViewNode
from engine.overlay.overlay import EdgeName, Fork, Overlay, name_of
from engine.overlay.partners import Partners
from engine.trace.control import Decision
from engine.trace.ids import StepIndex, ValueId
from engine.trace.whereabouts import outcome_text

_MOST_FORKS = 24
"""More decisions than this are not drawn: they would hide what they decide about."""
_CAUSES = {ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.RESHAPED, ChangeKind.CHANGED}


def overlaid(name: str, a: ViewGraph, b: ViewGraph, comparison: Comparison, partners: Partners) -> Overlay:
    """Lay ``b``, the graph of the other recording (called ``name``), over ``a``.

    A box of B is the box of A in which the partners of its steps happen; a box whose steps have no partner becomes a
    ghost. Boxes of A keep their keys, so that everything that a person picked, folded or moved stays as it was.
    """
    return _Merger(name, a, b, comparison, partners).overlay()


def marked(
    name: str, a: ViewGraph, b: ViewGraph, comparison: Comparison, partners: Partners, *, is_second: bool
) -> Overlay:
    """Return ``a`` alone with what became of its boxes, for a picture beside that of ``b``.

    ``is_second`` says that ``a`` stands at the right: what only it has was added.
    """
    return _Merger(name, a, b, comparison, partners).marked(is_second=is_second)


def twins(a: ViewGraph, b: ViewGraph, comparison: Comparison, partners: Partners) -> dict[NodeKey, NodeKey]:
    """Return for each box of A that is in B the one that it is there."""
    return _Merger("", a, b, comparison, partners).twins()


class _Merger:
    def __init__(self, name: str, a: ViewGraph, b: ViewGraph, comparison: Comparison, partners: Partners) -> None:
        self._name = name
        self._a = a
        self._b = b
        self._comparison = comparison
        self._partners = partners
        self._kinds: dict[StepIndex, ChangeKind] | None = None
        self._owner = _owners(a.nodes)
        self._keys = {node.key for node in a.nodes}
        self._leaves: dict[ValueId, NodeKey] = {}
        for node in a.nodes:
            if node.kind is NodeKind.LEAF and node.value is not None:
                self._leaves.setdefault(node.value, node.key)
        known = {group.key for group in a.groups}
        self._new_groups = tuple(group for group in b.groups if group.key not in known)
        depths = dict(zip(b.all_groups, b.depths, strict=True))
        foldable = set(a.all_groups)
        self._more_groups = {key: depths[key] for key in b.all_groups if key not in foldable}
        self._groups = known | {group.key for group in self._new_groups}

    def overlay(self) -> Overlay:
        """Match, then put ghosts behind what they follow."""
        twins: dict[NodeKey, NodeKey] = {}
        ghosts: list[ViewNode] = []
        for node in self._b.nodes:
            found = self._twin(node)
            if found is None:
                ghosts.append(node)
                found = _ghost_key(node.key)
            twins[node.key] = found
        kinds = {node.key: self._kind(node) for node in self._a.nodes}
        self._mark_enlarged(kinds, twins)
        kinds.update((twins[node.key], ChangeKind.ADDED) for node in ghosts)
        edges = self._edges(twins)
        forks, stubs, threads = self._forks()
        made = tuple(self._ghost(node, twins) for node in ghosts)
        groups = groups_around(made, self._new_groups)  # those of B in which there is a ghost
        view = replace(
            self._a,
            nodes=(*self._a.nodes, *made, *stubs),
            edges=(*self._a.edges, *edges, *threads),
            groups=(*self._a.groups, *groups),
            all_groups=(*self._a.all_groups, *self._more_groups),
            depths=(*self._a.depths, *self._more_groups.values()),
        )
        new_edges = frozenset(name_of(edge) for edge in edges)
        return Overlay(self._name, view, kinds, new_edges, tuple(forks), frozenset(fork.key for fork in forks))

    def marked(self, *, is_second: bool) -> Overlay:
        """Match, and say of A's boxes alone what became of them."""
        known = {node.key: self._twin(node) or _ghost_key(node.key) for node in self._b.nodes}
        kinds = {node.key: self._kind(node) for node in self._a.nodes}
        self._mark_enlarged(kinds, known)
        if is_second:
            kinds = {key: ChangeKind.ADDED if kind is ChangeKind.REMOVED else kind for key, kind in kinds.items()}
        forks, stubs, threads = self._forks()
        view = replace(self._a, nodes=(*self._a.nodes, *stubs), edges=(*self._a.edges, *threads))
        keys = frozenset(fork.key for fork in forks)
        return Overlay(self._name, view, kinds, frozenset(), tuple(forks), keys, is_second)

    def twins(self) -> dict[NodeKey, NodeKey]:
        """For each box of A that B has, too, the one there: the first of several."""
        found: dict[NodeKey, NodeKey] = {}
        for node in self._b.nodes:
            twin = self._twin(node)
            if twin is not None:
                found.setdefault(twin, node.key)
        return found

    def _twin(self, node: ViewNode) -> NodeKey | None:
        """The box of A that a box of B is."""
        if node.stands_for is not None and node.key in self._keys:
            return node.key
        if node.kind is NodeKind.LEAF:
            return self._leaf_twin(node)
        for step in _covered(node):
            partner = self._comparison.partners_of_b[step] if step < len(self._comparison.partners_of_b) else None
            if partner is not None and partner in self._owner:
                return self._owner[partner]
        return None

    def _leaf_twin(self, node: ViewNode) -> NodeKey | None:
        value = None if node.value is None else self._partners.in_a(node.value)
        found = None if value is None else self._leaves.get(value)
        return found or (node.key if node.key in self._keys else None)

    def _kind(self, node: ViewNode) -> ChangeKind:
        if node.kind is NodeKind.LEAF:
            return self._partners.kind_of_leaf(node.value)
        if self._kinds is None:
            self._kinds = self._comparison.kinds_of_a()
        kinds = self._kinds
        return _worst(kinds.get(step, ChangeKind.REMOVED) for step in _covered(node))

    def _mark_enlarged(self, kinds: dict[NodeKey, ChangeKind], twins: dict[NodeKey, NodeKey]) -> None:
        """A folded group in which only B does more is another one, too."""
        partners = self._comparison.partners_of_b
        for node in self._b.nodes:
            key = twins[node.key]
            is_kept = kinds.get(key) is ChangeKind.KEPT and node.kind is not NodeKind.LEAF
            if is_kept and any(step < len(partners) and partners[step] is None for step in _covered(node)):
                kinds[key] = ChangeKind.CHANGED

    def _edges(self, twins: dict[NodeKey, NodeKey]) -> list[ViewEdge]:
        """The arrows of B between boxes that A does not join so."""
        seen: set[EdgeName] = {name_of(edge) for edge in self._a.edges}
        joined = {(edge.source, edge.target) for edge in self._a.edges}
        found = []
        for edge in self._b.edges:
            source, target = twins.get(edge.source), twins.get(edge.target)
            if source is None or target is None or source == target:
                continue
            ghost = replace(edge, source=source, target=target, value=None, step=None, label="")
            is_new = name_of(ghost) not in seen
            if is_new and (_is_ghost(source) or _is_ghost(target) or (source, target) not in joined):
                seen.add(name_of(ghost))
                found.append(ghost)
        return found

    def _ghost(self, node: ViewNode, twins: dict[NodeKey, NodeKey]) -> ViewNode:
        return replace(
            node,
            key=twins[node.key],
            step=None,
            last_step=None,
            main_step=None,
            value=None,
            grad_node=None,
            executed_as=None,
            kind=NodeKind.OP if node.kind is NodeKind.FAILED else node.kind,
            group=node.group if node.group in self._groups else None,
            mirrors=None if node.mirrors is None else twins.get(node.mirrors),
        )

    def _forks(self) -> tuple[list[Fork], list[ViewNode], list[ViewEdge]]:
        steps = [step for node in self._a.nodes if node.mirrors is None for step in _covered(node)]
        first, last = min(steps, default=0), max(steps, default=-1) + 1
        here = [change for change in self._comparison.decisions if first <= change.a.step <= last][:_MOST_FORKS]
        forks, stubs, threads = [], [], []
        for number, change in enumerate(here):
            key = NodeKey(f"fork:{number}")
            forks.append(Fork(key, _sentence(change.a, change.b, self._name)))
            line = "" if change.a.span is None else f" line {change.a.span.line}"
            stubs.append(_stub(key, f"{change.a.kind.value}{line}", _turn(change.a, change.b)))
            asked = None if change.a.value is None else self._partners.producer_of_a(change.a.value)
            source = self._owner.get(asked) if asked is not None else None
            if source is not None:
                threads.append(ViewEdge(source=source, target=key, kind=EdgeKind.DATA))
        return forks, stubs, threads


def _owners(nodes: Iterable[ViewNode]) -> dict[StepIndex, NodeKey]:
    """The smallest box in which each step happens."""
    owner: dict[StepIndex, NodeKey] = {}
    groups: list[tuple[list[StepIndex], NodeKey]] = []
    for node in nodes:
        steps = _covered(node)
        if len(steps) == 1:
            owner.setdefault(steps[0], node.key)
        elif steps:
            groups.append((steps, node.key))
    for steps, key in sorted(groups, key=lambda pair: len(pair[0])):
        for step in steps:
            owner.setdefault(step, key)
    return owner


def _covered(node: ViewNode) -> list[StepIndex]:
    """The steps that happen in a box, the one that it is about first; none for a leaf."""
    if node.step is None or node.kind is NodeKind.FAILED:
        return []
    if node.last_step is None or node.last_step == node.step:
        return [node.step]
    steps = [StepIndex(step) for step in range(node.step, node.last_step + 1)]
    if node.main_step is not None and node.main_step in steps:
        steps.remove(node.main_step)
        steps.insert(0, node.main_step)
    return steps


def _worst(kinds: Iterable[ChangeKind]) -> ChangeKind:
    """What became of a box in which all this happened."""
    found = set(kinds)
    if not found & _CAUSES:
        return ChangeKind.KEPT
    if found == {ChangeKind.REMOVED}:
        return ChangeKind.REMOVED
    return ChangeKind.RESHAPED if ChangeKind.RESHAPED in found else ChangeKind.CHANGED


def _ghost_key(key: NodeKey) -> NodeKey:
    return NodeKey(f"ghost:{key}")


def _is_ghost(key: NodeKey) -> bool:
    return key.startswith("ghost:")


def _stub(key: NodeKey, title: str, subtitle: str) -> ViewNode:
    return ViewNode(
        key=key, kind=NodeKind.OP, category=Category.OTHER, title=short(title), subtitle=subtitle, step=None
    )


def _turn(a: Decision, b: Decision) -> str:
    return f"{_way(a)} here, {_way(b)} there"


def _way(decision: Decision) -> str:
    return "yes" if decision.outcome else "no"


def _sentence(a: Decision, b: Decision, name: str) -> str:
    where = "A condition" if a.span is None else f"Line {a.span.line}: {a.kind.value}"
    return f"{where} was {outcome_text(a)} here and {outcome_text(b)} in {name}"
