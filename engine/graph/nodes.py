"""The boxes of a picture."""

from collections import defaultdict
from operator import itemgetter

import numpy as np

from engine.graph.cast import Cast, Leaf
from engine.graph.categories import category_of
from engine.graph.labels import Labels, backward_title, inner_path, short
from engine.graph.roster import NOBODY, Roster
from engine.graph.scopes import ROOT, Scope
from engine.graph.stage import Stage, backward_group_key, group_node_key
from engine.graph.view import WHOLE_PROGRAM, Category, GroupKey, NodeKey, NodeKind, ViewGroup, ViewNode
from engine.trace.facts import Step
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording


def view_nodes(recording: Recording, cast: Cast, roster: Roster, stage: Stage) -> list[ViewNode]:
    """Return every box: leaves, then the steps in the order in which they happened."""
    return _Nodes(recording, cast, roster, stage).all()


def view_groups(cast: Cast, roster: Roster, stage: Stage) -> list[ViewGroup]:
    """Return the opened groups that are visible, parents before children."""
    spans = roster.forward
    groups = []
    for index in np.flatnonzero(stage.hidden_by == NOBODY).tolist():
        scope, count = cast.tree.scopes[index], spans.count[index]
        if index == ROOT or not count:
            continue
        is_named = scope.subtitle and (scope.alike or scope.rounds or not scope.is_artificial)
        subtitle = f"{scope.subtitle} · {count} ops" if is_named else f"{count} ops"
        groups.append(
            ViewGroup(
                key=scope.key,
                title=short(scope.title),
                subtitle=short(subtitle, 60),
                parent=group_key(cast, scope.parent),
                first_step=StepIndex(spans.first[index]),
                last_step=StepIndex(spans.last[index]),
            )
        )
    return groups


def group_key(cast: Cast, scope: int) -> GroupKey | None:
    """The key of a scope; the root is no group."""
    return None if scope == ROOT else cast.tree.scopes[scope].key


