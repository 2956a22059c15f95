"""Where values come from: the step or leaf of a picture that made each."""

import numpy as np

from engine.graph.cast import Cast
from engine.graph.outline import Ints
from engine.graph.roster import NOBODY, Roster
from engine.graph.stage import Stage
from engine.trace.ids import ValueId
from engine.trace.recording import Recording


class Makers:
    """The part that each value comes out of, and the one that is asked where that has no box.

    The second one is the leaf that shows another version of the same tensor.
    """

    def __init__(self, recording: Recording, cast: Cast, roster: Roster) -> None:
        self._recording = recording
        self._cast = cast
        self._roster = roster

    def of(self, values: Ints) -> tuple[Ints, Ints]:
        """The first and the second part of each value, ``NOBODY`` where there is none."""
        facts, roster = self._recording.values, self._roster
        distinct, places = np.unique(values, return_inverse=True)
        producers = [facts[value].producer for value in distinct.tolist()]
        first = roster.parts_of(np.array([NOBODY if at is None else at for at in producers], dtype=np.int64))
        second = np.full(len(first), NOBODY)
        # A forward or optimizer step that is in the picture has a box in every folding.
        for index in np.flatnonzero((first == NOBODY) | (first >= roster.backward_from)).tolist():
            value = ValueId(int(distinct[index]))
            if first[index] == NOBODY:
                first[index] = roster.leaf_part.get(value, NOBODY)
            second[index] = self._leaf_of_tensor(value)
        return first[places], second[places]

    def _leaf_of_tensor(self, value: ValueId) -> int:
        leaf = self._cast.leaf_of_tensor.get(self._recording.values[value].tensor)
        return NOBODY if leaf is None else self._roster.leaf_part[leaf]

    def place(self, stage: Stage, value: ValueId) -> int:
        """The place of the box that one value comes out of, or ``NOBODY``."""
        first, second = self.of(np.array([value]))
        found = int(stage.place[first[0]])
        return int(stage.place[second[0]]) if found == NOBODY else found
