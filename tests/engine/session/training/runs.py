"""A session whose training runs are watched, for tests with real workers."""

import threading
import time

from engine.training.facts import Mark, MarkKind, Picture, Points, Progress, TrainState, iterations_of, numbers_of
from tests.engine.session.runs import PATIENCE_S, Runs


class TrainingRuns(Runs):
    """Collects what training runs tell; each run begins with nothing told."""

    def __init__(self, launcher=None):
        self.facts = []
        self.samples = []
        self._changed = threading.Condition()
        super().__init__(launcher)

    def begin(self, program, **request):
        self.facts, self.samples = [], []
        super().begin(program, **request)

    def on_told(self, facts):
        with self._changed:
            self.facts.extend(facts)
            self._changed.notify_all()

    def on_sample(self, sample):
        with self._changed:
            self.samples.append(sample)
            self._changed.notify_all()

    def until(self, holds):
        """Wait until something is true of what was told."""
        end = time.monotonic() + PATIENCE_S
        with self._changed:
            while not holds():
                assert self._changed.wait(end - time.monotonic()), "it did not come"

    def until_paused(self):
        """Wait until the run waits, and return how it says so."""
        self.until(lambda: self.progress and self.progress[-1].state is TrainState.PAUSED)
        return self.progress[-1]

    def steer(self, command):
        """Send a command after which the run goes on, and wait until it waits again."""
        count = len(self.progress)
        self.session.steer(command)
        self.until(lambda: any(fact.state is TrainState.PAUSED for fact in self.progress[count:]))
        return self.progress[-1]

    @property
    def progress(self):
        return [fact for fact in self.facts if isinstance(fact, Progress)]

    def marks(self, kind: MarkKind):
        return [fact for fact in self.facts if isinstance(fact, Mark) and fact.kind is kind]

    @property
    def curves(self):
        """Names of all curves."""
        return {fact.name for fact in self.facts if isinstance(fact, Points)}

    def picture(self, name):
        """The newest picture of a name."""
        return next(fact for fact in reversed(self.facts) if isinstance(fact, Picture) and fact.name == name)

    def curve(self, name):
        """The points of a curve: iteration to number."""
        points = {}
        for fact in self.facts:
            if isinstance(fact, Points) and fact.name == name:
                points |= dict(zip(iterations_of(fact).tolist(), numbers_of(fact).tolist(), strict=True))
        return points
