"""Which box stands for which step and leaf under one state of folding."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.graph.cast import Cast, Leaf
from engine.graph.folding import Folding, OpenScopes
from engine.graph.scopes import ROOT
from engine.graph.view import WHOLE_PROGRAM, GroupKey, NodeKey
from engine.trace.facts import Role, Step
from engine.trace.ids import BackwardCallId, GradNodeId, StepIndex, ValueId
from engine.trace.recording import Recording

MOST_LEAVES = 120
"""No picture has more leaf boxes than this; the least used ones go first."""


@dataclass(slots=True)
class Stage:
    """``box`` is, for each scope, the folded scope that hides it, or None when its members are visible."""

    open: OpenScopes
    box: list[int | None]
    of_step: dict[StepIndex, NodeKey] = field(default_factory=dict)
    of_leaf: dict[ValueId, NodeKey] = field(default_factory=dict)
    shown_leaves: list[Leaf] = field(default_factory=list)


def stage_of(recording: Recording, cast: Cast, folding: Folding) -> Stage:
    """Resolve the folding and name every box."""
    opened = folding.open_scopes(cast.tree, lambda is_open: _count_boxes(cast, is_open))
    if not (cast.forward or cast.backward or cast.optimizer):
        # Without a step there is nothing to fold, and what there is stays visible.
        opened = replace(opened, is_open=(True, *opened.is_open[1:]))
    stage = Stage(opened, _hidden_by(cast, opened.is_open))
    _name_ops(cast, stage)
    _name_leaves(recording, cast, stage)
    _name_backward(recording, cast, stage)
    for number, step in enumerate(cast.optimizer):
        is_hidden = stage.box[ROOT] is not None
        stage.of_step[step.index] = group_node_key(WHOLE_PROGRAM) if is_hidden else NodeKey(f"optimizer:{number}")
    return stage


def group_node_key(key: GroupKey) -> NodeKey:
    """The node that stands for a folded group."""
    return NodeKey(f"group:{key}")


def backward_group_key(key: GroupKey) -> NodeKey:
    """The node that stands for the backward pass of a folded group; the whole program is one box with its own."""
    return group_node_key(key) if key == WHOLE_PROGRAM else NodeKey(f"backgroup:{key}")


def _hidden_by(cast: Cast, is_open: Sequence[bool]) -> list[int | None]:
    """For each scope the outermost closed one around it, None where there is none."""
    box: list[int | None] = []
    for index, scope in enumerate(cast.tree.scopes):
        hidden_by = box[scope.parent] if index != ROOT else None
        box.append(hidden_by if hidden_by is not None else None if is_open[index] else index)
    return box


def _count_boxes(cast: Cast, is_open: Sequence[bool]) -> int:
    """How many boxes there are when everything in open scopes is shown (a folded group counts twice)."""
    box = _hidden_by(cast, is_open)
    scopes = [cast.tree.scope_of[step.index] for step in cast.forward]
    scopes += [leaf.scope for leaf in cast.leaves.values()]
    scopes += [cast.backward_scope[step.index] for step in cast.backward]
    folded = {hidden_by for hidden_by in box if hidden_by is not None}
    return sum(box[scope] is None for scope in scopes) + 2 * len(folded)


def _name_ops(cast: Cast, stage: Stage) -> None:
    for number, step in enumerate(cast.forward):
        hidden_by = stage.box[cast.tree.scope_of[step.index]]
        if hidden_by is None:
            stage.of_step[step.index] = NodeKey(f"op:{number}:{step.name}")
        else:
            stage.of_step[step.index] = group_node_key(cast.tree.scopes[hidden_by].key)
    for bookkeeping, main in cast.shares_box.items():
        stage.of_step[bookkeeping] = stage.of_step[main]


def _name_leaves(recording: Recording, cast: Cast, stage: Stage) -> None:
    visible = []
    for value, leaf in cast.leaves.items():
        hidden_by = stage.box[leaf.scope]
        if hidden_by is not None:
            stage.of_leaf[value] = group_node_key(cast.tree.scopes[hidden_by].key)
        elif stage.open.show_parameters or leaf.role not in (Role.PARAMETER, Role.BUFFER):
            visible.append(leaf)
    if len(visible) > MOST_LEAVES:
        kept = {leaf.value for leaf in sorted(visible, key=lambda leaf: -len(leaf.uses))[:MOST_LEAVES]}
        visible = [leaf for leaf in visible if leaf.value in kept]
    taken: set[str] = set()
    for number, leaf in enumerate(visible):
        names = recording.names(leaf.value)
        text = f"leaf:{names[0] if names else number}"
        if text in taken:
            text = f"{text}#{number}"
        taken.add(text)
        stage.of_leaf[leaf.value] = NodeKey(text)
        stage.shown_leaves.append(leaf)


def _name_backward(recording: Recording, cast: Cast, stage: Stage) -> None:
    shown = {leaf.value for leaf in stage.shown_leaves}
    sender: dict[GradNodeId, StepIndex] = {}
    runs: dict[str, int] = {}
    calls: dict[BackwardCallId | None, int] = {}
    for step in cast.backward:
        call = calls.setdefault(step.backward_call, len(calls))
        scope = stage.box[cast.backward_scope[step.index]]
        if step.grad_node is not None:
            for edge in recording.edges_from(step.grad_node):
                sender[edge.target] = step.index
        if scope is not None:
            stage.of_step[step.index] = backward_group_key(cast.tree.scopes[scope].key)
        elif step.index not in cast.accumulates:
            stage.of_step[step.index] = _backward_key(stage, step, call, cast.mirror[step.index], runs)
        else:
            _name_gradient(cast, stage, step.index, shown, runs, sender.get(step.grad_node or GradNodeId(0)))


def _backward_key(stage: Stage, step: Step, call: int, mirror: StepIndex | None, runs: dict[str, int]) -> NodeKey:
    """Named after what it mirrors: autograd's order may differ from iteration to iteration.

    ``call`` counts the backward calls of the iteration.
    """
    beside = stage.of_step.get(mirror, "") if mirror is not None else ""
    if beside and not stage.open.is_detailed:
        return NodeKey(f"back:{call}:{beside}")
    return _numbered(f"back:{step.name}:{beside}", runs)


def _name_gradient(
    cast: Cast, stage: Stage, step: StepIndex, shown: set[ValueId], runs: dict[str, int], sender: StepIndex | None
) -> None:
    """A hidden parameter's accumulation is part of the backward node that sends to it."""
    value = cast.accumulates[step]
    mirror = cast.mirror[step]
    if value is not None and value in shown:
        stage.of_step[step] = _numbered(f"grad:{stage.of_leaf[value].removeprefix('leaf:')}", runs)
    elif value is None:
        stage.of_step[step] = _numbered(f"grad::{'' if mirror is None else stage.of_step.get(mirror, '')}", runs)
    elif sender is not None and sender in stage.of_step:
        stage.of_step[step] = stage.of_step[sender]


def _numbered(text: str, runs: dict[str, int]) -> NodeKey:
    """The text, with a number from the second time on."""
    count = runs[text] = runs.get(text, 0) + 1
    return NodeKey(text if count == 1 else f"{text}#{count}")
