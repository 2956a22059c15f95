"""Steps as columns: phases, modules by depth, marks of sick numbers."""

import numpy as np
import pytest

from engine.trace.batch import Batch
from engine.trace.facts import Statistics
from engine.trace.ids import ValueId
from gui.timeline import table as module
from gui.timeline.table import NO_MODULE, PHASES, Mark, StepTable
from tests.support.large import large_recording
from tests.support.recordings import starter_recording


def test_phases_and_marks_of_the_starter() -> None:
    table = StepTable(starter_recording())
    assert [PHASES[code].value for code in table.phases] == ["forward"] * 4 + ["backward"] * 5
    assert set(table.marks.tolist()) == {Mark.NONE}
    assert table.depth == 0


def test_late_statistics_mark_a_step() -> None:
    recording = starter_recording()
    whole = StepTable(recording)
    recording.append(Batch(statistics=(Statistics(ValueId(2), None, None, None, None, None, 0, 3, 0),)))
    assert whole.marks[1] == Mark.NONE
    assert StepTable(recording).marks[1] == Mark.NONFINITE


def test_zero_gradients_are_marked_only_in_the_backward_pass() -> None:
    recording = starter_recording()
    zero = Statistics(ValueId(7), 0.0, 0.0, 0.0, 0.0, 0.0, 3, 0, 0)
    forward = Statistics(ValueId(3), 0.0, 0.0, 0.0, 0.0, 0.0, 3, 0, 0)
    recording.append(Batch(statistics=(zero, forward)))
    marks = StepTable(recording).marks.tolist()
    assert marks == [0, 0, 0, 0, 0, Mark.ZERO, 0, 0, 0]


def test_modules_by_depth() -> None:
    table = StepTable(large_recording(1000, layers=4))
    assert table.depth == 2
    assert set(table.modules(0).tolist()) == {0, NO_MODULE}
    runs = table.modules(1)[np.flatnonzero(np.diff(table.modules(1), prepend=-9))].tolist()
    assert runs == [1, 2, 3, 4, 3, 2, 1, NO_MODULE]


def test_growing_gives_the_same_as_all_at_once() -> None:
    source = large_recording(500, layers=3)
    grown = large_recording(1)
    grown.steps.clear()
    grown.module_calls[:] = source.module_calls
    table = StepTable(grown)
    for start in range(0, 500, 77):
        grown.append(Batch(steps=tuple(source.steps[start : start + 77])))
        table.extend()
    whole = StepTable(source)
    assert np.array_equal(table.phases, whole.phases)
    assert np.array_equal(table.modules(1), whole.modules(1))


def test_long_recordings_are_judged_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_mark_of", lambda _recording, _step: Mark.NONFINITE)
    table = StepTable(large_recording(4000, layers=3))
    assert len(table) == 4000
    assert np.count_nonzero(table.marks) == module.MARKED_AT_ONCE
    assert table.mark_some(2000)
    assert not table.mark_some(2000)
    assert np.count_nonzero(table.marks) == 4000
