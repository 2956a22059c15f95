"""Trains 100,000 short steps in an open window and prints by how much worker and window grew meanwhile, as JSON.

What the ring of kept iterations holds has a budget of its own and is not counted.
"""

import json
import os
import subprocess
import sys
import time

from PySide6.QtCore import QCoreApplication, QTimer

from tests.benchmarks.training_window import TrainingWindow

WARM_STEPS, STEPS = 20_000, 100_000
LIMIT_S = 240.0
TICK_MS = 50
KB, MB = 1_000, 1_000_000
PROGRAM = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.set_num_threads(1)
torch.manual_seed(0)
x = torch.randn(4000, 2)
loader = DataLoader(TensorDataset(x, (x[:, :1] > 0).float()), batch_size=2)
model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
for epoch in range(1_000_000):
    for inputs, targets in loader:
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(model(inputs), targets).backward()
        optimizer.step()
"""


class Watch(TrainingWindow):
    """Notes how much memory both take, when training is warm and at its end."""

    def __init__(self) -> None:
        super().__init__(TICK_MS)
        self._began_s = time.monotonic()
        self._warm: tuple[int, float, dict[int, float], float] | None = None

    def measured(self) -> dict[str, float]:
        """Train and return what was measured."""
        return self.run(lambda: self.bench.training.control.train_program(PROGRAM, None, "short steps.py"))

    def _tick(self) -> None:
        run = self.bench.training.book.current
        assert run is not None
        if self._warm is None and run.iteration >= WARM_STEPS:
            self._warm = self._state(run.iteration)
        is_late = time.monotonic() - self._began_s > LIMIT_S
        if self._warm is None or (run.iteration < STEPS and not is_late):
            return
        first, window, workers, ring = self._warm
        iteration, window_now, workers_now, ring_now = self._state(run.iteration)
        grown = [workers_now[pid] - workers[pid] for pid in workers.keys() & workers_now.keys()]
        self.told = {
            "steps": iteration - first,
            "window_mb": (window_now - window) - (ring_now - ring),
            "worker_mb": max(grown, default=0.0),
            "ring_mb": ring_now,
        }
        self._timer.stop()
        self.bench.training.control.stop()
        QTimer.singleShot(500, QCoreApplication.quit)

    def _state(self, iteration: int) -> tuple[int, float, dict[int, float], float]:
        run = self.bench.training.book.current
        ring = run.ring.used_bytes / MB if run is not None and run.ring is not None else 0.0
        sizes = _resident_mb()
        own = sizes.pop(os.getpid())
        return iteration, own, sizes, ring


def _resident_mb() -> dict[int, float]:
    """Return the resident memory of this process and its children."""
    told = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in told.splitlines()]
    return {pid: rss * 1.024 * KB / MB for pid, parent, rss in rows if os.getpid() in (pid, parent)}


if __name__ == "__main__":
    print(json.dumps(Watch().measured()))
    sys.stdout.flush()
