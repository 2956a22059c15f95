"""What watching a training run costs at the default sampling, and how soon a live edit has its effect."""

import json
import statistics
import subprocess
import sys
import threading

from engine.protocol.request import RunRequest
from engine.session import Session
from engine.training.commands import SetHyper
from engine.training.facts import Mark, MarkKind, Points
from engine.training.options import TrainingOptions
from tests.benchmarks.row import BenchRow
from tests.benchmarks.training_child import text_of

GOAL = 1 / 0.95
TITLES = {"spirals": "MLP 2-16-16-2 on two spirals, batch 32", "digits": "small ResNet on 8 by 8 pictures, batch 32"}
EDITS = 20
EDIT_GOAL_MS = 50.0


def rows() -> list[BenchRow]:
    """Return the cost of watching an iteration, for each workload, and the time of an edit."""
    found = []
    for name, title in TITLES.items():
        command = [sys.executable, "-m", "tests.benchmarks.training_child", name]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=900)
        times = json.loads(done.stdout)
        bare, watched = times["bare"], times["watched"]
        found.append(BenchRow("training, watched", title, watched, "µs", bare, watched / bare, goal=GOAL))
    took_ms = statistics.median(_edits())
    found.append(BenchRow("training, live edit to its effect", TITLES["spirals"], took_ms, "ms", goal=EDIT_GOAL_MS))
    return found


def _edits() -> list[float]:
    """Return the milliseconds from a change of the learning rate in the host to the step that uses it."""
    listener = _Listener()
    session = Session(listener, keeps_spare=False)
    try:
        text = text_of("spirals").replace("epochs = 1", "epochs = 1000000").replace("    print(", "    0 and print(")
        session.run(RunRequest(program=text, training=TrainingOptions()))
        assert listener.begun.wait(60)
        for number in range(EDITS):
            session.steer(SetHyper(name="lr", numbers=(0.001 + number * 1e-5,)))
            assert listener.edited.acquire(timeout=60)
        session.stop()
        assert listener.ended.wait(60)
    finally:
        session.close()
    return listener.took_ms


class _Listener:
    """Hears of edits."""

    def __init__(self) -> None:
        self.begun, self.ended = threading.Event(), threading.Event()
        self.edited = threading.Semaphore(0)
        self.took_ms: list[float] = []

    def on_told(self, facts: tuple[object, ...]) -> None:
        """Count edits."""
        for fact in facts:
            if isinstance(fact, Mark) and fact.kind is MarkKind.EDIT and fact.took_ms is not None:
                self.took_ms.append(fact.took_ms)
                self.edited.release()
        if any(isinstance(fact, Points) for fact in facts):
            self.begun.set()

    def on_ended(self, _outcome: object) -> None:
        """Note the end."""
        self.ended.set()

    def on_sample(self, _sample: object) -> None: ...
    def on_state(self, _state: object) -> None: ...
    def on_devices(self, _devices: object) -> None: ...
    def on_started(self, _info: object, _store: object) -> None: ...
    def on_batch(self, _batch: object) -> None: ...
    def on_settled(self, _held: int) -> None: ...
