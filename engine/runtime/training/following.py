"""Follows a program iteration by iteration: tells its numbers, keeps what is alarming, waits, and does what is asked.

What is done in every iteration is only what cannot be made up later; everything else has its own time. Python and torch
are cold in the caches between two steps, so a call that takes a microsecond in a loop takes three here.
"""

import sys
from time import monotonic_ns

from torch.optim import Optimizer

from engine.runtime.training.step_hooks import StepHooks
from engine.runtime.training.watchers import Watchers
from engine.training.facts import TrainState

_frame = sys._getframe  # noqa: SLF001 - the documented way to look at the own stack


class Following:
    """The phase in which everything is looked at."""

    def __init__(self, watchers: Watchers, hooks: StepHooks) -> None:
        self._watchers = watchers
        self._hooks = hooks
        self._learner = watchers.learner
        self._gate = watchers.gate
        self._sampler = watchers.sampler
        self._is_whole = False

    def before(self, optimizer: Optimizer) -> None:
        """Tell the numbers of the iteration, and have the batch kept that lost one."""
        watchers, learner = self._watchers, self._learner
        self._hooks.be_last()
        if self._gate.commands:
            self._obey()
        what = watchers.numbers.look(optimizer, learner.subject, learner.iteration)
        if what:
            self._alert(what)
        if watchers.editor.is_clipping:
            watchers.editor.clip(learner.subject)
        if self._sampler.is_on:
            watchers.updates.before(optimizer, learner.subject, watchers.editor.clips.take())

    def before_aside(self, optimizer: Optimizer) -> None:
        """Tell the numbers of another optimizer."""
        self._watchers.numbers.look_aside(optimizer, self._learner.iteration)

    def after(self, optimizer: Optimizer) -> None:
        """Tell what was not known before the step."""
        watchers, learner = self._watchers, self._learner
        what = watchers.numbers.finish(learner.iteration)
        if what:
            self._note_late(what)
        if self._sampler.is_on:
            self._sampler.end(learner.iteration, update=watchers.updates.after(optimizer))
        if watchers.sequences.is_watching:
            watchers.sequences.arm_if_due(learner.subject)
        self._gate.count_iteration(watchers.numbers.loss)

    def stepped(self) -> None:
        """Begin to record the next iteration if it is to be kept; not from inside of a hook before the step."""
        watchers = self._watchers
        reason = watchers.wishes.reason(self._learner.iteration, self._gate.play, self._sampler)
        if reason is not None:
            watchers.wishes.forget()
            watchers.sequences.disarm()
            self._sampler.begin(reason)

    def between(self) -> None:
        """Look at what the iteration has left behind."""
        watchers, learner = self._watchers, self._learner
        watchers.metrics.tell(learner.iteration)
        if watchers.elements.is_looking:
            watchers.elements.look(learner.iteration)
        if not self._sampler.is_on:
            watchers.pictures.take_if_due(learner.iteration, learner.subject, watchers.losses.kind)

    def hold(self, *, is_at_end: bool = True) -> None:
        """Do what was asked, and keep the program waiting as long as it is to."""
        gate = self._gate
        self._is_whole = is_at_end
        if gate.commands:
            self._obey()
            if is_at_end:
                self.stepped()
        if is_at_end and self._watchers.orders.are_waiting:
            self._settle()
        if not gate.is_open:
            self._wait(is_at_end=is_at_end)

    def batch_there(self, batch: object) -> None:
        """From here the random numbers of the iteration are drawn."""
        watchers = self._watchers
        watchers.pictures.batch = batch
        self._is_whole = False
        if watchers.options.sample_on_alert:
            watchers.unsound.note_random()

    def pass_begins(self) -> None:
        """Tell the metrics of the epoch before."""
        self._watchers.metrics.tell(self._learner.iteration)

    def epoch_ended(self) -> None:
        """What the program does between epochs comes next."""
        self._gate.count_epoch()

    def log(self, name: str, number: float) -> None:
        """Take a number that the program wants to see as a curve."""
        self._watchers.outbox.points.append((name, max(0, self._learner.iteration - 1), number))

    def end(self) -> None:
        """Tell the rest, and keep the run if that is wanted and can be gone on from."""
        watchers = self._watchers
        watchers.metrics.tell(self._learner.iteration)
        watchers.take_pictures()
        path, current = watchers.options.keep_at_end, watchers.loaders.current
        if path and current is not None and (current.is_over or self._is_whole):
            watchers.saves.ask(path, monotonic_ns())
            self._settle(has_ended=current.is_over)

    def _alert(self, what: str) -> None:
        """Have the batch kept that lost a number, and wait before the optimizer applies it if that is wanted."""
        learner, is_possible = self._learner, self._hooks.is_last_before
        self._watchers.health.keep(learner.iteration, learner.subject, _frame(1), is_possible=is_possible)
        if self._close_on_alert(what):
            self.hold(is_at_end=False)

    def _note_late(self, what: str) -> None:
        """A number was lost inside of the step: the optimizer has applied it, so the next iteration is kept."""
        self._watchers.wishes.is_alerted = self._watchers.options.sample_on_alert
        self._close_on_alert(what)

    def _close_on_alert(self, what: str) -> bool:
        play = self._gate.play
        if play is None or not play.on_nan:
            return False
        self._gate.close(what)
        return True

    def _wait(self, *, is_at_end: bool) -> None:
        watchers, gate, learner = self._watchers, self._gate, self._learner
        if is_at_end and not self._sampler.is_on:
            watchers.take_pictures()
        watchers.progress.tell(TrainState.PAUSED, learner.iteration, gate.reason)
        watchers.outbox.send()
        with watchers.progress.resting():
            while not gate.is_open:
                gate.wait()
                self._obey()
                if is_at_end:
                    self._settle()
                watchers.outbox.send()
        watchers.progress.tell(TrainState.RUNNING, learner.iteration)
        if is_at_end:
            self.stepped()

    def _obey(self) -> None:
        self._watchers.orders.obey(self._learner.optimizer, self._learner.iteration)

    def _settle(self, *, has_ended: bool = False) -> None:
        """Do what is only done between two iterations."""
        watchers = self._watchers
        kind, current = watchers.losses.kind, watchers.loaders.current
        watchers.orders.settle(self._learner, kind, current, _frame(1), has_ended=has_ended)
