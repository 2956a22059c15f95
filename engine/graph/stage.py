"""Which box stands for which step and leaf under one state of folding.

Every box has a number, its *place*: that of the part which it shows, or one beyond all parts for a folded group.
"""

import numpy as np

from engine.graph.cast import Cast, Leaf
from engine.graph.folding import Folding, OpenScopes
from engine.graph.outline import Ints, Mask
from engine.graph.roster import NOBODY, Roster
from engine.graph.scopes import ROOT
from engine.graph.view import WHOLE_PROGRAM, GroupKey, NodeKey
from engine.trace.facts import Role, Step
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording

MOST_LEAVES = 120
"""No picture has more leaf boxes than this; the least used ones go first."""


def group_node_key(key: GroupKey) -> NodeKey:
    """The node that stands for a folded group."""
    return NodeKey(f"group:{key}")


def backward_group_key(key: GroupKey) -> NodeKey:
    """The node that stands for the backward pass of a folded group; the whole program is one box with its own."""
    return group_node_key(key) if key == WHOLE_PROGRAM else NodeKey(f"backgroup:{key}")


class Stage:
    """The boxes of one picture.

    Attributes:
        open: The folding, resolved.
        hidden_by: For each scope the folded scope that hides it, or ``NOBODY`` where its members are visible.
        place: For each part the place of the box that stands for it, or ``NOBODY``; at the end stands one more
            ``NOBODY``, so that the place of nobody is nobody's.
        names: The key of each box that is no folded group, by place.
        shown_leaves: The leaves that are boxes, by place.
    """

    def __init__(self, cast: Cast, roster: Roster, opened: OpenScopes) -> None:
        self.open = opened
        self.hidden_by: Ints = roster.outline.hidden_by(opened.is_open)
        self.names: dict[int, NodeKey] = {}
        self.shown_leaves: dict[int, Leaf] = {}
        self._scopes = cast.tree.scopes
        self._roster = roster
        self._folded_from = roster.count
        self._backward_from = roster.count + len(roster.outline)
        folded = self.hidden_by[roster.scope]
        first = np.full(roster.count, self._folded_from)
        if self.hidden_by[ROOT] == NOBODY:  # else one box stands for both passes
            first[roster.backward_from : roster.optimizer_from] = self._backward_from
        place = np.where(folded == NOBODY, np.arange(roster.count), first + folded)
        self.place: Ints = np.append(place, NOBODY)

    def visible(self, start: int, stop: int) -> list[int]:
        """The parts from ``start`` on, before ``stop``, that lie in no folded group."""
        shown: list[int] = (np.flatnonzero(self.hidden_by[self._roster.scope[start:stop]] == NOBODY) + start).tolist()
        return shown

    def is_folded(self, places: Ints) -> Mask:
        """Which places are those of folded groups."""
        return places >= self._folded_from

    def place_of_folded(self, scope: int, *, is_backward: bool) -> int:
        """The place of a folded group, or of its backward pass."""
        return scope + (self._backward_from if is_backward else self._folded_from)

    def place_of_step(self, step: StepIndex) -> int:
        """The place of the box that stands for a step, or ``NOBODY``."""
        return int(self.place[self._roster.part_of(step)])

    def key(self, place: int) -> NodeKey:
        """The key of the box at a place."""
        if place < self._folded_from:
            return self.names[place]
        if place < self._backward_from:
            return group_node_key(self._scopes[place - self._folded_from].key)
        return backward_group_key(self._scopes[place - self._backward_from].key)

    def key_of_step(self, step: StepIndex | None) -> NodeKey | None:
        """The key of the box that stands for a step."""
        place = NOBODY if step is None else self.place_of_step(step)
        return None if place == NOBODY else self.key(place)


def stage_of(recording: Recording, cast: Cast, roster: Roster, folding: Folding) -> Stage:
    """Resolve the folding and name every box."""
    opened = folding.resolved(roster.outline)
    if not (cast.forward or cast.backward or cast.optimizer):
        # Without a step there is nothing to fold, and what there is stays visible.
        opened.is_open[ROOT] = True
    stage = Stage(cast, roster, opened)
    for number in stage.visible(0, roster.leaf_from):
        stage.names[number] = NodeKey(f"op:{number}:{cast.forward[number].name}")
    _name_leaves(recording, roster, stage)
    _BackwardNames(recording, cast, roster, stage).give()
    for number, part in enumerate(stage.visible(roster.optimizer_from, roster.count)):
        stage.names[part] = NodeKey(f"optimizer:{number}")
    return stage


