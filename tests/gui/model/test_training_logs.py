"""Runs as event files of TensorBoard: written while they go on, and told when they cannot be."""

import numpy as np
import pytest

from engine.trace.outcome import Outcome, OutcomeKind
from engine.training.facts import Mark, MarkKind, Progress, TrainState
from gui.model.training_book import RunBook
from gui.model.training_logs import EVERY_S, RunLogs
from gui.model.training_run import LivePicture, TrainingRun
from tests.engine.training.test_event_file import events, fields


@pytest.fixture
def book():
    return RunBook()


@pytest.fixture
def logs(book):
    logs = RunLogs(book)
    yield logs
    logs.close()


def run_of(book, name="calm-1"):
    run = TrainingRun(name, 0, "import torch\n")
    book.add(run)
    return run


def learn(book, run, start, end):
    iterations = np.arange(start, end)
    run.curves.extend("loss", iterations, 1.0 / (1.0 + iterations))
    book.advanced.emit(run)


def told_by(folder):
    """What a run's event file tells: step, tag, number."""
    (path,) = folder.glob("events.*")
    for event in events(path):
        if 5 in event:
            value = fields(fields(event[5][0])[1][0])
            yield event.get(2, [0])[0], value[1][0].decode(), value.get(2, [None])[0]


def test_a_run_is_written_from_its_begin_and_as_it_goes_on(book, logs, tmp_path):
    run = run_of(book)
    learn(book, run, 0, 5)
    logs.use(tmp_path)
    learn(book, run, 5, 8)
    run.marks.append(Mark(iteration=7, kind=MarkKind.EDIT, text="lr 0.1 → 0.2"))
    book.advanced.emit(run)
    logs.close()
    found = list(told_by(tmp_path / "calm-1"))
    assert [step for step, tag, _ in found if tag == "loss"] == list(range(8))
    assert [number for _, tag, number in found if tag == "loss"] == pytest.approx([1 / (1 + k) for k in range(8)])
    assert [step for step, tag, _ in found if tag == "marks/edit"] == [7]


def test_histograms_are_written_now_and_then_and_the_last_in_any_case(book, logs, tmp_path):
    run = run_of(book)
    logs.use(tmp_path)
    for iteration in (1, 2, 3):
        run.pictures["histogram/fc.weight"] = LivePicture(iteration, np.array([0, 1, 4, 5], np.float32))
        learn(book, run, 3 * iteration, 3 * iteration + 3)
    run.outcome = Outcome(kind=OutcomeKind.STOPPED, message="")
    book.advanced.emit(run)
    logs.close()
    found = list(told_by(tmp_path / "calm-1"))
    assert [step for step, tag, _ in found if tag == "histogram/fc.weight"] == [1, 3]


def test_a_run_that_goes_on_is_not_written_with_every_word(book, logs, tmp_path, monkeypatch):
    now_s = [0.0]
    monkeypatch.setattr("gui.model.training_logs.time.monotonic", lambda: now_s[0])
    run = run_of(book)
    run.progress = Progress(state=TrainState.RUNNING, iteration=0)
    logs.use(tmp_path)
    written = []
    for word in range(40):
        now_s[0] += EVERY_S / 10
        learn(book, run, word, word + 1)
        written.append(logs._logs[run].written["loss"])
    assert len(set(written)) == 4
    run.progress = Progress(state=TrainState.PAUSED, iteration=40)
    book.advanced.emit(run)
    assert logs._logs[run].written["loss"] == 39
    logs.close()
    assert [step for step, tag, _ in told_by(tmp_path / "calm-1") if tag == "loss"] == list(range(40))


def test_runs_of_one_name_and_odd_names_get_folders_of_their_own(book, logs, tmp_path):
    logs.use(tmp_path)
    for name in ("a/b", "a/b", ".."):
        learn(book, run_of(book, name), 0, 1)
    logs.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a_b", "a_b (2)", "run"]


def test_a_folder_that_cannot_be_written_is_told_once(book, logs, tmp_path):
    (tmp_path / "file").write_text("")
    told = []
    logs.failed.connect(told.append)
    logs.use(tmp_path / "file")
    run = run_of(book)
    learn(book, run, 0, 1)
    learn(book, run, 1, 2)
    assert len(told) == 1
    assert told[0].startswith(f"Runs are not written to {tmp_path / 'file'} any more: ")
    assert logs.folder is None


def test_a_run_comes_back_to_where_it_was(book):
    runs = [run_of(book, name) for name in ("first", "second", "third")]
    for began_s, run in enumerate(runs, start=1):
        run.began_s, run.outcome = float(began_s), Outcome(kind=OutcomeKind.STOPPED, message="")
    for run in (runs[2], runs[0]):
        book.remove(run)
    book.put_back()
    assert [run.name for run in book.runs] == ["second", "first"]
    book.put_back()
    assert [run.name for run in book.runs] == ["third", "second", "first"]
    assert book.current is runs[2]
