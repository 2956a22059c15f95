"""One run from the request to its end."""

import dataclasses
import datetime
import os
import platform
from pathlib import Path
from types import ModuleType

import msgspec
import torch

from engine.program.source import SourceMap
from engine.protocol.messages import DeviceInfo, Dying, Ended, EndKind, Run, Started
from engine.protocol.request import RunRequest
from engine.protocol.segment import LOOK_BYTES
from engine.runtime.placement import place_program, with_hint
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.runtime.training import Gate, Resuming, Sampler, TrainingController
from engine.runtime.worker.aftermath import Aftermath
from engine.runtime.worker.channel import Channel
from engine.runtime.worker.console import Console
from engine.runtime.worker.courier import Courier
from engine.runtime.worker.devices import NoSuchDeviceError, choose_device
from engine.runtime.worker.exits import ExitGuard
from engine.runtime.worker.faults import describe_fault
from engine.runtime.worker.interrupts import Interrupts
from engine.runtime.worker.leftovers import leftover_processes
from engine.runtime.worker.limits import MemoryLimit
from engine.runtime.worker.listener import start_listening
from engine.runtime.worker.marked_text import OwnModules, TextMarker
from engine.runtime.worker.namespace import enter_program, leave_program, make_main_module
from engine.runtime.worker.pace import LOOK_NS
from engine.runtime.worker.pump import make_pump
from engine.runtime.worker.ranks import Ranks, moved_batches, told
from engine.runtime.worker.runner import CompiledProgram, Runner
from engine.runtime.worker.sink import SegmentSink
from engine.trace.batch import RunInfo
from engine.training.checkpoint import CheckpointError, program_from
from engine.training.options import TrainingOptions

HELD_SHARE = 8
"""Of the memory that a program may take, one part in this many may be held for it by reference."""
TERMINATED = 143
"""Exit code after SIGTERM, as shells count it."""


