"""What is marked at each place of the playhead."""

import pytest

from engine.trace.facts import Phase, Span
from gui.editor.line_values import LineValues, value_text
from gui.editor.marks import BACKWARD_HINT, LEAF_HINT, marks_at
from gui.editor.visits import Visits
from tests.support.recordings import starter_recording


def test_before_the_first_step() -> None:
    marks = marks_at(starter_recording(), -1)
    assert (marks.executed_line, marks.next_line, marks.underlined) == (None, 4, None)


@pytest.mark.parametrize(
    ("step", "executed", "following", "span"),
    [
        (0, 4, 4, Span(0, 4, 15, 4, 20)),
        (2, 4, 5, Span(0, 4, 4, 4, 25)),
        (3, 5, 5, Span(0, 5, 0, 5, 7)),
        (5, 5, 5, Span(0, 4, 4, 4, 25)),
        (8, 5, None, Span(0, 3, 4, 3, 55)),
    ],
)
def test_arrows_and_underline(step: int, executed: int, following: int | None, span: Span) -> None:
    marks = marks_at(starter_recording(), step)
    assert (marks.executed_line, marks.next_line, marks.underlined) == (executed, following, span)


def test_hints_are_said_only_going_backward() -> None:
    recording = starter_recording()
    assert marks_at(recording, 2).hint == ""
    assert marks_at(recording, 5).hint == BACKWARD_HINT
    assert marks_at(recording, 8).hint == LEAF_HINT
    assert marks_at(recording, 3).executed_phase is Phase.FORWARD
    assert marks_at(recording, 3).next_phase is Phase.BACKWARD


def test_values_at_line_ends() -> None:
    recording = starter_recording()
    values = LineValues(recording)
    assert values.at(-1) == {}
    assert values.at(0) == {3: "x = [1, -2, 3]"}
    assert values.at(2) == {3: "x = [1, -2, 3]", 4: "y = [3, 0, 7]"}
    assert value_text(recording, recording.values[4].id) == "= 10"


def test_smallest_sub_expression() -> None:
    visits = Visits(starter_recording())
    assert visits.at(4, 15, 8) == 0  # 2 * x
    assert visits.at(4, 22, 8) == 1  # + 1
    assert visits.at(4, 5, 8) == 2  # torch.relu
    assert visits.at(4, 0, 8) is None
    assert visits.at(1, 0, 8) is None


def test_visits_of_a_line() -> None:
    visits = Visits(starter_recording())
    assert visits.of_line(4, -1) == 0
    assert visits.of_line(5, 0) == 3
    assert visits.of_line(5, 3) == 3
    assert visits.of_line(1, 0) is None
