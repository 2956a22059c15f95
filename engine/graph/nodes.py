"""The boxes of a picture."""

from collections import defaultdict

from engine.graph.cast import Cast
from engine.graph.categories import category_of
from engine.graph.labels import Labels, backward_title, inner_path, short
from engine.graph.scopes import ROOT, Scope
from engine.graph.stage import Stage, group_node_key
from engine.graph.view import WHOLE_PROGRAM, Category, GroupKey, NodeKey, NodeKind, ViewGroup, ViewNode
from engine.trace.facts import Step
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording


def view_nodes(recording: Recording, cast: Cast, stage: Stage) -> list[ViewNode]:
    """Return every box: leaves, then the steps in the order in which they happened."""
    return _Nodes(recording, cast, stage).all()


def view_groups(cast: Cast, stage: Stage) -> list[ViewGroup]:
    """Return the opened groups that are visible, parents before children."""
    spans = _spans(cast)
    groups = []
    for index, scope in enumerate(cast.tree.scopes):
        if index == ROOT or stage.box[index] is not None or index not in spans:
            continue
        first, last, count = spans[index]
        parent = group_key(cast, scope.parent)
        is_named = scope.subtitle and (scope.alike or scope.rounds or not scope.is_artificial)
        subtitle = f"{scope.subtitle} · {count} ops" if is_named else f"{count} ops"
        groups.append(
            ViewGroup(
                key=scope.key,
                title=short(scope.title),
                subtitle=short(subtitle, 60),
                parent=parent,
                first_step=first,
                last_step=last,
            )
        )
    return groups


def group_key(cast: Cast, scope: int) -> GroupKey | None:
    """The key of a scope; the root is no group."""
    return None if scope == ROOT else cast.tree.scopes[scope].key


def _spans(cast: Cast) -> dict[int, tuple[StepIndex, StepIndex, int]]:
    """First and last forward step and number of ops of each scope, by index."""
    spans: dict[int, tuple[StepIndex, StepIndex, int]] = {}
    tree = cast.tree
    for index in range(len(tree.scopes) - 1, -1, -1):
        firsts: list[StepIndex] = []
        lasts: list[StepIndex] = []
        count = 0
        for child in tree.scopes[index].children:
            if child >= 0:
                firsts.append(StepIndex(child))
                lasts.append(StepIndex(child))
                count += 1
            elif ~child in spans:
                first, last, inside = spans[~child]
                firsts.append(first)
                lasts.append(last)
                count += inside
        if firsts:
            spans[index] = (min(firsts), max(lasts), count)
    return spans


