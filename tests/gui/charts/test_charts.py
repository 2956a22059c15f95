"""The charts panel as a person uses it."""

import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from engine.trace.batch import Batch
from engine.trace.facts import Metric
from engine.trace.outcome import Outcome, OutcomeKind
from gui.charts.panel import ChartsPanel
from gui.charts.series import Series
from gui.model.document import Document
from gui.model.playhead import Playhead
from gui.model.selection import Selection
from gui.theme.fonts import load_fonts
from gui.theme.theme import Theme
from gui.theme.tokens import ThemeName
from tests.engine.explain.recorded import record_text
from tests.support.recordings import starter_recording

TWO_OPTIMIZERS = """import torch
critic, actor = torch.nn.Linear(2, 1), torch.nn.Linear(2, 2)
critic_opt = torch.optim.Adam(critic.parameters(), lr=0.25)
steps = [torch.optim.Adam(actor.parameters(), lr=0.5)]
for _ in range(3):
    x = actor(torch.ones(2))
    critic(x.detach()).sum().backward()
    critic_opt.step()
    (-critic(x)).sum().backward()
    steps[0].step()
"""


@pytest.fixture
def models(qapp):
    load_fonts()
    document, playhead = Document(), Playhead()
    document.show_recording(starter_recording())
    playhead.resize(400)
    return document, playhead, Selection(), Theme()


@pytest.fixture
def panel(qtbot, models):
    made = ChartsPanel(*models)
    qtbot.addWidget(made)
    made.resize(900, 220)
    made.show()
    return made


def _metrics(count, first=0):
    return tuple(
        Metric(index * 10 + 9, name, number)
        for index in range(first, first + count)
        for name, number in (("loss", float(np.exp(-index / 9))), ("lr", 0.1))
    )


def test_empty_until_a_loop_calls_step(panel):
    assert panel.is_empty


def test_charts_grow_while_the_program_runs(panel, models, qtbot):
    document = models[0]
    document.extend(Batch(metrics=_metrics(3)))
    assert panel.is_empty
    qtbot.waitUntil(lambda: not panel.is_empty, timeout=3000)
    assert [chart.series.title for chart in panel.charts] == ["Loss", "Learning rate"]
    document.extend(Batch(metrics=_metrics(5, first=3)))
    document.end_run(Outcome(kind=OutcomeKind.FINISHED, message="Finished."))
    assert [len(chart.series) for chart in panel.charts] == [8, 8]


def test_a_logged_metric_gets_a_chart_behind_the_known_ones(panel, models):
    document = models[0]
    document.extend(Batch(metrics=(Metric(1, "accuracy", 0.5), *_metrics(2))))
    panel.refresh()
    assert [chart.series.name for chart in panel.charts] == ["loss", "lr", "accuracy"]
    document.extend(Batch(metrics=(Metric(30, "grad_norm", 0.5),)))
    panel.refresh()
    assert [chart.series.name for chart in panel.charts] == ["loss", "grad_norm", "lr", "accuracy"]


def test_each_of_several_optimizers_has_curves_of_its_own(panel, models):
    models[0].show_recording(record_text(TWO_OPTIMIZERS))
    titles = [chart.series.title for chart in panel.charts]
    assert titles == [
        *("Loss · critic_opt", "Loss · Adam 2"),
        *("Gradient norm · critic_opt", "Gradient norm · Adam 2"),
        *("Learning rate · critic_opt", "Learning rate · Adam 2"),
    ]
    assert [chart.series.numbers.tolist() for chart in panel.charts[4:]] == [[0.25] * 3, [0.5] * 3]


def test_what_the_program_logs_under_a_known_name_is_not_mixed_with_what_was_measured(panel, models):
    text = TWO_OPTIMIZERS.replace("steps[0].step()", "").replace(
        "critic_opt.step()", "critic_opt.step(); log('loss', 7)"
    )
    models[0].show_recording(record_text("from engine import log\n" + text))
    numbers = {chart.series.title: chart.series.numbers.tolist() for chart in panel.charts}
    assert numbers["Loss · logged"] == [7, 7, 7]
    assert len(numbers["Loss"]) == 3
    assert 7 not in numbers["Loss"]


def test_crosshair_follows_the_playhead(panel, models):
    document, playhead, *_ = models
    document.extend(Batch(metrics=_metrics(30)))
    panel.refresh()
    assert panel.charts[0].note == "30 updates"
    playhead.seek(95)
    assert panel.charts[0].note == "0.3679 at update 10 of 30"


def test_a_click_goes_to_the_step_of_that_update(panel, models, qtbot):
    document, playhead, *_ = models
    document.extend(Batch(metrics=_metrics(30)))
    panel.refresh()
    plot = panel.charts[0].plot
    box = plot.widget.getPlotItem().vb
    qtbot.waitUntil(lambda: box.width() > 100, timeout=3000)
    scene_point = box.mapViewToScene(QPointF(12.2, 0.4))
    qtbot.mouseClick(plot.widget.viewport(), Qt.MouseButton.LeftButton, pos=plot.widget.mapFromScene(scene_point))
    qtbot.waitUntil(lambda: playhead.current == 119, timeout=3000)


def test_log_scale_leaves_out_what_is_not_positive(panel, models, qtbot):
    document = models[0]
    document.extend(Batch(metrics=(*_metrics(5), Metric(60, "loss", -1.0), Metric(70, "loss", float("nan")))))
    panel.refresh()
    qtbot.mouseClick(panel.charts[0].log_button, Qt.MouseButton.LeftButton)
    assert panel.charts[0].plot.is_log
    assert not panel.grab().isNull()


@pytest.mark.parametrize("numbers", [[float("nan")], [float("nan")] * 3, [float("inf"), 1.0], [1e308, -1e308], [-1.0]])
def test_a_loss_that_went_out_of_bounds_is_drawn_without_complaint(panel, models, numbers):
    document, playhead = models[0], models[1]
    document.extend(Batch(metrics=tuple(Metric(step, "loss", number) for step, number in enumerate(numbers))))
    for step in range(len(numbers)):
        playhead.seek(step)
        panel.grab()


def test_another_recording_starts_anew_and_themes_paint(panel, models):
    document, _, _, theme = models
    document.extend(Batch(metrics=_metrics(5)))
    panel.refresh()
    for name in (ThemeName.DARK, ThemeName.LIGHT):
        theme.switch(name)
        assert not panel.grab().isNull()
    document.show_recording(starter_recording())
    assert panel.is_empty
    assert panel.charts == ()


def test_smoothing_is_an_unbiased_exponential_mean():
    series = Series("loss")
    for index in range(50):
        series.append(Metric(index, "loss", 2.0))
    series.append(Metric(50, "loss", float("nan")))
    np.testing.assert_allclose(series.smoothed, 2.0)
    assert series.step_at(-5) == 0
    assert series.step_at(900) == 50
    assert series.index_at(10) == 10


def test_the_window_does_not_wait_for_pyqtgraph():
    code = "import sys; import gui.charts.panel; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
