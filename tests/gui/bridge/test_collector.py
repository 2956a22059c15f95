"""Garbage is collected while nobody waits, and only there."""

import gc
import weakref

import pytest
from PySide6.QtCore import QElapsedTimer

from gui.bridge import collector as module
from gui.bridge.collector import QuietCollector


class _Ring:
    def __init__(self):
        self.me = self


@pytest.fixture
def collector(qapp, monkeypatch):
    monkeypatch.setattr(module, "INTERVAL_MS", 10)
    monkeypatch.setattr(module, "REST_MS", 50)
    quiet = QuietCollector(qapp)
    yield quiet
    quiet.stop()
    qapp.removeEventFilter(quiet)
    quiet.deleteLater()
    assert gc.isenabled()


def test_rings_are_freed_when_the_person_rests(collector, qtbot):
    collector.start()
    assert not gc.isenabled()
    ring = weakref.ref(_Ring())
    qtbot.waitUntil(lambda: ring() is None, timeout=3000)


def test_the_old_generation_waits_while_something_goes_on(collector, qtbot):
    collector.start()
    full = []
    gc.callbacks.append(lambda phase, info: full.append(info["generation"]) if phase == "start" else None)
    try:
        clock = QElapsedTimer()
        clock.start()
        while clock.elapsed() < 200:
            collector.wake()
            qtbot.wait(5)
        assert 2 not in full
        qtbot.waitUntil(lambda: 2 in full, timeout=3000)
    finally:
        gc.callbacks.pop()