class _Nodes:
    def __init__(self, recording: Recording, cast: Cast, stage: Stage) -> None:
        self._recording = recording
        self._cast = cast
        self._stage = stage
        self._labels = Labels(recording)
        self._spans = _spans(cast)
        self._backward_of: defaultdict[NodeKey, list[Step]] = defaultdict(list)
        for step in cast.backward:
            if step.index in stage.of_step:
                self._backward_of[stage.of_step[step.index]].append(step)
        self._bookkeeping: defaultdict[StepIndex, list[StepIndex]] = defaultdict(list)
        for bookkeeping, main in cast.shares_box.items():
            self._bookkeeping[main].append(bookkeeping)
        self._category_of_op = {step.index: category_of(step.name) for step in cast.forward}

    def all(self) -> list[ViewNode]:
        """Build every box once, in order."""
        nodes = self._leaves()
        done: set[NodeKey] = {node.key for node in nodes}
        cast = self._cast
        for step in sorted((*cast.forward, *cast.backward, *cast.optimizer), key=lambda step: step.index):
            key = self._stage.of_step.get(step.index)
            if key is None or key in done:
                continue
            done.add(key)
            nodes.append(self._step_node(key, step))
        return nodes + self._failures()

    def _leaves(self) -> list[ViewNode]:
        return [
            ViewNode(
                key=self._stage.of_leaf[leaf.value],
                kind=NodeKind.LEAF,
                category=Category.TENSOR,
                title=self._labels.leaf_title(leaf.value, self._cast.tree.scopes[leaf.scope].path),
                subtitle=self._labels.leaf_subtitle(leaf.value),
                step=None,
                value=leaf.value,
                role=leaf.role,
                group=group_key(self._cast, leaf.scope),
            )
            for leaf in self._stage.shown_leaves
        ]

    def _step_node(self, key: NodeKey, step: Step) -> ViewNode:
        cast = self._cast
        if self._stage.box[ROOT] is not None:
            return self._whole(key)
        if step.index in cast.tree.scope_of:
            hidden_by = self._stage.box[cast.tree.scope_of[step.index]]
            return self._op(key, step) if hidden_by is None else self._folded(key, hidden_by)
        if step.index not in cast.backward_scope:
            return self._optimizer(key, step)
        hidden_by = self._stage.box[cast.backward_scope[step.index]]
        if hidden_by is not None:
            return self._folded_backward(key, hidden_by)
        return self._gradient(key, step) if step.index in cast.accumulates else self._backward(key, step)

    def _op(self, key: NodeKey, step: Step) -> ViewNode:
        module = self._cast.tree.module_of.get(step.index)
        around = self._cast.tree.scopes[self._cast.tree.scope_of[step.index]].path
        covered = (step.index, *self._bookkeeping.get(step.index, ()))
        return ViewNode(
            key=key,
            kind=NodeKind.OP,
            category=self._category_of_op[step.index],
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

    def _folded(self, key: NodeKey, scope_index: int) -> ViewNode:
        scope = self._cast.tree.scopes[scope_index]
        first, last, count = self._spans[scope_index]
        outputs = self._recording.steps[last].outputs
        return ViewNode(
            key=key,
            kind=NodeKind.GROUP,
            category=Category.LAYER if scope.path or scope.alike else Category.OTHER,
            title=short(scope.title),
            subtitle=self._group_subtitle(scope, next(iter(outputs), None)),
            step=first,
            last_step=last,
            value=next(iter(outputs), None),
            group=group_key(self._cast, scope.parent),
            count=count,
            stands_for=scope.key,
        )

    def _whole(self, key: NodeKey) -> ViewNode:
        """The whole program as one box."""
        cast = self._cast
        steps = [step.index for step in (*cast.forward, *cast.backward, *cast.optimizer)] + list(cast.shares_box)
        outputs = self._recording.steps[cast.forward[-1].index].outputs if cast.forward else ()
        return ViewNode(
            key=key,
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

    def _folded_backward(self, key: NodeKey, scope_index: int) -> ViewNode:
        scope = self._cast.tree.scopes[scope_index]
        steps = self._backward_of[key]
        sending = self._sending(steps)
        return ViewNode(
            key=key,
            kind=NodeKind.GROUP,
            category=Category.LAYER if scope.path or scope.alike else Category.OTHER,
            title=short(scope.title),
            subtitle=self._labels.sent_subtitle(sending[-1]),
            step=steps[0].index,
            last_step=steps[-1].index,
            value=next((value for value in sending[-1].outputs if value is not None), None),
            group=group_key(self._cast, scope.parent),
            mirrors=group_node_key(scope.key) if scope_index in self._spans else None,
            count=len(steps),
            stands_for=scope.key,
        )

    def _sending(self, steps: list[Step]) -> list[Step]:
        """Those that are no accumulation, if there are any."""
        return [step for step in steps if step.index not in self._cast.accumulates] or steps

    def _backward(self, key: NodeKey, step: Step) -> ViewNode:
        mirror = self._cast.mirror[step.index]
        sending = self._sending(self._backward_of[key])
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
            mirrors=None if mirror is None else self._stage.of_step.get(mirror),
            count=len(sending),
        )

    def _backward_category(self, mirror: StepIndex | None) -> Category:
        seen = mirror
        while seen is not None and seen not in self._category_of_op:
            seen = self._cast.mirror.get(seen)
        return Category.OTHER if seen is None else self._category_of_op[seen]

    def _gradient(self, key: NodeKey, step: Step) -> ViewNode:
        leaf = self._cast.accumulates[step.index]
        mirror = self._cast.mirror[step.index]
        node = None if step.grad_node is None else self._recording.grad_nodes[step.grad_node]
        around = self._cast.tree.scopes[self._cast.backward_scope[step.index]].path
        named = leaf if leaf is not None else None if node is None else node.variable
        value = next(iter(step.outputs), None)
        mirrors = self._stage.of_leaf.get(leaf) if leaf is not None else None
        if mirrors is None and mirror is not None:
            mirrors = self._stage.of_step.get(mirror)
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

    def _optimizer(self, key: NodeKey, step: Step) -> ViewNode:
        return ViewNode(
            key=key,
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
        return group_key(self._cast, next((at for at in scopes if self._stage.box[at] is None), ROOT))
