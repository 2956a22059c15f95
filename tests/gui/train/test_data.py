"""Data is seen before anything is trained on it."""

import numpy as np
import pytest

from engine.protocol.data import DataAnswer, TensorFacts
from engine.training.facts import Picture
from engine.training.plan import FileData, PaintedData
from gui.train.batch_view import BatchDialog
from gui.train.data_card import READING
from gui.train.sample_rows import rows_of
from tests.gui.train.facts import progress


def told(name, numbers):
    array = np.asarray(numbers, dtype="<f4")
    return Picture(0, name, array.shape, array.tobytes())


@pytest.fixture
def asked(bench):
    """The questions that the window asks from now on; nobody answers them."""
    found = []
    bench.training.data.asked.connect(found.append)
    return found


def answer(bench, asked, **facts):
    bench.training.data.take_answer(asked[-1], DataAnswer(**facts))
    bench.page.refresh()


def choose(bench, name):
    next(entry for entry in bench.page.data._menu.actions() if entry.text() == name).trigger()


def facts_of(bench):
    facts = bench.page.data.facts
    return [part.text() for part in (facts.split, facts.batch, facts.trouble) if part.isVisibleTo(bench.page)]


POINTS = (
    told("data/train", [[0, 0, 0], [1, 1, 1], [2, 0, 1]]),
    told("data/validation", [[0.5, 0.5, 1]]),
    told("batch/inputs", [[0, 0], [1, 1]]),
    told("batch/targets", [0, 1]),
)
BATCH = {
    "inputs": TensorFacts(shape=(2, 2), type="float32"),
    "targets": TensorFacts(shape=(2,), type="int64"),
}


def test_points_split_and_batch_are_shown_before_play(bench, asked, qtbot):
    choose(bench, "moons")
    bench.page.refresh()
    assert bench.page.data.preview._words == READING
    assert "make_moons(count=512" in asked[-1].request.program
    answer(bench, asked, train=3, validation=1, counts=((1, 0), (2, 1)), pictures=POINTS, **BATCH)
    assert facts_of(bench) == ["3 train · 1 validation · 2 classes of 1–3", "batch [2, 2] f32 → [2] i64"]
    assert len(bench.page.data.preview._samples) == 3
    assert len(bench.page.data.preview._rest) == 1
    assert len(bench.page.boundary.view._layers[0]) == 3
    bench.page.data.facts.batch.click()
    dialog = bench.page.findChild(BatchDialog)
    assert dialog.headline == "moons: the first 2 samples of a batch"
    assert dialog.view.labels == []
    assert not bench.page.grab().isNull()


def test_an_answer_that_was_overtaken_is_dropped(bench, asked):
    choose(bench, "moons")
    old = asked[-1]
    choose(bench, "xor")
    bench.training.data.take_answer(old, DataAnswer(train=9))
    assert bench.training.data.look.answer.train == 0
    assert bench.training.data.is_waiting


def test_a_slider_asks_anew_and_the_picture_stays_meanwhile(bench, asked):
    choose(bench, "moons")
    answer(bench, asked, train=3, pictures=POINTS)
    bench.page.data.noise.edited.emit((0.3,))
    assert "noise=0.3" in asked[-1].request.program
    bench.page.refresh()
    assert len(bench.page.data.preview._samples) == 3


def test_what_is_wrong_with_a_file_stands_in_place_of_its_picture(bench, asked):
    bench.training.plan.use_data(FileData(path="/nowhere/plants.csv"))
    said = "plants.csv, line 3: an empty cell in column long is not a number."
    answer(bench, asked, trouble=said)
    assert bench.page.data.preview._words == said
    assert facts_of(bench) == []


def test_a_class_without_samples_is_told(bench, asked):
    choose(bench, "moons")
    answer(bench, asked, train=3, counts=((3, 0), (0, 1)), pictures=POINTS)
    assert facts_of(bench)[-1] == "Class 1 has no samples to train on."


def test_rows_of_a_table_and_letters_of_a_sequence_are_written(bench, asked):
    bench.training.plan.use_data(FileData(path="/nowhere/plants.csv"))
    answer(
        bench, asked, train=2, counts=((1, 0), (1, 0)), labels=("elm", "oak"), columns=("a", "b", "c", "d", "e"),
        pictures=(told("batch/inputs", [[1, 2, 3, 4, 5], [1.5, 2, 3, 4, 5]]), told("batch/targets", [1, 0])),
    )  # fmt: skip
    rows = rows_of(bench.training.data.look)
    assert rows.heads == ("a", "b", "c", "d", "…", "target")
    assert [(row.cells[0], row.target, row.kind) for row in rows.rows] == [("1", "oak", 1), ("1.5", "elm", 0)]
    assert not bench.page.data.preview.grab().isNull()
    choose(bench, "sort")
    answer(
        bench, asked, train=1, pictures=(told("batch/inputs", [[2, 0, 1]]), told("batch/targets", [[0, 1, 2]]))
    )  # fmt: skip
    rows = rows_of(bench.training.data.look)
    assert [(row.cells, row.target) for row in rows.rows] == [(("cab",), "abc")]
    assert not bench.page.data.preview.grab().isNull()


def test_painted_points_show_by_themselves(bench, asked):
    bench.training.plan.use_data(PaintedData(points=((0.0, 0.0, 0),)))
    assert asked == []
    bench.page.refresh()
    assert facts_of(bench) == []  # one point is a beginning, and no mistake
    bench.training.plan.use_data(PaintedData(points=((0.0, 0.0, 0), (0.5, 0.5, 2))))
    bench.page.refresh()
    assert facts_of(bench) == ["Class 1 has no points: paint some, or leave out the classes behind it."]
    assert len(bench.page.data.preview._samples) == 2


def test_a_run_does_not_hide_the_data_of_the_plan(begun):
    found = []
    begun.training.data.asked.connect(found.append)
    begun.training.data.want()
    answer(begun, found, train=3, pictures=POINTS)
    begun.tell(Picture(0, "data/train", (1, 3), np.zeros(3, "<f4").tobytes()))
    assert len(begun.page.data.preview._samples) == 3
    assert len(begun.page.boundary.view._layers[0]) == 1  # the boundary is the run's own


def test_the_line_below_the_data_shows_a_batch_of_it_and_the_key_one_of_the_run(begun):
    found = []
    begun.training.data.asked.connect(found.append)
    begun.training.data.want()
    answer(begun, found, train=3, pictures=POINTS, **BATCH)
    begun.tell(progress(3), Picture(3, "batch/inputs", (1, 2), np.zeros(2, "<f4").tobytes()))
    begun.page.data.facts.batch.click()
    dialog = begun.page.findChild(BatchDialog)
    assert dialog.headline == "two spirals: the first 2 samples of a batch"
    begun.workbench.book.qaction("train.look_batch").trigger()
    assert dialog.headline == "calm-1, after 3 iterations: the first 1 samples"
