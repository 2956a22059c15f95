"""Watches and steers one training run from the hooks of its optimizer."""

import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import wraps
from time import monotonic_ns, perf_counter_ns
from types import FrameType, TracebackType
from typing import Any, Self

from torch.optim import Optimizer

from engine.protocol.messages import WorkerMessage
from engine.runtime.recorder.active import RUNNING
from engine.runtime.recorder.patches import PatchSet
from engine.runtime.recorder.resolve.regions import GroupMark
from engine.runtime.training.again import ReachedStepError
from engine.runtime.training.editing import HyperEditor
from engine.runtime.training.elements import ElementEditor
from engine.runtime.training.gate import Gate
from engine.runtime.training.health import HealthWatch
from engine.runtime.training.loading import LoaderWatch
from engine.runtime.training.losses import LossFinder
from engine.runtime.training.metrics import MetricWatch
from engine.runtime.training.norms import NormWatch
from engine.runtime.training.orders import Orders
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.pictures import PictureTaker
from engine.runtime.training.plane_finder import PlaneFinder
from engine.runtime.training.progress import ProgressTeller
from engine.runtime.training.resuming import Resuming
from engine.runtime.training.sampler import Sampler
from engine.runtime.training.samples import SampleTeller
from engine.runtime.training.saving import CheckpointQueue
from engine.runtime.training.sequences import SequenceWatch
from engine.runtime.training.step_hooks import StepHooks
from engine.runtime.training.step_numbers import StepNumbers
from engine.runtime.training.subject import Subject, find_subject
from engine.runtime.training.unsound import UnsoundKeeper
from engine.runtime.training.updates import UpdateKeeper
from engine.runtime.training.wishes import SampleWishes
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
        self._options = options
        self._namespace = namespace
        self._outbox = Outbox(send)
        self._gate = gate
        self._sampler = sampler
        self._updates = UpdateKeeper(options.sample_bytes)
        self._resuming = resuming
        self._saves = CheckpointQueue(self._outbox, resuming)
        self._editor = HyperEditor(self._outbox, namespace, resuming.clip, sampler)
        self._wishes = SampleWishes(options.sample_every)
        self._losses = LossFinder()
        self._unsound = UnsoundKeeper(self._outbox, sampler, self._losses)
        self._health = HealthWatch(self._outbox, self._unsound, self._wishes, keeps=options.sample_on_alert)
        self._loaders = LoaderWatch(self)
        self._metrics = MetricWatch(self._outbox, namespace)
        self._norms = NormWatch(self._outbox, options.norms_every, options.cost_share)
        self._samples = SampleTeller(self._outbox)
        finder = PlaneFinder(self._outbox, self._losses, self._samples, options.plane)
        self._pictures = PictureTaker(self._outbox, finder, options.pictures_every_s, options.cost_share)
        self._elements = ElementEditor(self._outbox, self._sampler, self._pictures)
        self._orders = Orders(gate, self._editor, self._elements, self._saves, self._wishes)
        self._sequences = SequenceWatch(self._outbox, options.pictures_every_s, options.cost_share)
        self._numbers = StepNumbers(self._outbox, self._losses, self._norms, self._sequences, self._health)
        self._progress = ProgressTeller(self._outbox, self._loaders, namespace)
        self._patches = PatchSet()
        self._stack = ExitStack()
        self._hooks = StepHooks(self._before_step, self._after_step)
        self._main: Optimizer | None = None
        self._subject = Subject((), (), None)
        self._iteration = 0
        self._is_whole = False
        self._has_stepped = False
        self._has_given_up = False
        self._thread = threading.get_ident()

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._outbox.open()
        self._losses.plan(self._patches)
        self._loaders.plan(self._patches)
        self._editor.plan(self._patches)
        self._patches.add(Optimizer, "__init__", self._watched_making)
        with ExitStack() as stack:
            self._patches.apply()
            stack.callback(self._patches.remove)
            self._hooks.put()
            stack.callback(self._hooks.remove)
            stack.callback(self._sequences.disarm)
            stack.callback(self._pictures.finder.disarm)
            stack.enter_context(RUNNING.holding(self))
            self._stack = stack.pop_all()
        self._progress.begin(self._iteration)
        self._progress.note = self._resuming.note
        self._outbox.drop_points(are_dropped=self._resuming.is_again)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give torch back everything that was replaced, and tell the rest."""
        self._sampler.abandon()
        self._stack.close()
        with suppress(Exception):  # whatever the program has left behind, how it ended has to be told
            self._say_last()
        self._progress.tell(TrainState.ENDED, self._iteration)
        self._outbox.close()

    def _say_last(self) -> None:
        self._metrics.tell(self._iteration)
        self._pictures.take(self._iteration, self._subject, self._losses.kind)
        current = self._loaders.current
        if self._options.keep_at_end and current is not None and (current.is_over or self._is_whole):
            self._saves.ask(self._options.keep_at_end, monotonic_ns())
            self._settle(has_ended=current.is_over)

    def failed(self) -> None:
        """The program has raised: what was recorded of the iteration that failed is kept."""
        self._sampler.end(self._iteration, "The program failed in it.")

    def tick(self) -> None:
        """Send what waits; from any thread, now and then."""
        with suppress(Exception):  # the thread that calls has to live on
            self._progress.tick(self._iteration)
            self._outbox.send_if_due()

    def log_number(self, name: str, number: float) -> None:
        """Take a number that the program wants to see as a curve."""
        self._outbox.points.append((name, max(0, self._iteration - 1), number))

    def begin_group(self, mark: GroupMark) -> None:
        """Groups are for recordings."""

    def end_group(self, mark: GroupMark) -> None:
        """Groups are for recordings."""

    def abandon(self) -> None:
        """Be as if the run had never been watched: this is a process that the program forked."""
        self._sampler.forget()
        self._outbox.forked()
        self._progress.forked()
        self._patches.forked()
        self._stack.close()

    def loader_seen(self, loader: object) -> None:
        """Show the data; see ``LoaderEvents``, as for the methods below."""
        self._samples.tell(loader)

    def pass_begins(self) -> int:
        """Wait where an epoch has ended and the next begins; see ``LoaderEvents``, as for the methods below."""
        self._metrics.tell(self._iteration)
        self._hold()
        return self._resuming.begin_pass()

    def passed_over(self) -> None:
        """A resumed run is where it was."""
        if self._resuming.is_pending:
            self._take_up()

    def _take_up(self) -> None:
        if self._main is not None:
            self._iteration = self._resuming.finish(self._main, self._subject)
            self._progress.begin(self._iteration)
            self._progress.note = ""
            self._outbox.drop_points(are_dropped=False)
            self._metrics.forget()
            self._outbox.add(Mark(self._iteration, MarkKind.RESUMED, f"resumed after {self._iteration} iterations"))
            self._editor.tell(self._main)

    def batch_wanted(self) -> None:
        """An iteration has wholly ended."""
        self._between()
        self._hold()

    def _between(self) -> None:
        """Look at what the iteration has left behind."""
        if self._has_given_up:
            return
        began_ns = perf_counter_ns()
        try:
            self._metrics.tell(self._iteration)
            if self._elements.is_looking:
                self._elements.look(self._iteration)
            if not self._sampler.is_on and not self._resuming.is_again:
                self._pictures.take_if_due(self._iteration, self._subject, self._losses.kind)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not reach the program
            self._give_up(error)
        self._progress.cost_ns += perf_counter_ns() - began_ns

    def batch_there(self, batch: object) -> None:
        """The next iteration begins: from here its random numbers are drawn."""
        self._pictures.batch = batch
        self._is_whole = False
        if self._options.sample_on_alert:
            self._unsound.note_random()

    def epoch_ended(self) -> None:
        """Everything of an epoch was learned; what the program does between epochs comes next."""
        if not self._resuming.is_again:
            self._gate.count_epoch()

    def _before_step(self, optimizer: Optimizer, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
        if threading.get_ident() != self._thread or self._has_given_up:
            return
        if self._unsound.is_again and optimizer is self._main:
            raise ReachedStepError
        began_ns, rested_ns = perf_counter_ns(), self._progress.rest_ns
        try:
            self._before(optimizer)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not reach the program
            self._give_up(error)
        self._progress.cost_ns += perf_counter_ns() - began_ns - (self._progress.rest_ns - rested_ns)

    def _before(self, optimizer: Optimizer) -> None:
        if not self._has_stepped:
            self._has_stepped = True
            self._meet(optimizer, _frame(1))
        if optimizer is self._main:
            self._hooks.be_last()
            if self._gate.commands and not self._resuming.is_again:
                self._obey()
            what = self._numbers.look(optimizer, self._subject, self._iteration)
            if what and not self._resuming.is_again:
                self._alert(what)
            if self._editor.is_clipping:
                self._editor.clip(self._subject)
            if self._sampler.is_on:
                self._updates.before(optimizer, self._subject, self._editor.clips.take())
        elif self._main is not None:
            self._numbers.look_aside(optimizer, self._iteration)

    def _give_up(self, error: Exception) -> None:
        """Watch no further after a fault: the program goes on."""
        self._has_given_up = True
        self._sequences.disarm()
        text = f"Watching stopped because of a fault in it ({type(error).__name__}: {error}); the program went on."
        self._outbox.add(Mark(self._iteration, MarkKind.TROUBLE, text))
        self._gate.release()

    def _alert(self, what: str) -> None:
        """Have the batch kept that lost a number, and wait before the optimizer applies it if that is wanted."""
        self._health.keep(self._iteration, self._subject, _frame(1), is_possible=self._hooks.is_last_before)
        play = self._gate.play
        if play is not None and play.on_nan:
            self._gate.close(what)
            self._hold(is_at_end=False)

    def _note_late(self, what: str) -> None:
        """A number was lost inside of the step: the optimizer has applied it, so the next iteration is kept."""
        self._wishes.is_alerted = self._options.sample_on_alert
        play = self._gate.play
        if play is not None and play.on_nan:
            self._gate.close(what)

    def _after_step(self, optimizer: Optimizer, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
        if optimizer is not self._main or threading.get_ident() != self._thread or self._has_given_up:
            return
        began_ns = perf_counter_ns()
        has_loader = self._loaders.current is not None
        try:
            self._after(optimizer)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not reach the program
            self._give_up(error)
        self._progress.cost_ns += perf_counter_ns() - began_ns
        if not has_loader:
            self._between()
        self._sample_if_wanted()
        if not has_loader:
            self._hold()

    def _after(self, optimizer: Optimizer) -> None:
        what = self._numbers.finish(self._iteration)
        if what and not self._resuming.is_again:
            self._note_late(what)
        if self._sampler.is_on:
            self._sampler.end(self._iteration, update=self._updates.after(optimizer))
        self._iteration += 1
        self._loaders.learned()
        if not self._resuming.is_again:
            self._sequences.arm_if_due(self._subject)
            self._gate.count_iteration(self._numbers.loss)

    def _sample_if_wanted(self) -> None:
        """Begin to record the next iteration if it is to be kept; not from inside of a hook before the step."""
        reason = self._wishes.reason(self._iteration, self._gate.play, self._sampler)
        if reason is None or self._resuming.is_again:
            return
        self._wishes.forget()
        self._sequences.disarm()
        self._sampler.begin(reason)

    def _meet(self, optimizer: Optimizer, frame: FrameType | None) -> None:
        self._main = optimizer
        self._subject = find_subject(optimizer, frame, self._namespace)
        self._elements.meet(self._subject)
        self._editor.tell(optimizer)

    def _hold(self, *, is_at_end: bool = True) -> None:
        """Do what was asked, and keep the program waiting as long as it is to."""
        gate = self._gate
        self._is_whole = is_at_end
        if is_at_end and self._resuming.comes_by():
            self._take_up()
        if self._resuming.is_again:
            return
        if gate.commands:
            self._obey()
            if is_at_end:
                self._sample_if_wanted()
        if is_at_end and (self._elements.is_waiting or self._saves.is_waiting):
            self._settle()
        if not gate.is_open:
            self._wait(gate, is_at_end=is_at_end)

    def _wait(self, gate: Gate, *, is_at_end: bool) -> None:
        if is_at_end and not self._sampler.is_on:
            self._pictures.take(self._iteration, self._subject, self._losses.kind)
        self._progress.tell(TrainState.PAUSED, self._iteration, gate.reason)
        self._outbox.send()
        with self._progress.resting():
            while not gate.is_open:
                gate.wait()
                self._obey()
                if is_at_end:
                    self._settle()
                self._outbox.send()
        self._progress.tell(TrainState.RUNNING, self._iteration)
        if is_at_end:
            self._sample_if_wanted()

    def _obey(self) -> None:
        self._orders.obey(self._main, self._iteration)

    def _settle(self, *, has_ended: bool = False) -> None:
        """Do what is only done between two iterations."""
        kind, current = self._losses.kind, self._loaders.current
        self._orders.settle(self._iteration, self._main, self._subject, kind, current, _frame(1), has_ended=has_ended)

    def _watched_making(self, original: Callable[..., None]) -> Callable[..., None]:
        """Return ``Optimizer.__init__`` that waits afterwards where nothing is to be learned yet."""

        @wraps(original)
        def make(optimizer: Optimizer, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as torch has it
            original(optimizer, *args, **kwargs)
            if threading.get_ident() == self._thread and self._main is None:
                self._meet(optimizer, _frame(1))
                self._resuming.set_epoch()
                self._hold()

        return make
