"""Runs beyond a session: a second window lists, draws, renames, deletes and brings back what the first one trained."""

import numpy as np
import pytest

from engine.network.templates import templates
from engine.training.kept_pictures import FILE_NAME
from engine.training.plan import Choice
from gui.model.training_run import Phase
from gui.model.workspace import Workspace
from gui.train.network_card import HINT, KEPT
from tests.gui.train import facts
from tests.gui.train.conftest import Bench
from tests.support.workbench import build, destroy


@pytest.fixture
def windows(qtbot, tmp_path):
    """Open one window after the other over the same settings."""
    open_now = []

    def again():
        for one in open_now:
            one.workbench.models.preferences.choose_workspace(Workspace.EXPLORE)  # the next one is heard from its start
            destroy(one.workbench)
        open_now.clear()
        workbench = build(tmp_path)
        with qtbot.waitExposed(workbench.window):
            workbench.window.show()
        open_now.append(Bench(workbench))
        workbench.models.preferences.choose_workspace(Workspace.TRAIN)
        return open_now[0]

    yield again
    for one in open_now:
        destroy(one.workbench)


def trained(bench, qtbot, count=300):
    """Train one run to its end."""
    known = len(bench.training.book.runs)
    bench.training.control.toggle()
    qtbot.waitUntil(lambda: len(bench.training.book.runs) > known and bench.run.ring is not None, timeout=3000)
    run = bench.run
    bench.tell(facts.hyper(), *facts.curves(0, count), facts.edit(40), facts.progress(count))
    bench.trainer.finish()
    qtbot.waitUntil(lambda: not run.is_alive, timeout=3000)
    return run


def test_runs_are_there_again_with_their_curves_marks_and_settings(windows, qtbot, tmp_path):
    first = windows()
    first.training.plan.choose_metric("F1Score", wanted=True)
    old = trained(first, qtbot)
    other = trained(first, qtbot, 200)
    first.training.book.rename(other, "the good one")
    second = windows()
    runs = second.training.book.runs
    assert {run.name for run in runs} == {"calm-1", "the good one"}
    run = next(run for run in runs if run.name == "calm-1")
    assert not run.is_loaded or run is second.run
    second.training.book.choose(run)
    qtbot.waitUntil(lambda: run.is_loaded, timeout=5000)
    assert run.curves.get("loss").numbers.tolist() == pytest.approx(old.curves.get("loss").numbers.tolist(), rel=1e-6)
    assert [(mark.iteration, mark.kind, mark.text) for mark in run.marks] == [
        (mark.iteration, mark.kind, mark.text) for mark in old.marks
    ]
    assert run.plan == old.plan
    assert run.plan.metrics == (Choice("F1Score"),)
    assert run.hyper == old.hyper
    assert run.phase is Phase.ENDED
    qtbot.waitUntil(lambda: not second.page.charts.loss.is_empty, timeout=5000)
    assert second.page.boundary._words(run, False).startswith("This run is of an earlier session")
    second.training.book.show_beside(next(one for one in runs if one is not run), shown=True)
    qtbot.waitUntil(lambda: all(one.is_loaded for one in runs), timeout=5000)
    assert trained(second, qtbot).name == "bright-3", "names are counted on"


def test_the_last_pictures_of_a_run_are_there_again(windows, qtbot, tmp_path):
    first = windows()
    first.training.control.toggle()
    qtbot.waitUntil(lambda: first.run is not None and first.run.ring is not None, timeout=3000)
    first.tell(*facts.curves(0, 100), *facts.pictures(90), facts.progress(100))
    old = first.run
    first.trainer.finish()
    qtbot.waitUntil(lambda: not old.is_alive, timeout=3000)
    first.training.network.replace(next(one for one in templates() if one.title == "Logistic regression").network)
    second = windows()
    run = second.run
    qtbot.waitUntil(lambda: run.is_loaded, timeout=5000)
    assert run.pictures.keys() == {name for name in old.pictures if not name.startswith("histogram/")}
    assert all(np.array_equal(run.picture(name), old.picture(name)) for name in run.pictures)
    second.page.refresh()
    assert second.page.boundary._grid.text() == "grid 24"
    second.page.crosshair.picked.emit(50.0)
    assert second.notices[-1] == "This run is of an earlier session: its whole iterations went with it."
    assert second.page.network.view._columns[1].units[0].answers is not None
    second.training.network.replace(next(one for one in templates() if one.title == "Logistic regression").network)
    second.page.refresh()
    assert [column.title for column in second.page.network.view._columns] == ["Input", "Linear"]  # what would run next
    assert second.page.network._hint.text() == HINT
    other = next(iter(tmp_path.rglob(FILE_NAME)))
    other.write_bytes(b"\x81\xa6format\xa3old")
    third = windows()
    qtbot.waitUntil(lambda: third.run.is_loaded, timeout=5000)
    assert third.notices[-1] == f"The pictures of {run.name} were kept by another version of Chainrule."
    assert third.run.picture("boundary") is None
    third.page.refresh()
    assert third.page.network._hint.text() == KEPT


