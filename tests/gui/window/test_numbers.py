"""Numbers that come late, in a whole window over a real worker."""

import pytest
from msgspec.structs import replace

from engine.session import Session
from engine.trace.facts import Absence, Histogram
from engine.trace.file import read_recording
from gui.app import make_application
from gui.bridge.settings import SettingsFile
from gui.inspector.blocks import Distribution, Numbers, Paragraph, Summary
from gui.model.selection import Origin, Selected
from gui.workbench import build_workbench
from tests.support.prompts import FakePrompts
from tests.support.workbench import destroy

pytestmark = pytest.mark.worker

LARGE = "import torch\nx = torch.arange(100000.).reshape(1000, 100)\ny = x * 2\n"
PATIENCE_MS = 60_000


@pytest.fixture
def bench(qtbot, tmp_path):
    """A window whose programs really run."""
    settings = SettingsFile(tmp_path / "settings.ini")
    workbench = build_workbench(make_application(settings), settings, Session, FakePrompts())
    with qtbot.waitExposed(workbench.window):
        workbench.window.show()
    yield workbench
    destroy(workbench)


def select(bench, name):
    recording = bench.models.document.recording
    value = next(fact.id for fact in reversed(recording.values) if name in recording.names(fact.id))
    bench.models.selection.select(Selected(value=value, origin=Origin.INSPECTOR))
    return value


def shown(bench, kind):
    return [block for block in bench.panels.inspector.blocks if isinstance(block, kind)]


def run(bench, qtbot, text):
    document = bench.models.document
    document.replace_program(text, "large.py")
    with qtbot.waitSignal(bench.bridge.settled, timeout=PATIENCE_MS):
        bench.runs.run()


def test_numbers_follow_the_run(bench, qtbot):
    run(bench, qtbot, LARGE)
    value = select(bench, "y")
    qtbot.waitUntil(lambda: bool(shown(bench, Numbers)), timeout=PATIENCE_MS)
    assert bench.models.document.recording.absence(value) is None
    assert shown(bench, Numbers)[0].array.max() == 199998


def test_beyond_the_budget_the_page_has_statistics_at_once_and_numbers_when_fetched(bench, qtbot, monkeypatch):
    asked = []
    look = bench.backend.look
    monkeypatch.setattr(bench.backend, "look", asked.append)
    _shrink_budget(bench, monkeypatch)
    run(bench, qtbot, LARGE)
    value = select(bench, "y")
    recording = bench.models.document.recording
    assert recording.absence(value) is Absence.NOT_YET
    assert "μ 99999 σ 57735" in shown(bench, Summary)[0].text
    assert shown(bench, Paragraph)[0].text[0].text == "The numbers are being fetched."
    assert isinstance(shown(bench, Distribution)[0].source, Histogram)
    assert not shown(bench, Numbers)
    qtbot.waitUntil(lambda: any(value in values for values in asked), timeout=PATIENCE_MS)
    look((value,))
    qtbot.waitUntil(lambda: bool(shown(bench, Numbers)), timeout=PATIENCE_MS)
    assert shown(bench, Numbers)[0].array.max() == 199998


def test_what_a_crash_took_is_said_at_the_value(bench, qtbot, monkeypatch):
    monkeypatch.setattr(bench.backend, "look", lambda _values: None)
    crash = "import ctypes, time\ntime.sleep(0.2)\nz = torch.ones(1) + 1\nctypes.string_at(0)\n"
    run(bench, qtbot, LARGE + crash)
    select(bench, "y")
    assert shown(bench, Paragraph)[0].text[0].text == "The numbers are lost: the process ended before they were kept."


def test_saving_waits_for_the_numbers(bench, qtbot, tmp_path):
    path = tmp_path / "run.chainrule"
    document = bench.models.document
    document.run_ended.connect(lambda _outcome: bench.flow._save(path))
    run(bench, qtbot, LARGE)
    qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    recording = read_recording(path)
    assert {recording.absence(value.id) for value in recording.values} == {None}


def _shrink_budget(bench, monkeypatch):
    begin = bench.backend.run

    monkeypatch.setattr(bench.backend, "run", lambda request: begin(replace(request, budget_bytes=1000)))
