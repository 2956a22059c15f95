"""Long recordings are checked on a thread, and only the last answer counts."""

from engine.explain.problems import problems
from gui.console import checker as module
from gui.console.checker import Checker
from tests.support.recordings import starter_recording


def test_short_recordings_are_checked_at_once(qtbot):
    checker, found = Checker(), []
    checker.found.connect(found.append)
    checker.check(starter_recording())
    assert found == [problems(starter_recording())]


def test_long_recordings_are_checked_meanwhile(qtbot, monkeypatch):
    monkeypatch.setattr(module, "INLINE_STEPS", 3)
    checker, found = Checker(), []
    checker.found.connect(found.append)
    checker.check(starter_recording())
    assert found == []
    qtbot.waitUntil(lambda: len(found) == 1)
    assert found == [problems(starter_recording())]


def test_an_answer_that_nobody_waits_for_is_dropped(qtbot, monkeypatch):
    monkeypatch.setattr(module, "INLINE_STEPS", 3)
    checker, found = Checker(), []
    checker.found.connect(found.append)
    checker.check(starter_recording())
    checker.forget()
    qtbot.wait(150)
    assert found == []