class _Nodes:
    def __init__(self, recording: Recording, cast: Cast, roster: Roster, stage: Stage) -> None:
        self._recording = recording
        self._cast = cast
        self._roster = roster
        self._stage = stage
        self._labels = Labels(recording)
        self._steps_of = self._backward_steps()
        self._bookkeeping: defaultdict[StepIndex, list[StepIndex]] = defaultdict(list)
        for bookkeeping, main in cast.shares_box.items():
            self._bookkeeping[main].append(bookkeeping)

    def _backward_steps(self) -> defaultdict[int, list[Step]]:
        """The visible backward steps of each box, by place; in a folded group only those that lie outside of it."""
        stage, start = self._stage, self._roster.backward_from
        found: defaultdict[int, list[Step]] = defaultdict(list)
        for part in stage.visible(start, self._roster.optimizer_from):
            if stage.place[part] != NOBODY:
                found[int(stage.place[part])].append(self._cast.backward[part - start])
        return found

    def all(self) -> list[ViewNode]:
        """Build every box once, in order."""
        stage, cast, roster = self._stage, self._cast, self._roster
        leaves = [self._leaf(part, leaf) for part, leaf in stage.shown_leaves.items()]
        if stage.hidden_by[ROOT] != NOBODY:
            return [*leaves, self._whole(), *self._failures()]
        found = [(cast.forward[number].index, self._op(number)) for number in stage.visible(0, roster.leaf_from)]
        for scope in np.unique(stage.hidden_by[stage.hidden_by != NOBODY]).tolist():
            if roster.forward.count[scope]:
                found.append((StepIndex(roster.forward.first[scope]), self._folded(scope)))
            if roster.backward.count[scope]:
                found.append((StepIndex(roster.backward.first[scope]), self._folded_backward(scope)))
        for place, steps in self._steps_of.items():
            if place < roster.count:
                found.append((steps[0].index, self._backward_box(place, steps)))
        found += [(step.index, self._optimizer(number, step)) for number, step in enumerate(cast.optimizer)]
        found.sort(key=itemgetter(0))
        return [*leaves, *(node for _, node in found), *self._failures()]

    def _leaf(self, part: int, leaf: Leaf) -> ViewNode:
        return ViewNode(
            key=self._stage.names[part],
            kind=NodeKind.LEAF,
            category=Category.TENSOR,
            title=self._labels.leaf_title(leaf.value, self._cast.tree.scopes[leaf.scope].path),
            subtitle=self._labels.leaf_subtitle(leaf.value),
            step=None,
            value=leaf.value,
            role=leaf.role,
            group=group_key(self._cast, leaf.scope),
            since=max((one.step for one in self._cast.contributions if one.leaf == leaf.value), default=None),
        )

    def _backward_box(self, place: int, steps: list[Step]) -> ViewNode:
        if steps[0].index in self._cast.accumulates:
            return self._gradient(self._stage.names[place], steps[0])
        return self._backward(self._stage.names[place], steps)

    def _op(self, number: int) -> ViewNode:
        step = self._cast.forward[number]
        module = self._cast.tree.module_of.get(step.index)
        around = self._cast.tree.scopes[self._cast.tree.scope_of[step.index]].path
        covered = (step.index, *self._bookkeeping.get(step.index, ()))
        return ViewNode(
            key=self._stage.names[number],
            kind=NodeKind.OP,
            category=category_of(step.name),
            title=short(step.name),
            subtitle=self._labels.op_subtitle(step, "" if module is None else inner_path(module.path, around)),
            step=min(covered),
            last_step=max(covered) if len(covered) > 1 else None,
            value=next(iter(step.outputs), None),
            grad_node=step.grad_node,
            group=group_key(self._cast, self._cast.tree.scope_of[step.index]),
            count=len(covered),
            main_step=step.index if len(covered) > 1 else None,
        )

    def _folded(self, scope_index: int) -> ViewNode:
        scope, spans = self._cast.tree.scopes[scope_index], self._roster.forward
        first, last = StepIndex(spans.first[scope_index]), StepIndex(spans.last[scope_index])
        outputs = self._recording.steps[last].outputs
        return ViewNode(
            key=group_node_key(scope.key),
            kind=NodeKind.GROUP,
            category=Category.LAYER if scope.path or scope.alike else Category.OTHER,
            title=short(scope.title),
            subtitle=self._group_subtitle(scope, next(iter(outputs), None)),
            step=first,
            last_step=last,
            value=next(iter(outputs), None),
            group=group_key(self._cast, scope.parent),
            count=spans.count[scope_index],
            stands_for=scope.key,
        )

    def _whole(self) -> ViewNode:
        """The whole program as one box."""
        cast = self._cast
        steps = [step.index for step in (*cast.forward, *cast.backward, *cast.optimizer)] + list(cast.shares_box)
        outputs = self._recording.steps[cast.forward[-1].index].outputs if cast.forward else ()
        return ViewNode(
            key=group_node_key(WHOLE_PROGRAM),
            kind=NodeKind.GROUP,
            category=Category.OTHER,
            title="program",
            subtitle=f"{len(steps)} step{'s' if len(steps) != 1 else ''}",
            step=min(steps),
            last_step=max(steps),
            value=next(iter(outputs), None),
            count=len(steps),
            stands_for=WHOLE_PROGRAM,
        )

    def _group_subtitle(self, scope: Scope, value: ValueId | None) -> str:
        shape = self._labels.type_subtitle(value).rpartition(" ")[0]
        return short(f"{scope.subtitle} {shape}".strip())

    def _folded_backward(self, scope_index: int) -> ViewNode:
        scope, roster = self._cast.tree.scopes[scope_index], self._roster
        spans = roster.backward
        # Gradients of hidden parameters outside of the group count to the group that sends to them.
        others = self._steps_of.get(self._stage.place_of_folded(scope_index, is_backward=True), [])
        last = max(spans.last[scope_index], *(step.index for step in others), -1)
        sender = roster.sending[scope_index]
        sending = self._recording.steps[last if sender == NOBODY else sender]
        return ViewNode(
            key=backward_group_key(scope.key),
            kind=NodeKind.GROUP,
            category=Category.LAYER if scope.path or scope.alike else Category.OTHER,
            title=short(scope.title),
            subtitle=self._labels.sent_subtitle(sending),
            step=StepIndex(spans.first[scope_index]),
            last_step=StepIndex(last),
            value=next((value for value in sending.outputs if value is not None), None),
            group=group_key(self._cast, scope.parent),
            mirrors=group_node_key(scope.key) if roster.forward.count[scope_index] else None,
            count=spans.count[scope_index] + len(others),
            stands_for=scope.key,
        )

    def _backward(self, key: NodeKey, steps: list[Step]) -> ViewNode:
        step = steps[0]
        mirror = self._cast.mirror[step.index]
        sending = [found for found in steps if found.index not in self._cast.accumulates]
        title = backward_title(step.name)
        if len(sending) > 1 and mirror is not None:
            title = backward_title(self._recording.steps[mirror].name)
        return ViewNode(
            key=key,
            kind=NodeKind.BACKWARD,
            category=self._backward_category(mirror),
            title=title,
            subtitle=self._labels.sent_subtitle(sending[-1]),
            step=step.index,
            last_step=sending[-1].index if len(sending) > 1 else None,
            value=next((value for value in sending[-1].outputs if value is not None), None),
            grad_node=step.grad_node,
            group=group_key(self._cast, self._cast.backward_scope[step.index]),
            mirrors=self._stage.key_of_step(mirror),
            count=len(sending),
        )

    def _backward_category(self, mirror: StepIndex | None) -> Category:
        seen = mirror
        while seen is not None and seen not in self._cast.tree.scope_of:
            seen = self._cast.mirror.get(seen)
        return Category.OTHER if seen is None else category_of(self._recording.steps[seen].name)

    def _gradient(self, key: NodeKey, step: Step) -> ViewNode:
        leaf = self._cast.accumulates[step.index]
        mirror = self._cast.mirror[step.index]
        node = None if step.grad_node is None else self._recording.grad_nodes[step.grad_node]
        around = self._cast.tree.scopes[self._cast.backward_scope[step.index]].path
        named = leaf if leaf is not None else None if node is None else node.variable
        value = next(iter(step.outputs), None)
        mirrors = None if leaf is None else self._leaf_box(leaf)
        if mirrors is None:
            mirrors = self._stage.key_of_step(mirror)
        return ViewNode(
            key=key,
            kind=NodeKind.GRADIENT,
            category=Category.TENSOR,
            title=f"{'?' if named is None else self._labels.leaf_title(named, around)}.grad",
            subtitle=self._labels.type_subtitle(value),
            step=step.index,
            value=value,
            grad_node=step.grad_node,
            group=group_key(self._cast, self._cast.backward_scope[step.index]),
            mirrors=mirrors,
        )

    def _leaf_box(self, leaf: ValueId) -> NodeKey | None:
        place = int(self._stage.place[self._roster.leaf_part.get(leaf, NOBODY)])
        return None if place == NOBODY else self._stage.key(place)

    def _optimizer(self, number: int, step: Step) -> ViewNode:
        return ViewNode(
            key=self._stage.names[self._roster.optimizer_from + number],
            kind=NodeKind.OPTIMIZER,
            category=Category.OPTIMIZER,
            title=short(step.name),
            subtitle=self._labels.optimizer_subtitle(step),
            step=step.index,
            value=next(iter(step.outputs), None),
        )

    def _failures(self) -> list[ViewNode]:
        nodes = []
        for number, failure in enumerate(self._cast.failures):
            nodes.append(
                ViewNode(
                    key=NodeKey(f"failed:{number}"),
                    kind=NodeKind.FAILED,
                    category=category_of(failure.name),
                    title=short(failure.name),
                    subtitle=self._labels.failed_subtitle(failure),
                    step=failure.step,
                    group=self._failed_group(),
                )
            )
        return nodes

    def _failed_group(self) -> GroupKey | None:
        scopes = self._cast.tree.ancestors(self._cast.tree.failed_in)
        return group_key(self._cast, next((at for at in scopes if self._stage.hidden_by[at] == NOBODY), ROOT))
