"""Watches and steers one training run from the hooks of its optimizer."""

import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import wraps
from threading import get_ident
from time import perf_counter_ns
from types import FrameType, TracebackType
from typing import Any, Self

from torch.optim import Optimizer

from engine.protocol.messages import WorkerMessage
from engine.runtime.recorder.active import RUNNING
from engine.runtime.recorder.patches import PatchSet
from engine.runtime.recorder.resolve.regions import GroupMark
from engine.runtime.training.again import ReachedStepError
from engine.runtime.training.following import Following
from engine.runtime.training.gate import Gate
from engine.runtime.training.phase import Phase, Repeating
from engine.runtime.training.resuming import Resuming
from engine.runtime.training.sampler import Sampler
from engine.runtime.training.step_hooks import StepHooks
from engine.runtime.training.subject import find_subject
from engine.runtime.training.watchers import Watchers
from engine.training.facts import Mark, MarkKind, TrainState
from engine.training.options import TrainingOptions

_frame = sys._getframe  # noqa: SLF001 - the documented way to look at the own stack


class TrainingController:
    """Put around a program, it watches every optimizer step.

    One optimizer counts: the first that steps. An iteration ends where the program asks its loader for the next batch,
    or with the optimizer step where there is no loader; there the run waits when it is to.
    """

    def __init__(
        self,
        options: TrainingOptions,
        gate: Gate,
        send: Callable[[WorkerMessage], None],
        namespace: dict[str, Any],
        sampler: Sampler,
        resuming: Resuming,
    ) -> None:
        self._namespace = namespace
        self._watchers = Watchers(options, gate, send, namespace, sampler, resuming, self)
        self._learner = self._watchers.learner
        self._progress = self._watchers.progress
        self._resuming = resuming
        self._patches = PatchSet()
        self._stack = ExitStack()
        self._hooks = StepHooks(self._before_step, self._after_step)
        self._following = Following(self._watchers, self._hooks)
        self._phase: Phase = self._following
        self._has_stepped = False
        self._has_given_up = False
        self._thread = get_ident()

    def __enter__(self) -> Self:
        """Begin to watch."""
        watchers = self._watchers
        watchers.outbox.open()
        watchers.plan(self._patches)
        self._patches.add(Optimizer, "__init__", self._watched_making)
        with ExitStack() as stack:
            self._patches.apply()
            stack.callback(self._patches.remove)
            self._hooks.put()
            stack.callback(self._hooks.remove)
            stack.callback(watchers.disarm)
            stack.enter_context(RUNNING.holding(self))
            self._stack = stack.pop_all()
        self._progress.begin(self._learner.iteration)
        self._progress.note = self._resuming.note
        if self._resuming.is_again:
            self._phase = Repeating()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give torch back everything that was replaced, and tell the rest."""
        self._watchers.sampler.abandon()
        self._stack.close()
        with suppress(Exception):  # whatever the program has left behind, how it ended has to be told
            self._phase.end()
        self._progress.tell(TrainState.ENDED, self._learner.iteration)
        self._watchers.outbox.close()

    @property
    def rest_ns(self) -> int:
        """How long the run has waited for the person."""
        return self._progress.rest_ns

    def failed(self) -> None:
        """The program has raised: what was recorded of the iteration that failed is kept."""
        self._watchers.sampler.end(self._learner.iteration, "The program failed in it.")

    def tick(self) -> None:
        """Send what waits; from any thread, now and then."""
        with suppress(Exception):  # the thread that calls has to live on
            self._progress.tick(self._learner.iteration)
            self._watchers.outbox.send_if_due()

    def log_number(self, name: str, number: float) -> None:
        """Take a number that the program wants to see as a curve."""
        self._phase.log(name, number)

    def begin_group(self, mark: GroupMark) -> None:
        """Groups are for recordings."""

    def end_group(self, mark: GroupMark) -> None:
        """Groups are for recordings."""

    def abandon(self) -> None:
        """Be as if the run had never been watched: this is a process that the program forked."""
        self._watchers.sampler.forget()
        self._watchers.outbox.forked()
        self._progress.forked()
        self._patches.forked()
        self._stack.close()

    def loader_seen(self, loader: object) -> None:
        """Show the data; see ``LoaderEvents``, as for the methods below."""
        self._watchers.samples.tell(loader)

    def pass_begins(self) -> int:
        """Wait where an epoch has ended and the next begins; see ``LoaderEvents``, as for the methods below."""
        self._phase.pass_begins()
        self._hold()
        return self._resuming.begin_pass()

    def passed_over(self) -> None:
        """A resumed run is where it was."""
        if self._resuming.is_pending:
            self._take_up()

    def batch_wanted(self) -> None:
        """An iteration has wholly ended."""
        self._between()
        self._hold()

    def batch_there(self, batch: object) -> None:
        """The next iteration begins."""
        self._phase.batch_there(batch)

    def epoch_ended(self) -> None:
        """Everything of an epoch was learned."""
        self._phase.epoch_ended()

    def _before_step(self, optimizer: Optimizer, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
        if get_ident() != self._thread or self._has_given_up:
            return
        if self._watchers.unsound.is_again and optimizer is self._learner.optimizer:
            raise ReachedStepError
        progress = self._progress
        began_ns, rested_ns = perf_counter_ns(), progress.rest_ns
        try:
            if not self._has_stepped:
                self._has_stepped = True
                self._meet(optimizer, _frame(1))
            if optimizer is self._learner.optimizer:
                self._phase.before(optimizer)
            elif self._learner.optimizer is not None:
                self._phase.before_aside(optimizer)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not reach the program
            self._give_up(error)
        progress.cost_ns += perf_counter_ns() - began_ns - (progress.rest_ns - rested_ns)

    def _after_step(self, optimizer: Optimizer, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
        learner = self._learner
        if optimizer is not learner.optimizer or get_ident() != self._thread or self._has_given_up:
            return
        began_ns = perf_counter_ns()
        loaders = self._watchers.loaders
        has_loader = loaders.current is not None
        try:
            self._phase.after(optimizer)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not reach the program
            self._give_up(error)
        learner.iteration += 1
        loaders.learned()
        self._progress.cost_ns += perf_counter_ns() - began_ns
        if not has_loader:
            self._between()
        self._phase.stepped()
        if not has_loader:
            self._hold()

    def _between(self) -> None:
        if self._has_given_up:
            return
        began_ns = perf_counter_ns()
        try:
            self._phase.between()
        except Exception as error:  # noqa: BLE001 - a fault of ours must not reach the program
            self._give_up(error)
        self._progress.cost_ns += perf_counter_ns() - began_ns

    def _hold(self) -> None:
        """Go on from a checkpoint that was written at this place, and wait here if the run is to."""
        if self._resuming.comes_by():
            self._take_up()
        self._phase.hold()

    def _take_up(self) -> None:
        """Be where the checkpoint was written."""
        learner, watchers = self._learner, self._watchers
        if learner.optimizer is None:
            return
        learner.iteration = self._resuming.finish(learner.optimizer, learner.subject)
        self._phase = self._following
        self._progress.begin(learner.iteration)
        self._progress.note = ""
        watchers.losses.forget()
        watchers.metrics.forget()
        watchers.outbox.add(Mark(learner.iteration, MarkKind.RESUMED, f"resumed after {learner.iteration} iterations"))
        watchers.editor.tell(learner.optimizer)

    def _give_up(self, error: Exception) -> None:
        """Watch no further after a fault: the program goes on."""
        self._has_given_up = True
        self._watchers.sequences.disarm()
        text = f"Watching stopped because of a fault in it ({type(error).__name__}: {error}); the program went on."
        self._watchers.outbox.add(Mark(self._learner.iteration, MarkKind.TROUBLE, text))
        self._watchers.gate.release()

    def _meet(self, optimizer: Optimizer, frame: FrameType | None) -> None:
        learner, watchers = self._learner, self._watchers
        learner.optimizer = optimizer
        learner.subject = find_subject(optimizer, frame, self._namespace)
        watchers.elements.meet(learner.subject)
        watchers.editor.tell(optimizer)

    def _watched_making(self, original: Callable[..., None]) -> Callable[..., None]:
        """Return ``Optimizer.__init__`` that waits afterwards where nothing is to be learned yet."""

        @wraps(original)
        def make(optimizer: Optimizer, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as torch has it
            original(optimizer, *args, **kwargs)
            if get_ident() == self._thread and self._learner.optimizer is None:
                self._meet(optimizer, _frame(1))
                self._resuming.set_epoch()
                self._hold()

        return make
