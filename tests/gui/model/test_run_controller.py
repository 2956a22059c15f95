import pytest

from engine.trace.outcome import Outcome, OutcomeKind
from gui.model.document import Document, RunState
from gui.model.playhead import BEFORE_FIRST, Playhead
from gui.model.preferences import Preferences
from gui.model.run_controller import Park, RunController
from tests.support.backend import starter_batch
from tests.support.recordings import STARTER, starter_recording

FINISHED = Outcome(kind=OutcomeKind.FINISHED, message="Finished in 3.1 ms.")
FAILED = Outcome(kind=OutcomeKind.FAILED, message="NameError.")


class FakeRunner:
    def __init__(self):
        self.requests = []
        self.stops = 0

    def run(self, request):
        self.requests.append(request)

    def stop(self):
        self.stops += 1


@pytest.fixture
def runner():
    return FakeRunner()


@pytest.fixture
def document():
    document = Document()
    document.replace_program(STARTER, "starter.py")
    return document


@pytest.fixture
def playhead():
    return Playhead()


@pytest.fixture
def runs(document, playhead, runner):
    return RunController(document, playhead, Preferences(), runner)


def _play(runs, outcome=FINISHED):
    info, store, batch = starter_batch()
    runs.take_start(info, store)
    runs.take_batch(batch)
    runs.take_end(outcome)


def test_asks_for_the_text_as_it_stands(runs, runner, document, tmp_path):
    document.edit_program("x = 1")
    runs.run()
    document.path = tmp_path / "mine.py"
    runs.run()
    assert [request.program for request in runner.requests] == ["x = 1", "x = 1"]
    assert runner.requests[0].filename == "starter.py"
    assert runner.requests[1].filename == str(tmp_path / "mine.py")


def test_asks_for_kernels_while_the_person_wants_them(document, playhead, runner):
    preferences = Preferences()
    runs = RunController(document, playhead, preferences, runner)
    runs.run()
    preferences.record_kernels(wanted=True)
    runs.run()
    assert [request.kernels for request in runner.requests] == [False, True]


def test_parks_at_the_end(runs, playhead, document):
    runs.run()
    _play(runs)
    assert len(document.recording) == 9
    assert playhead.current == 8
    assert document.recording.outcome == FINISHED


def test_parks_before_the_first_step_when_asked(runs, playhead):
    runs.run(Park.START)
    _play(runs)
    assert playhead.current == BEFORE_FIRST


def test_a_failed_run_shows_how_far_it_came(runs, playhead):
    runs.run(Park.START)
    _play(runs, FAILED)
    assert playhead.current == 8


def test_a_run_that_never_began_leaves_the_recording_alone(runs, document):
    runs.run()
    _play(runs)
    refused = []
    runs.refused.connect(refused.append)
    runs.run()
    assert runs.is_waiting
    runs.take_end(FAILED)
    assert refused == [FAILED]
    assert not runs.is_waiting
    assert document.recording.outcome == FINISHED


def test_opening_something_else_stops_the_run_and_keeps_its_facts_out(runs, runner, document, playhead):
    runs.run()
    info, store, batch = starter_batch()
    runs.take_start(info, store)
    other = starter_recording()
    document.show_recording(other)
    runs.take_batch(batch)
    runs.take_end(FAILED)
    assert runner.stops == 1
    assert len(other) == 9
    assert other.outcome.kind is OutcomeKind.FINISHED
    assert playhead.step_count == 9


def test_the_hand_on_the_playhead_wins_while_running(runs, playhead):
    info, store, batch = starter_batch()
    runs.run()
    runs.take_start(info, store)
    runs.take_batch(batch)
    playhead.seek(2)
    runs.take_end(FINISHED)
    assert playhead.current == 2


def test_state_is_passed_on(runs, document):
    runs.take_state(RunState.RUNNING)
    assert document.run_state is RunState.RUNNING
    assert runs.is_running
