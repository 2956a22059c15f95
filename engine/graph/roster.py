"""Everybody of a cast as numbers, so that a picture need only ask about what it shows.

A *part* is a forward op, a leaf, a backward step or an optimizer step; they are numbered in this order, from 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.graph.cast import Cast, Leaf
from engine.graph.iterations import Iteration
from engine.graph.outline import Ints, Outline
from engine.graph.scopes import ROOT
from engine.trace.facts import Step
from engine.trace.ids import BackwardCallId, StepIndex, ValueId
from engine.trace.recording import Recording

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Spans:
    """First and last step of each group, those of the groups in it included, and how many there are (0: none)."""

    first: list[int]
    last: list[int]
    count: list[int]


class Roster:
    """The parts of one picture.

    Attributes:
        leaves: The leaves, in the order of their numbers; ``leaf_part`` gives the number of each.
        leaf_from: The number of the first leaf; ``backward_from``, ``optimizer_from`` and ``count`` likewise.
        scope: The group of each part.
        outline: The groups.
        forward: The forward ops of each group.
        backward: The backward steps of each group.
        sending: The last backward step of each group that is no accumulation of a gradient; -1 where all are.
        calls: For each backward step, in order, of which backward call of the picture it is, counted from 0.
        has_kernels: Whether of some op the kernels that it ran as are recorded.
    """

    def __init__(self, recording: Recording, iteration: Iteration, cast: Cast) -> None:
        self.leaves: list[Leaf] = list(cast.leaves.values())
        self.leaf_from = len(cast.forward)
        self.backward_from = self.leaf_from + len(self.leaves)
        self.leaf_part: dict[ValueId, int] = {value: self.leaf_from + n for n, value in enumerate(cast.leaves)}
        self.optimizer_from = self.backward_from + len(cast.backward)
        self.count = self.optimizer_from + len(cast.optimizer)
        self._first_step = iteration.first_step
        forward, backward = _indices(cast.forward), _indices(cast.backward)
        self._of_step = self._parts_of_steps(iteration, cast, forward, backward)
        forward_scope = _scopes(cast.tree.scope_of, forward)
        backward_scope = _scopes(cast.backward_scope, backward)
        leaf_scope = np.array([leaf.scope for leaf in self.leaves], dtype=np.int64)
        last = np.full(len(cast.optimizer), ROOT)
        self.scope: Ints = np.concatenate((forward_scope, leaf_scope, backward_scope, last))
        parents = [scope.parent for scope in cast.tree.scopes]
        boxes = np.bincount(self.scope[: self.optimizer_from], minlength=len(parents))
        self.outline = Outline(cast.tree, boxes, np.bincount(forward_scope, minlength=len(parents)))
        self.forward = _spans(parents, forward, forward_scope)
        self.backward = _spans(parents, backward, backward_scope)
        accumulates = np.fromiter(cast.accumulates, dtype=np.int64, count=len(cast.accumulates))
        sends = np.isin(backward, accumulates, invert=True)
        self.sending = _spans(parents, backward[sends], backward_scope[sends]).last
        calls: dict[BackwardCallId | None, int] = {}
        self.calls = [calls.setdefault(step.backward_call, len(calls)) for step in cast.backward]
        self.has_kernels = any(map(recording.kernels, cast.tree.scope_of))

    def part_of(self, step: StepIndex) -> int:
        """The part that a step is, or shares the box of; ``NOBODY`` for a step of another iteration."""
        place = step - self._first_step
        return int(self._of_step[place]) if 0 <= place < len(self._of_step) else NOBODY

    def parts_of(self, steps: Ints) -> Ints:
        """The same for many steps at once."""
        place = steps - self._first_step
        is_ours = (place >= 0) & (place < len(self._of_step))
        found = np.full(len(steps), NOBODY)
        found[is_ours] = self._of_step[place[is_ours]]
        return found

    def _parts_of_steps(self, iteration: Iteration, cast: Cast, forward: Ints, backward: Ints) -> Ints:
        found = np.full(len(iteration), NOBODY)
        found[forward - self._first_step] = np.arange(self.leaf_from)
        found[backward - self._first_step] = np.arange(self.backward_from, self.optimizer_from)
        found[_indices(cast.optimizer) - self._first_step] = np.arange(self.optimizer_from, self.count)
        for bookkeeping, main in cast.shares_box.items():
            found[bookkeeping - self._first_step] = found[main - self._first_step]
        return found


def _indices(steps: Sequence[Step]) -> Ints:
    return np.array([step.index for step in steps], dtype=np.int64)


def _scopes(scope_of: Mapping[StepIndex, int], steps: Ints) -> Ints:
    return np.array([*map(scope_of.__getitem__, steps.tolist())], dtype=np.int64)


def _spans(parents: Sequence[int], steps: Ints, scope: Ints) -> Spans:
    """The spans of some steps, in order, that lie in these groups."""
    # Where an index is written to more than once, the last one stays.
    firsts, lasts = np.full((2, len(parents)), NOBODY)
    firsts[scope[::-1]] = steps[::-1]
    lasts[scope] = steps
    first, last = firsts.tolist(), lasts.tolist()
    count = np.bincount(scope, minlength=len(parents)).tolist()
    for inner in range(len(parents) - 1, ROOT, -1):
        if count[inner]:
            around = parents[inner]
            first[around] = min(first[around], first[inner]) if count[around] else first[inner]
            last[around] = max(last[around], last[inner])
            count[around] += count[inner]
    return Spans(first, last, count)
