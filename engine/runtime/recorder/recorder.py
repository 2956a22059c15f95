"""The recorder: put around a program, it says what torch did."""

import gc
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import wraps
from time import perf_counter_ns
from types import TracebackType
from typing import Any, Self

import torch
from msgspec.structs import replace
from torch import Tensor, nn
from torch.autograd import forward_ad
from torch.autograd.graph import saved_tensors_hooks

from engine.program.source import SourceMap
from engine.protocol.request import ValuePolicy
from engine.runtime.compat import (
    ENGINE_ENTRY,
    engine_modules,
    quiet,
    script_classes,
    storage_key,
    storage_nbytes,
    unseen,
)
from engine.runtime.compat_compiler import put_mode, remove_modes
from engine.runtime.compat_forward import EXIT
from engine.runtime.compat_script import tracers
from engine.runtime.recorder.active import RUNNING
from engine.runtime.recorder.contents.snapshots import Snapshots
from engine.runtime.recorder.instruments import Instruments
from engine.runtime.recorder.kept_nodes import KEPT_NODES
from engine.runtime.recorder.log import CALL, GROUP_BEGIN, GROUP_END, METRIC, WIDTHS, Log
from engine.runtime.recorder.options import RecorderOptions
from engine.runtime.recorder.patches import PatchSet
from engine.runtime.recorder.resolve.content import ContentWriter
from engine.runtime.recorder.resolve.late import LateValues
from engine.runtime.recorder.resolve.regions import GroupMark
from engine.runtime.recorder.resolve.resolver import Resolver
from engine.runtime.recorder.resolve.tensors import TensorBook
from engine.runtime.recorder.watch.backward import BackwardWatcher, SavedHooks
from engine.runtime.recorder.watch.collectives import CollectiveWatch, ReducerWatch
from engine.runtime.recorder.watch.compiled import CompileBorder
from engine.runtime.recorder.watch.compiler import CompilerWatch
from engine.runtime.recorder.watch.composites import COMPOSITES
from engine.runtime.recorder.watch.duals import note_tangents, watched_exit
from engine.runtime.recorder.watch.frames import FileMarks
from engine.runtime.recorder.watch.functions import plan_functions
from engine.runtime.recorder.watch.kinds import FunctionInfo, TorchFunction
from engine.runtime.recorder.watch.marking import MARKS
from engine.runtime.recorder.watch.mode import RecorderMode
from engine.runtime.recorder.watch.modules import creating, watched_call, watched_check, watched_init
from engine.runtime.recorder.watch.optimizers import OptimizerWatcher
from engine.runtime.recorder.watch.retained import RetainedGradients
from engine.runtime.recorder.watch.scripted import ScriptBorder
from engine.runtime.recorder.watch.swaps import watched_set, watched_swap
from engine.runtime.recorder.watch.weak_log import ShadowBook, WeakLog
from engine.trace.batch import Batch, joined
from engine.trace.bytestore import ByteSink
from engine.trace.facts import RecordingStop
from engine.trace.numbers import steps_text

_GC_WHILE_RECORDING = (200_000, 50, 1000)
"""The log keeps many objects alive on purpose; scanning them often would double the cost of recording."""


