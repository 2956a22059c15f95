"""A window that opens made-up recordings: whatever a file says, looking at all of it does no harm."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from engine.trace.file import write_recording
from engine.trace.ids import StepIndex
from gui.model.playhead import BEFORE_FIRST
from tests.fuzz.harness import recordings
from tests.fuzz.lies import lied
from tests.support import workbench as benches


@pytest.fixture(scope="module")
def bench(qapp, tmp_path_factory):
    bench = benches.build(tmp_path_factory.mktemp("window"))
    bench.window.resize(1200, 800)
    bench.window.show()
    yield bench
    benches.destroy(bench)


@pytest.fixture(scope="module")
def honest():
    return recordings()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=12
)
@given(rng=st.randoms(use_true_random=False))
def test_a_window_shows_made_up_recordings(bench, honest, tmp_path, rng):
    show(bench, honest, tmp_path / "lie.chainrule", rng)


def show(bench, honest, path, rng: Random):
    """Open a made-up recording, go through some of its steps, and look at what is there."""
    told = lied(rng, rng.choice(honest))
    if told is None:
        return
    write_recording(path, told)
    bench.flow.open_path(path)
    last = len(told) - 1
    for step in (BEFORE_FIRST, 0, last // 2, last):
        bench.models.playhead.seek(StepIndex(step))
        QApplication.processEvents()
        bench.window.grab()