def test_a_run_of_another_network_is_drawn_as_it_was(windows, qtbot):
    bench = windows()
    trained(bench, qtbot)
    bench.training.network.replace(next(one for one in templates() if one.title == "Logistic regression").network)
    trained(bench, qtbot)
    bench.training.book.choose(bench.training.book.runs[1])
    bench.page.refresh()
    assert len(bench.page.network.view._columns) == 5
    assert bench.page.network._hint.text() == "This is the network of calm-1, not the one on the canvas."


def test_a_run_that_is_deleted_lies_in_the_trash_and_comes_back_even_in_the_next_session(windows, qtbot, tmp_path):
    first = windows()
    run = trained(first, qtbot)
    row = first.page.runs.rows[0]
    row.removed.emit()
    assert not list((tmp_path / "runs").glob("*/run.json"))
    assert len(list((tmp_path / "trash").glob("*/run.json"))) == 1
    assert first.notices[-1] == "calm-1 lies in the trash for 30 days; Train > Bring back the last run undoes it."
    first.training.book.put_back()
    assert [one.name for one in (tmp_path / "runs").iterdir()] == ["calm-1"]
    assert first.run is run
    first.training.book.remove(run)
    second = windows()
    assert second.training.book.runs == ()
    assert second.training.book.can_put_back
    second.training.book.put_back()
    qtbot.waitUntil(lambda: second.run.is_loaded, timeout=5000)
    assert second.run.iteration == 299
    assert [one.name for one in (tmp_path / "runs").iterdir()] == ["calm-1"]


def test_what_is_damaged_or_gone_is_told_in_one_sentence(windows, qtbot, tmp_path):
    first = windows()
    for _ in range(3):
        trained(first, qtbot, 50)
    folders = sorted((tmp_path / "runs").iterdir())
    (folders[0] / "run.json").write_text("{")
    for path in folders[1].glob("events.*"):
        path.unlink()
    for path in folders[2].glob("events.*"):
        path.write_bytes(b"no events")
    second = windows()
    assert f"The run {folders[0].name} is damaged." in second.notices
    for run in second.training.book.runs:
        second.training.book.choose(run)
    said = (f"The curves of {folders[1].name} cannot be shown: its event file is not there any more.",
            f"The curves of {folders[2].name} cannot be shown: ")  # fmt: skip
    qtbot.waitUntil(lambda: all(any(text.startswith(one) for text in second.notices) for one in said), timeout=5000)
    assert second.notices[-1].endswith(".")


def test_a_run_whose_window_was_killed_is_listed_with_what_was_written(windows, qtbot, tmp_path):
    first = windows()
    first.training.control.toggle()
    qtbot.waitUntil(lambda: first.run is not None and first.run.ring is not None, timeout=3000)
    first.tell(facts.hyper(), *facts.curves(0, 120), facts.progress(120))
    first.training.logs._pool.submit(lambda: None).result()
    folder = next((tmp_path / "runs").iterdir())
    kept = (folder / "run.json").read_bytes()
    second = windows()
    (folder / "run.json").write_bytes(kept)  # as it is where nobody could write how it ended
    third = windows()
    run = third.training.book.runs[0]
    third.training.book.choose(run)
    qtbot.waitUntil(lambda: run.is_loaded, timeout=5000)
    assert run.iteration == 119
    assert run.outcome.message == "The window was closed while it ran."
    assert second is not third


def test_the_folder_is_remembered(windows, qtbot, tmp_path):
    first = windows()
    first.workbench.train._prompts.open_from = tmp_path / "elsewhere"
    first.workbench.train.log_runs()
    trained(first, qtbot)
    assert list((tmp_path / "elsewhere").glob("*/run.json"))
    second = windows()
    assert [run.name for run in second.training.book.runs] == ["calm-1"]
    assert second.training.logs.folder == tmp_path / "elsewhere"