def _name_leaves(recording: Recording, roster: Roster, stage: Stage) -> None:
    inside = stage.visible(roster.leaf_from, roster.backward_from)
    stage.place[inside] = NOBODY
    visible = []
    for part in inside:
        leaf = roster.leaves[part - roster.leaf_from]
        if stage.open.show_parameters or leaf.role not in (Role.PARAMETER, Role.BUFFER):
            visible.append((part, leaf))
    if len(visible) > MOST_LEAVES:
        most_used = sorted(visible, key=lambda found: -len(found[1].uses))
        kept = {part for part, _ in most_used[:MOST_LEAVES]}
        visible = [(part, leaf) for part, leaf in visible if part in kept]
    taken: set[str] = set()
    for number, (part, leaf) in enumerate(visible):
        names = recording.names(leaf.value)
        text = f"leaf:{names[0] if names else number}"
        if text in taken:
            text = f"{text}#{number}"
        taken.add(text)
        stage.names[part] = NodeKey(text)
        stage.place[part] = part
        stage.shown_leaves[part] = leaf


class _BackwardNames:
    """Names for the backward steps that are visible, in order; some share a box."""

    def __init__(self, recording: Recording, cast: Cast, roster: Roster, stage: Stage) -> None:
        self._recording = recording
        self._cast = cast
        self._roster = roster
        self._stage = stage
        self._runs: dict[str, int] = {}
        self._place_of_key: dict[NodeKey, int] = {}
        self._shown = {leaf.value: part for part, leaf in stage.shown_leaves.items()}

    def give(self) -> None:
        """Give every visible backward step its place and name."""
        stage, start = self._stage, self._roster.backward_from
        visible = stage.visible(start, self._roster.optimizer_from)
        stage.place[visible] = NOBODY
        for part in visible:
            step = self._cast.backward[part - start]
            if step.index in self._cast.accumulates:
                self._accumulation(part, step)
            else:
                self._put(part, self._key(part, step))

    def _put(self, part: int, key: NodeKey) -> None:
        place = self._place_of_key.setdefault(key, part)
        self._stage.place[part] = place
        self._stage.names[place] = key

    def _key(self, part: int, step: Step) -> NodeKey:
        """Named after what it mirrors: autograd's order may differ from iteration to iteration."""
        beside = self._stage.key_of_step(self._cast.mirror[step.index]) or ""
        if beside and not self._stage.open.is_detailed:
            return NodeKey(f"back:{self._roster.calls[part - self._roster.backward_from]}:{beside}")
        return self._numbered(f"back:{step.name}:{beside}")

    def _accumulation(self, part: int, step: Step) -> None:
        """A hidden parameter's accumulation is part of the backward node that sends to it."""
        stage = self._stage
        leaf = self._cast.accumulates[step.index]
        if leaf is None:
            self._put(part, self._numbered(f"grad::{stage.key_of_step(self._cast.mirror[step.index]) or ''}"))
        elif leaf in self._shown:
            self._put(part, self._numbered(f"grad:{stage.names[self._shown[leaf]].removeprefix('leaf:')}"))
        else:
            sender = self._sender(step)
            stage.place[part] = NOBODY if sender is None else stage.place_of_step(sender)

    def _sender(self, step: Step) -> StepIndex | None:
        """The last step before this one that sent its node a gradient."""
        if step.grad_node is None:
            return None
        senders = dict.fromkeys(edge.source for edge in self._recording.edges_into(step.grad_node))
        runs = (run for sender in senders for run in self._recording.runs_of(sender))
        return max((run for run in runs if run < step.index), default=None)

    def _numbered(self, text: str) -> NodeKey:
        """The text, with a number from the second time on."""
        count = self._runs[text] = self._runs.get(text, 0) + 1
        return NodeKey(text if count == 1 else f"{text}#{count}")
