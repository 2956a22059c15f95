"""What the curves say stands beside the runs, and can be acted on."""

from itertools import pairwise

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from engine.trace.outcome import Outcome, OutcomeKind
from engine.training.commands import SetHyper
from engine.training.facts import points
from tests.gui.train import facts


def _steady(name, number):
    return points(name, np.arange(400), np.full(400, number))


def _tell_large_updates(bench):
    bench.tell(
        facts.progress(400),
        _steady("loss", 1.0),
        _steady("learning rate", 0.1),
        _steady("update ratio/0.weight", 0.1),
    )


def test_it_says_nothing_before_there_is_a_run(bench):
    assert not bench.page.advice.isVisible()


def test_a_proposed_learning_rate_is_set_by_a_click(begun, qtbot):
    _tell_large_updates(begun)
    (row,) = begun.page.advice.rows
    assert row.accessibleName().startswith("Updates are large: a step changes 0.weight by 10 %")
    (button,) = row.findChildren(QPushButton)
    assert button.text() == "Set the learning rate to 0.003"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert begun.trainer.steered[-1] == SetHyper(name="lr", numbers=(0.003,))


def test_a_tiny_rate_is_told_with_its_one_digit(begun):
    rate = _steady("learning rate", 1e-6)
    begun.tell(facts.progress(400), _steady("loss", 1.0), rate, _steady("update ratio/0.weight", 3e-6))
    (button,) = begun.page.advice.rows[0].findChildren(QPushButton)
    assert button.text() == "Set the learning rate to 3e-5"


def test_after_a_run_the_proposed_rate_is_for_the_next_one(begun, qtbot):
    _tell_large_updates(begun)
    begun.training.control.take_end(Outcome(kind=OutcomeKind.FINISHED, message=""))
    begun.page.refresh()
    begun.page.advice._read()
    (row,) = begun.page.advice.rows
    (button,) = row.findChildren(QPushButton)
    assert button.text() == "Set the learning rate to 0.003 for the next run"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert begun.training.plan.hyper("lr", ()) == (0.003,)


def test_a_click_points_at_where_it_began(begun, qtbot):
    numbers = np.concatenate((np.linspace(2.0, 1.0, 100), np.full(800, 1.0)))
    begun.tell(facts.progress(900), points("loss", np.arange(900), numbers))
    (row,) = begun.page.advice.rows
    assert "hardly fallen since iteration" in row.accessibleName()
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert 90 <= begun.page.crosshair.iteration <= 105


def test_much_advice_scrolls_where_there_is_little_room(begun, qtbot):
    begun.workbench.window.resize(1280, 720)
    begun.tell(
        facts.progress(400),
        points("loss", np.arange(400), np.linspace(2.0, 1.0, 400)),
        *(_steady(f"dead units/{layer}", 0.9) for layer in ("act1", "act2")),
        *(_steady(f"saturation/{layer}", 0.9) for layer in ("act3", "act4")),
        _steady("gradient norm/0.weight", 1e-9),
        _steady("gradient norm/4.weight", 1.0),
    )
    rows = begun.page.advice.rows
    assert len(rows) == 3
    qtbot.waitUntil(lambda: all(row.height() >= row.heightForWidth(row.width()) for row in rows), timeout=3000)
    assert all(above.geometry().bottom() < below.geometry().top() for above, below in pairwise(rows))
    assert begun.page.advice.geometry().bottom() <= begun.page.advice.parentWidget().rect().bottom()


def test_a_healthy_run_is_told_so(begun):
    begun.tell(facts.progress(400), points("loss", np.arange(400), np.linspace(2.0, 1.0, 400)))
    assert begun.page.advice.rows == ()
    assert begun.page.advice.note.whole_text == "nothing stands out · 6 checks"
