"""Tells how far a run is, how fast, and what watching it costs."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter_ns

from engine.runtime.training.loading import LoaderWatch
from engine.runtime.training.outbox import Outbox
from engine.training.facts import Progress, TrainState

SECOND_NS = 1_000_000_000
INTERVAL_NS = 100_000_000
FADE = 0.2


class ProgressTeller:
    """Knows the times of a run. ``tick`` may come from another thread, everything else from the program's.

    ``cost_ns`` is how long watching took, ``rest_ns`` how long the run waited for the person.
    """

    def __init__(self, outbox: Outbox, loaders: LoaderWatch, namespace: Mapping[str, object]) -> None:
        self._outbox = outbox
        self._loaders = loaders
        self._namespace = namespace
        self.cost_ns = 0
        self.rest_ns = 0
        self._began_ns = self._told_ns = perf_counter_ns()
        self._told_iteration = 0
        self._rate = 0.0
        self._state = TrainState.RUNNING
        self._lock = threading.RLock()  # a signal may have this thread tell while it tells
        self.note = ""
        """What is said while it runs."""

    def begin(self, iteration: int) -> None:
        """The run begins at this iteration."""
        self._began_ns = self._told_ns = perf_counter_ns()
        self._told_iteration = iteration

    @property
    def state(self) -> TrainState:
        """What was last told."""
        return self._state

    def tell(self, state: TrainState, iteration: int, reason: str = "") -> None:
        """Tell how far the run is."""
        with self._lock:
            self._tell(state, iteration, reason)

    def forked(self) -> None:
        """Be free to tell in a process that the program forked, where the thread is not that was telling."""
        self._lock = threading.RLock()

    def _tell(self, state: TrainState, iteration: int, reason: str = "") -> None:
        self._state = state
        current = self._loaders.current
        batches = None if current is None else current.batches
        epochs = _count(self._namespace.get("epochs"))
        epoch = self._epoch()
        seconds_left = None
        if epochs is not None and batches and epoch is not None and current is not None and self._rate:
            left = (epochs - epoch) * batches - current.delivered
            seconds_left = max(left, 0) / self._rate
        ran_ns = max(1, perf_counter_ns() - self._began_ns - self.rest_ns)
        self._outbox.add(
            Progress(
                state=state,
                iteration=iteration,
                epoch=epoch,
                batch=None if current is None else current.delivered,
                batches=batches,
                epochs=epochs,
                iterations_per_s=self._rate,
                cost_share=min(1.0, self.cost_ns / ran_ns),
                seconds_left=seconds_left,
                reason=reason,
            )
        )

    def tick(self, iteration: int) -> None:
        """Tell about a running run, when it is time; never that it runs after it was told that it does not."""
        with self._lock:
            self._tick(iteration)

    def _tick(self, iteration: int) -> None:
        now_ns = perf_counter_ns()
        passed_ns = now_ns - self._told_ns
        if passed_ns < INTERVAL_NS or self._state is not TrainState.RUNNING:
            return
        rate = (iteration - self._told_iteration) * SECOND_NS / passed_ns
        self._rate += (rate - self._rate) * (FADE if self._rate else 1.0)
        self._told_ns, self._told_iteration = now_ns, iteration
        self.tell(TrainState.RUNNING, iteration, self.note)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Count the ``with`` block as waiting."""
        began_ns = perf_counter_ns()
        try:
            yield
        finally:
            now_ns = perf_counter_ns()
            self.rest_ns += now_ns - began_ns
            self._told_ns = now_ns

    def _epoch(self) -> int | None:
        epoch = _count(self._namespace.get("epoch"))
        if epoch is not None:
            return epoch
        return self._loaders.epochs - 1 if self._loaders.epochs else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