class Job:
    """Everything that one run needs, built when the request has come."""

    def __init__(
        self, run: Run, channel: Channel, devices: tuple[DeviceInfo, ...], output_descriptors: tuple[int, int] | None
    ) -> None:
        request = run.request
        self._request = request
        self._channel = channel
        self._devices = devices
        self._sink = SegmentSink(run.segment_path, run.segment_start, request.budget_bytes + LOOK_BYTES)
        self._source = SourceMap(request.filename, request.program)
        self._recorder = Recorder(_recorder_options(request), self._sink, self._source)
        self._console = Console(request.output_limit_bytes)
        self._interrupts = Interrupts(self._on_terminate)
        self._limit = MemoryLimit()
        self._courier = Courier(channel, self._console, self._sink, self._interrupts, self._limit)
        self._console.settle = self._courier.settle_steps
        self._console.step_count = lambda: self._courier.steps_sent
        self._aftermath = Aftermath(self._recorder.late, channel, self._courier.send_late)
        self._courier.after_drain = self._aftermath.answer
        self._pump = make_pump(self._console, output_descriptors, self._tick)
        self._marker = TextMarker(self._source, self._console.note)
        self._runner = Runner(
            request.filename,
            request.program,
            self._courier,
            self._console,
            self._interrupts,
            self._sink.mark_line,
            self._marker,
        )
        self._ranks = Ranks(request)
        self._gate = None if request.training is None else Gate(request.training.play)
        self._training: TrainingController | None = None
        self._leave = os._exit

    def do(self) -> None:
        """Run the program and tell the host how it ended."""
        try:
            device = choose_device(self._request.device, self._devices)
        except NoSuchDeviceError as error:
            self._say_started(self._request.device)
            self._channel.send(Ended(kind=EndKind.REFUSED, error_text=str(error)))
            return
        self._interrupts.install()
        self._say_started(device)
        self._pump.start()
        start_listening(self._channel, self._interrupts, self._aftermath.look, self._gate)
        is_alone = self._say_ended(self._run_on(device))
        self._aftermath.finish(lingers=self._request.lingers and is_alone, before_resting=self._let_go_early)
        self._courier.let_go()

    def _let_go_early(self) -> None:
        """Do what the end of a process does for a program: the worker itself stays for a while."""
        self._courier.let_go()
        leave_program()

    def _run_on(self, device: str) -> Ended:
        request = self._request
        enter_program(request.filename, request.program, self._console)
        try:
            program = self._runner.compile(self._text_to_run())
        except CheckpointError as error:
            return Ended(kind=EndKind.REFUSED, error_text=str(error))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return describe_fault(error, request.filename, request.program)
        if device != "cpu":
            place_program(device, draws_on_host=request.draws_on_host)
        ExitGuard(request.filename, self._say_last_words).install()
        self._ranks.install()
        OwnModules(Path(request.filename).resolve().parent, self._marker).install()
        return with_hint(self._record(program), request.program, device)

    def _text_to_run(self) -> str:
        training = self._request.training
        if training is None or not training.resume:
            return self._request.program
        return program_from(training.resume, self._request.program)

    def _record(self, program: CompiledProgram) -> Ended:
        module = make_main_module(self._request.filename, program.tree)
        if self._request.training is not None and self._gate is not None:
            return self._train(self._request.training, self._gate, program, module)
        with self._recorder:
            self._courier.carry_for(self._recorder, vars(module))
            self._recorder.on_due(self._courier.drain_when_due, LOOK_NS)
            if self._request.memory_limit_mb is not None:
                self._limit.apply(self._request.memory_limit_mb * 1_000_000, torch.get_num_threads())
            return self._runner.run(program, module, self._limit)

    def _train(self, options: TrainingOptions, gate: Gate, program: CompiledProgram, module: ModuleType) -> Ended:
        """Run the program watched at its optimizer steps; what is recorded are single iterations."""
        names, send = vars(module), self._channel.send
        recorder_options = dataclasses.replace(_recorder_options(self._request), reference_bytes=0, look_bytes=0)
        sampler = Sampler(recorder_options, options.sample_bytes, self._source, names, send, options.sample_share)
        try:
            resuming = Resuming(options.resume, self._request.program, names)
        except CheckpointError as error:
            return Ended(kind=EndKind.REFUSED, error_text=str(error))
        self._training = TrainingController(options, gate, send, names, sampler, resuming)
        with self._training:
            if self._request.memory_limit_mb is not None:
                self._limit.apply(self._request.memory_limit_mb * 1_000_000, torch.get_num_threads())
            ended = self._runner.run(program, module, self._limit)
            learned_ns = max(0, ended.duration_ns - self._training.rest_ns)
            ended = msgspec.structs.replace(ended, duration_ns=learned_ns)
            if ended.kind is EndKind.FAILED:
                self._training.failed()
            trouble = resuming.check_end(is_finished=ended.kind is EndKind.FINISHED)
            return Ended(kind=EndKind.REFUSED, error_text=trouble) if trouble else ended

    def _tick(self) -> None:
        """Do what is to be done now and then while the program runs; on the pump's thread."""
        if self._console.has_text:
            self._courier.send_printed()
        if self._training is not None:
            self._training.tick()
        self._courier.keep_bounds(self._request.step_limit)

    def _say_started(self, device: str) -> None:
        info = RunInfo(
            program=self._request.program,
            filename=self._request.filename,
            device=device,
            torch_version=str(torch.__version__),
            python_version=platform.python_version(),
            started_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"),
            threads=torch.get_num_threads(),
        )
        self._channel.send(Started(info=info))

    def _say_ended(self, ended: Ended) -> bool:
        """Tell the host; return whether nothing of the program runs on, which would overwrite what is held."""
        self._courier.drain()
        self._tell_of_ranks()
        leftovers = leftover_processes()
        is_alone = not ended.leftover_threads and not leftovers
        if not is_alone:
            self._aftermath.settle()
        self._console.close()
        self._courier.send_printed()  # another thread may be about to: nothing comes after the end
        if self._courier.stop_message:
            detail = f"{ended.detail}\n{self._courier.stop_message}".lstrip()
            ended = msgspec.structs.replace(ended, detail=detail)
        self._channel.send(msgspec.structs.replace(ended, leftover_processes=leftovers))
        return is_alone

    def _tell_of_ranks(self) -> None:
        """Say where the recordings of further processes lie; that of rank 0 stands in for an empty one."""
        with self._limit, self._interrupts:
            paths = self._ranks.recorded()
            first = self._ranks.first() if self._courier.steps_sent == 0 else None
            for batch in () if first is None else moved_batches(first, self._sink):
                self._courier.send_adopted(batch)
            if first is not None:
                paths[0].unlink()
            sentence = told(paths, is_first_shown=first is not None)
            if sentence:
                self._console.note(f"[{sentence}]")
                self._courier.send_printed()
            self._ranks.tidy()

    def _say_last_words(self, message: Ended | Dying) -> None:
        self._courier.drain()
        self._aftermath.settle()
        self._channel.send(message)

    def _on_terminate(self) -> None:
        """Save what there is before a SIGTERM ends the process."""
        self._courier.drain()
        if self._training is not None:
            self._training.tick()
        self._aftermath.settle()
        self._leave(TERMINATED)


def _recorder_options(request: RunRequest) -> RecorderOptions:
    held_bytes = request.held_bytes
    if request.memory_limit_mb is not None:
        held_bytes = min(held_bytes, request.memory_limit_mb * 1_000_000 // HELD_SHARE)
    return RecorderOptions(
        values=request.values,
        step_limit=request.step_limit,
        reference_bytes=held_bytes,
        look_bytes=LOOK_BYTES,
        kernels=request.kernels,
        measures=request.measures,
    )