class Recorder:
    """Records everything that torch does inside of its ``with`` block.

    The hot paths only append to a log; ``drain`` makes facts of it. Nothing that is computed changes: results,
    gradients and random numbers are those of a bare run, and all patches and hooks are gone after the block.
    """

    def __init__(self, options: RecorderOptions, sink: ByteSink, source: SourceMap) -> None:
        origin_ns = perf_counter_ns()
        self._local = threading.local()
        self._logs: dict[int, Log] = {}
        self._modes: list[RecorderMode] = []
        self._threads: dict[int, int] = {}
        self._marks = FileMarks()
        self._infos: dict[TorchFunction, FunctionInfo] = {}
        self._snapshots = Snapshots(options)
        content = ContentWriter(options, sink, self._snapshots)
        self._late = content.late
        self._shadows = ShadowBook(options.weak_bytes) if options.values is ValuePolicy.NONE else None
        book = TensorBook(self._shadows)
        self._resolver: Resolver | None = Resolver(source, self._snapshots, content, origin_ns, options, sink, book)
        self._instruments = Instruments(options)
        self._saved_hooks = SavedHooks()
        self._patches = PatchSet()
        self._engine_patches = PatchSet()
        self._border = CompileBorder(self._patches, self.mode_of_thread)
        self._compiler = CompilerWatch(self._border)
        self._collectives = CollectiveWatch(self.mode_of_thread)
        self._stack = ExitStack()
        self._mode = self._new_mode()
        self._interval_ns = 0
        self._callback: Callable[[], None] | None = None
        self._early: list[Batch] = []
        self._is_draining = False
        self._is_halted = False

    def __enter__(self) -> Self:
        """Start recording in this thread and in those that it starts."""
        self._local.mode = self._mode
        self._plan_patches()
        with ExitStack() as stack:
            stack.callback(self._local.__dict__.pop, "mode", None)
            thresholds = gc.get_threshold()
            gc.set_threshold(*_GC_WHILE_RECORDING)
            stack.callback(gc.set_threshold, *thresholds)
            for patches in (self._engine_patches, self._patches):
                patches.apply()
                stack.callback(patches.remove)
            self._compiler.apply_if_loaded()
            stack.callback(self._compiler.remove)
            self._collectives.apply_if_joined()
            stack.callback(self._collectives.remove)
            put_mode(self._mode)
            stack.callback(remove_modes, lambda mode: mode is self._mode)
            stack.enter_context(self._instruments.around(self._mode))
            stack.enter_context(RUNNING.holding(self))
            stack.enter_context(MARKS.going_to(self._mode.log))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop recording and give torch back everything that was replaced; threads that run on are let go."""
        self._stack.close()
        for mode in self._modes:
            mode.halt()
        if self._resolver is not None:
            self._resolver.is_over = True

    def abandon(self) -> None:
        """Be as if recording had never begun: this is a process that the program forked."""
        own = tuple(self._modes)
        self.halt()
        remove_modes(lambda mode: mode in own)
        for patches in (self._engine_patches, self._patches, self._compiler, self._collectives):
            patches.forked()
        self._stack.close()
        self._callback = None
        self.release()

    def mode_of_thread(self) -> RecorderMode | None:
        """Return what records the calls of the running thread, None where nothing does."""
        mode: RecorderMode | None = None if self._is_halted else getattr(self._local, "mode", None)
        return mode

    @property
    def late(self) -> LateValues:
        """What works off the values that drains have left; it outlives ``release``."""
        return self._late

    @property
    def is_halted(self) -> bool:
        """Whether nothing more is kept: somebody halted the recorder, or a drain reached the limit of steps."""
        return self._is_halted

    def halt(self) -> None:
        """Keep nothing from now on, while the program goes on; any thread may call this.

        The next drain returns what was kept until now, and lets go of everything.
        """
        self._is_halted = True
        for mode in self._modes:
            mode.halt()

    def release(self) -> None:
        """Let go of everything that a halted recorder holds; drains are empty from now on."""
        self._resolver = None
        self._taken()
        self._snapshots.clear()
        KEPT_NODES.end()

    def drain(self, namespace: Mapping[str, object] | None = None) -> Batch:
        """Return everything that happened since the last drain, as facts; nothing once all was let go of.

        Args:
            namespace: Variables of the program, to name tensors and modules that its text does not name.
        """
        resolver = self._resolver
        if resolver is None:
            return Batch()
        collecting = gc.isenabled()
        gc.disable()
        self._is_draining = True
        for log in tuple(self._logs.values()):
            note_tangents(log)
        try:
            with quiet():
                batch = joined((*self._early, resolver.resolve(self._taken(), namespace)))
                self._early = []
            for log in self._logs.values():
                if isinstance(log, WeakLog):
                    log.rest()
            KEPT_NODES.release()
            return self._last(batch, resolver) if self._is_halted or resolver.is_full else batch
        finally:
            self._is_draining = False
            if collecting:
                gc.enable()
            if self._callback is not None:
                self._mode.due_ns = perf_counter_ns() + self._interval_ns

    def on_due(self, callback: Callable[[], None], interval_ns: int) -> None:
        """Have ``callback`` called in the program's thread once ``interval_ns`` have passed since the last drain.

        It is called right after a call of torch; it is free to drain.
        """
        self._callback = callback
        self._interval_ns = interval_ns
        self._mode.on_due = self._due
        self._mode.due_ns = perf_counter_ns() + interval_ns

    def held_bytes(self) -> int:
        """Return about how many bytes of tensors wait for the next drain."""
        with unseen():
            blocks = {
                storage_key(entry): storage_nbytes(entry)
                for log in tuple(self._logs.values())
                for entry in log
                if isinstance(entry, Tensor)
            }
        return sum(blocks.values())

    def waiting_records(self) -> int:
        """Return about how many calls of torch wait for the next drain."""
        return sum(map(len, tuple(self._logs.values()))) // WIDTHS[CALL]

    def log_number(self, name: str, number: float) -> None:
        """Record a number that the program wants to see as a curve, if this thread is recorded."""
        mode = self.mode_of_thread()
        if mode is not None:
            mode.log.extend((METRIC, name, number))

    def begin_group(self, mark: GroupMark) -> None:
        """Record that a group begins, if this thread is recorded."""
        mode = self.mode_of_thread()
        if mode is not None:
            mode.log.extend((GROUP_BEGIN, mark))

    def end_group(self, mark: GroupMark) -> None:
        """Record that a group ends."""
        mode = self.mode_of_thread()
        if mode is not None:
            mode.log.extend((GROUP_END, mark))

    def _due(self) -> None:
        self._mode.due_ns = perf_counter_ns() + self._interval_ns
        if self._callback is not None and not self._is_draining:
            with unseen():
                self._callback()

    def _last(self, batch: Batch, resolver: Resolver) -> Batch:
        """End the recording with this batch: halt, let go, and say so in it."""
        self.halt()
        self.release()
        count = resolver.step_count
        message = f"Recording stopped after {steps_text(count)}; the program went on."
        return replace(batch, stops=(RecordingStop(count, message),))

    def before_swap(self, tensors: tuple[Tensor, Tensor]) -> None:
        """Take in what two tensors are that the program is about to swap."""
        if self._resolver is not None:
            with quiet():
                self._resolver.before_swap(self._taken(), tensors)
                self._early.append(self._resolver.resolve({}, None))  # what waits may hold the graphs of both
                KEPT_NODES.release(at_once=True)

    def after_swap(self, tensors: tuple[Tensor, Tensor]) -> None:
        """Take in that each of two tensors is now what the other was."""
        if self._resolver is not None:
            with quiet():
                self._resolver.after_swap(tensors)

    def _before_move(self, tensor: Tensor, form: Tensor | None) -> None:
        if self._resolver is not None:
            with quiet():
                self._resolver.before_move(self._taken(), tensor, form)

    def _catch_up(self, tensor: Tensor) -> bool:
        if self._resolver is None:
            return False
        with quiet():
            return self._resolver.is_used(self._taken(), tensor)

    def _taken(self) -> dict[int, Log]:
        taken = {}
        for thread, log in list(self._logs.items()):
            if isinstance(log, WeakLog):
                taken[thread] = log.take()
                continue
            length = len(log)
            taken[thread] = log[:length]
            del log[:length]
        return taken

    def _new_mode(self) -> RecorderMode:
        number = len(self._logs)
        log: Log = [] if self._shadows is None else WeakLog(self._shadows)
        self._logs[number] = log
        mode = self._instruments.mode_class(
            self._marks, self._infos, self._snapshots, log, self._before_move, self._catch_up
        )
        self._modes.append(mode)
        return mode

    def _plan_patches(self) -> None:
        patches, mode_of_thread = self._patches, self.mode_of_thread
        reducers, retained = ReducerWatch(), RetainedGradients()
        watcher = BackwardWatcher(mode_of_thread, self._saved_hooks, self._border.run_eagerly, reducers, retained)
        patches.add(Tensor, "retain_grad", lambda original: retained.watched(original, mode_of_thread))
        reducers.plan(patches)
        self._collectives.plan(patches)
        for module in engine_modules():
            self._engine_patches.add(module, ENGINE_ENTRY, watcher.wrap)
        patches.add_hooks(OptimizerWatcher(mode_of_thread).register)
        patches.add_hooks(lambda: [COMPOSITES.register(mode_of_thread)])
        patches.add(nn.Module, "__call__", lambda original: watched_call(original, mode_of_thread))
        patches.add(nn.Module, "__init__", lambda original: watched_init(original, mode_of_thread))
        for name in ("_apply", "load_state_dict", "state_dict"):
            patches.add(nn.Module, name, lambda original: creating(original, mode_of_thread))
        plan_functions(patches, mode_of_thread)
        patches.add(forward_ad, EXIT, lambda original: watched_exit(original, mode_of_thread))
        patches.add(torch.utils, "swap_tensors", lambda original: watched_swap(original, mode_of_thread, self))
        patches.add(Tensor, "set_", lambda original: watched_set(original, mode_of_thread))
        patches.add(torch, "compile", self._watched_compile)
        patches.add(torch.overrides, "has_torch_function", watched_check)
        for module, name in tracers():
            patches.add(module, name, self._border.traced)
        scripts = ScriptBorder(mode_of_thread)
        for script_class in script_classes():
            patches.add(script_class, "__call__", scripts.watched)
        patches.add(threading.Thread, "run", self._watched_run)
        patches.add(saved_tensors_hooks, "__enter__", self._watched_hooks)

    def _watched_compile(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``torch.compile`` that takes functions as they are, without what the recorder put in their place."""

        @wraps(original)
        def compile_(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a function, a module or a decorator
            self._compiler.load()
            with self._patches.lifted():
                return original(*args, **kwargs)

        return compile_

    def _watched_run(self, original: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
        def run(thread: threading.Thread) -> None:
            if self._is_halted:
                original(thread)
                return
            mode = self._new_mode()
            self._local.mode = mode
            put_mode(mode)
            try:
                with MARKS.going_to(mode.log), self._instruments.around(mode):
                    original(thread)
            finally:
                remove_modes(lambda other: other is mode)  # in a forked process it is gone already

        return run

    def _watched_hooks(self, original: Callable[[Any], None]) -> Callable[[Any], None]:
        def enter(hooks: Any) -> None:  # noqa: ANN401 - torch's own context manager
            self._saved_hooks.seen = True
            original(hooks)

        return enter
