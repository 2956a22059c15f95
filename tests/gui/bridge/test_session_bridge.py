import itertools
import threading
import time

import pytest
from PySide6.QtCore import QThread, QTimer

from engine.protocol.messages import DeviceInfo
from engine.session.listener import SessionState
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Output, Stream
from engine.trace.ids import StepIndex
from engine.trace.outcome import Outcome, OutcomeKind
from gui.bridge import session_bridge as module
from gui.bridge.session_bridge import SessionBridge
from gui.model.document import RunState
from tests.support.large import large_recording

FINISHED = Outcome(kind=OutcomeKind.FINISHED, message="Finished.")


@pytest.fixture
def bridge(qtbot):
    return SessionBridge()


@pytest.fixture
def told(bridge):
    told = []

    def tell(kind):
        return lambda *payload: told.append((kind, payload, QThread.currentThread()))

    bridge.state_changed.connect(tell("state"))
    bridge.started.connect(tell("started"))
    bridge.batch_arrived.connect(tell("batch"))
    bridge.ended.connect(tell("ended"))
    bridge.devices_found.connect(tell("devices"))
    return told


def _text(number):
    return Batch(outputs=(Output(StepIndex(0), Stream.OUT, str(number)),))


def _run(bridge, batches):
    bridge.on_devices((DeviceInfo(key="cpu", title="CPU", available=True),))
    bridge.on_state(SessionState.RUNNING)
    bridge.on_started(RunInfo(program=""), MemoryBytes())
    for number in range(batches):
        bridge.on_batch(_text(number))
    bridge.on_ended(FINISHED)
    bridge.on_state(SessionState.READY)


def test_everything_arrives_in_order_on_the_gui_thread(bridge, told, qtbot, qapp):
    thread = threading.Thread(target=_run, args=(bridge, 2000))
    thread.start()
    qtbot.waitUntil(lambda: bool(told) and told[-1][1] == (RunState.IDLE,), timeout=5000)
    thread.join()
    kinds = [kind for kind, _payload, _thread in told]
    assert kinds[:3] == ["devices", "state", "started"]
    assert kinds[-2:] == ["ended", "state"]
    assert set(kinds[3:-2]) == {"batch"}
    assert all(thread is qapp.thread() for _kind, _payload, thread in told)
    numbers = [output.text for kind, payload, _thread in told if kind == "batch" for output in payload[0].outputs]
    assert numbers == [str(number) for number in range(2000)]


def test_batches_come_at_most_every_50_ms(bridge, told, qtbot):
    stop = threading.Event()

    def flood():
        while not stop.is_set():
            bridge.on_batch(_text(1))
            time.sleep(0.0005)

    thread = threading.Thread(target=flood)
    thread.start()
    qtbot.wait(500)
    stop.set()
    thread.join()
    assert 3 <= len(told) <= 11


def test_the_gui_thread_is_not_held_up_by_a_flood(bridge, qtbot):
    beats = []
    stop = threading.Event()

    def flood():
        while not stop.is_set():
            for number in range(50):
                bridge.on_batch(_text(number))
            time.sleep(0.001)

    thread = threading.Thread(target=flood)
    thread.start()
    end = time.monotonic() + 0.8
    while time.monotonic() < end:
        beats.append(time.monotonic())
        qtbot.wait(10)
    stop.set()
    thread.join()
    assert max(later - earlier for earlier, later in itertools.pairwise(beats)) < 0.4


def test_long_batches_come_in_pieces_and_the_window_gets_its_turn_between_them(qtbot, monkeypatch):
    monkeypatch.setattr(module, "BUDGET_MS", 1)
    monkeypatch.setattr(module, "MOST_STEPS", 100)
    source = large_recording(1000, layers=3)
    bridge, sizes, turns, ends = SessionBridge(), [], [], []
    bridge.batch_arrived.connect(lambda batch: (sizes.append(len(batch.steps)), QThread.msleep(2)))
    bridge.ended.connect(ends.append)
    timer = QTimer(interval=0)
    timer.timeout.connect(lambda: turns.append(len(sizes)))
    timer.start()
    bridge.on_batch(Batch(steps=tuple(source.steps), values=tuple(source.values)))
    bridge.on_ended(FINISHED)
    qtbot.waitUntil(lambda: ends == [FINISHED])
    assert sum(sizes) == 1000
    assert max(sizes) <= 100
    assert len(set(turns)) > 5
