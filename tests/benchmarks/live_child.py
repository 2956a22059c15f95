"""Trains bare or in an open window and prints what an iteration took, and how late the window's clock came, as JSON."""

import contextlib
import io
import json
import sys
import time
from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from engine.training.plan import GeneratedData, Shape, TrainingPlan
from engine.training.script import script_of
from gui.model.training_fit import fitting_network
from gui.model.training_plan import PlanModel
from tests.benchmarks.training_window import TrainingWindow

WARM = 300
"""Iterations before the clock is started: imports, first pictures."""
SPAN_S = 8.0
TICK_MS = 10
EPOCHS = 120


def plan_of(shape: Shape) -> TrainingPlan:
    """Return what the window trains after a person has chosen this data."""
    model = PlanModel()
    if shape is not Shape.TWO_SPIRALS:
        data = model.plan.data
        assert isinstance(data, GeneratedData)
        model.use_data(replace(data, shape=shape))
        model.use_network(fitting_network(model.network, shape))
    return model.plan


def bare(shape: Shape) -> dict[str, float]:
    """Run the script of the plan as it is."""
    import torch

    torch.set_num_threads(1)
    text = script_of(replace(plan_of(shape), epochs=EPOCHS))
    text = text.replace("optimizer.step()", "optimizer.step(); STAMPS.append(CLOCK())")
    stamps: list[float] = []
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "script.py", "exec"), {"__name__": "__main__", "STAMPS": stamps, "CLOCK": time.perf_counter})
    return {"iteration_us": (stamps[-1] - stamps[WARM]) / (len(stamps) - 1 - WARM) * 1e6}


class Watch(TrainingWindow):
    """Waits until training is warm, then counts iterations and how late a clock of the window comes."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(TICK_MS)
        if shape is not Shape.TWO_SPIRALS:
            self.bench.training.choose_shape(shape)
        self.late_ms: list[float] = []
        self._last = 0.0
        self._began: tuple[float, int] | None = None

    def measured(self) -> dict[str, float]:
        """Train and return what was measured."""
        return self.run(self.bench.training.control.toggle)

    def _tick(self) -> None:
        now, run = time.perf_counter(), self.bench.training.book.current
        assert run is not None
        if self._began is None:
            if run.iteration >= WARM:
                self._began = (now, run.iteration)
        else:
            self.late_ms.append((now - self._last) * 1000 - TICK_MS)
            if now - self._began[0] >= SPAN_S:
                self._finish(now, run.iteration)
        self._last = now

    def _finish(self, now: float, iteration: int) -> None:
        assert self._began is not None
        began, first = self._began
        late = sorted(self.late_ms)
        self.told = {
            "iteration_us": (now - began) / max(1, iteration - first) * 1e6,
            "late_ms": max(0.0, late[int(0.99 * len(late))]),
            "worst_ms": late[-1],
        }
        QCoreApplication.quit()


if __name__ == "__main__":
    data = Shape(sys.argv[2])
    print(json.dumps(bare(data) if sys.argv[1] == "bare" else Watch(data).measured()))
