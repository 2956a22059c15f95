"""Recording from any script or notebook: ``with engine.record() as run: ...``.

What is recorded so knows in which function each step ran, and the groups that the program names. Rounds of loops, calls
and decisions on plain numbers are known for programs that Chainrule itself runs, as it marks their text.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter_ns
from types import FrameType, TracebackType
from typing import Self

import torch

from engine.program.source import SourceMap
from engine.runtime.compat import quiet
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.runtime.recorder.active import RUNNING
from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.file import write_recording
from engine.trace.numbers import duration_text
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording

STORE_BYTES = 4_000_000_000
"""Numbers kept in memory at the most; what comes later is marked as over budget."""

RELIEF_INTERVAL_NS = 500_000_000


class Run:
    """What happens inside of the ``with`` block; made by ``record``."""

    def __init__(self, path: Path | None, options: RecorderOptions, caller: FrameType) -> None:
        self._path = path
        self._store = MemoryBytes(STORE_BYTES)
        self._held_bytes = options.held_bytes
        filename = caller.f_code.co_filename
        self._source = SourceMap.of_file(filename)
        self._recorder = Recorder(options, self._store, self._source)
        self._recording = Recording(
            RunInfo(
                program=self._source.text(0),
                filename=Path(filename).name,
                torch_version=str(torch.__version__),
                python_version=sys.version.split()[0],
                started_at=datetime.now(UTC).isoformat(timespec="seconds"),
                threads=torch.get_num_threads(),
                is_part=True,
            ),
            self._store,
        )
        self._caller: FrameType | None = caller
        self._namespace: Mapping[str, object] = {}
        self._started_ns = 0
        self._is_resolved = False

    def __enter__(self) -> Self:
        """Start recording."""
        self._started_ns = perf_counter_ns()
        self._recorder.__enter__()
        self._recorder.on_due(self._relieve, RELIEF_INTERVAL_NS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop recording, note how the block ended, and write the file that was asked for."""
        self._recorder.__exit__(kind, error, trace)
        if self._caller is not None:
            self._namespace = {**self._caller.f_globals, **self._caller.f_locals}
            self._caller = None
        self._recording.end(self._outcome(error))
        if self._path is not None:
            write_recording(self._path, self.recording)

    @property
    def recording(self) -> Recording:
        """The recording, made of the log when first looked at."""
        if not self._is_resolved:
            self._is_resolved = True
            self._recording.append(self._recorder.drain(self._namespace))
            self._namespace = {}
        return self._recording

    def _relieve(self) -> None:
        """Resolve early when the tensors held by reference take much memory."""
        if self._recorder.held_bytes() > self._held_bytes:
            self._recording.append(self._recorder.drain())

    def _outcome(self, error: BaseException | None) -> Outcome:
        if error is None:
            duration = duration_text(perf_counter_ns() - self._started_ns)
            return Outcome(kind=OutcomeKind.FINISHED, message=f"Finished in {duration}.")
        name = type(error).__name__
        text = str(error).strip().split("\n", 1)[0]
        return Outcome(kind=OutcomeKind.FAILED, message=f"{name}: {text}" if text else f"{name}.", error_type=name)


def record(path: str | Path | None = None, *, options: RecorderOptions | None = None) -> Run:
    """Record what torch does inside of a ``with`` block, in this process.

    Args:
        path: Where to write the recording when the block ends; None keeps it in memory only.
        options: What to keep; everything by default.

    Returns:
        The run; ``run.recording`` is the recording once the block has ended.
    """
    caller = sys._getframe(1)  # noqa: SLF001 - the frame whose variables name the tensors
    return Run(None if path is None else Path(path), options or RecorderOptions(), caller)


@contextmanager
def group(name: str) -> Iterator[None]:
    """Make what runs inside of the ``with`` block a group with a name, in every running recording.

    Args:
        name: What the group is called.
    """
    if not RUNNING:
        yield
        return
    frame = sys._getframe(2)  # noqa: SLF001 - the frame with the ``with`` block; contextlib's is in between
    text = str(name).encode("utf-8", "backslashreplace").decode()
    with RUNNING.in_group(text, frame.f_code, frame.f_lasti):
        yield


def log(name: str, value: float) -> None:
    """Add a number to the curves of every running recording; outside of one it does nothing.

    Args:
        name: Name of the curve.
        value: The number, or a tensor of one element.
    """
    if not RUNNING:
        return
    text = str(name).encode("utf-8", "backslashreplace").decode()
    with quiet():
        number = float(value.detach() if isinstance(value, torch.Tensor) else value)
    RUNNING.log_number(text, number)
