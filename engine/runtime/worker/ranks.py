"""Processes that the program starts with ``multiprocessing`` and that compute together: each records itself.

The recordings are written beside the main one, by the processes themselves. Where the program's own process has
computed nothing, that of rank 0 takes its place.
"""

import multiprocessing.process
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from engine.protocol.request import RunRequest
from engine.runtime.rank import RankPlan, RankTarget
from engine.runtime.worker.sink import SegmentSink
from engine.trace.batch import Batch
from engine.trace.facts import Absence, Data
from engine.trace.file import RecordingFileError, read_recording
from engine.trace.file.ranks import rank_files
from engine.trace.recording import Recording
from engine.trace.split import batches

AnyFunction = Callable[..., Any]

_OWN_WORKERS = ("torch.utils.data", "concurrent.futures", "multiprocessing")
"""Modules whose processes do a library's work."""


class Ranks:
    """Has the processes that a program starts record themselves, and finds what they have recorded."""

    def __init__(self, request: RunRequest) -> None:
        self._request = request
        self._beside: Path | None = None
        self._before: dict[Path, int] = {}
        self._process_id = os.getpid()

    def install(self) -> None:
        """Take note of each process that is started, for the rest of the life of this one."""
        owner = multiprocessing.process.BaseProcess
        owner.start = self._watched(owner.start)  # type: ignore[method-assign] # that is what is wanted

    def recorded(self) -> dict[int, Path]:
        """Return the recordings that ranks have written, by rank."""
        if self._beside is None:
            return {}
        return {
            rank: path
            for rank, path in rank_files(self._beside).items()
            if path.stat().st_mtime_ns != self._before.get(path)
        }

    def tidy(self) -> None:
        """Remove the temporary folder, if no recording is in it."""
        if self._beside is not None and not self._request.beside and not self.recorded():
            shutil.rmtree(self._beside.parent, ignore_errors=True)
            self._beside = None

    def first(self) -> Recording | None:
        """Return the recording of rank 0, None where there is none that can be read."""
        path = self.recorded().get(0)
        try:
            return None if path is None else read_recording(path)
        except RecordingFileError:
            return None

    def _watched(self, original: AnyFunction) -> AnyFunction:
        @wraps(original)
        def start(process: Any) -> None:  # noqa: ANN401 - a process of any start method
            target = process._target  # noqa: SLF001 - Python has no other way to what a process is for
            module = getattr(target, "__module__", None) or ""
            if target is not None and not module.startswith(_OWN_WORKERS) and os.getpid() == self._process_id:
                process._target = RankTarget(target, self._plan())  # noqa: SLF001 - as above
            with _MainFile(self._request.program, self._folder):
                original(process)

        return start

    def _plan(self) -> RankPlan:
        request = self._request
        return RankPlan(str(self._place()), request.values.value, request.step_limit)

    def _place(self) -> Path:
        if self._beside is None:
            given = self._request.beside
            name = Path(self._request.filename).stem or "program"
            self._beside = Path(given) if given else Path(tempfile.mkdtemp(prefix="chainrule-")) / f"{name}.chainrule"
            self._before = {path: path.stat().st_mtime_ns for path in rank_files(self._beside).values()}
        return self._beside

    def _folder(self) -> Path:
        return self._place().parent


class _MainFile:
    """Lets a spawned process load the program, which may never have been saved: then a copy is written for it."""

    def __init__(self, text: str, folder: Callable[[], Path]) -> None:
        self._text = text
        self._folder = folder
        self._module = sys.modules["__main__"]
        self._name: str | None = None

    def __enter__(self) -> None:
        name = getattr(self._module, "__file__", None)
        if name is None or Path(name).exists():
            return
        copy = self._folder() / Path(name).name
        copy.write_text(self._text, encoding="utf-8")
        self._name, self._module.__file__ = name, str(copy)

    def __exit__(self, *raised: object) -> None:
        if self._name is not None:
            self._module.__file__ = self._name


def relocated(recording: Recording, batch: Batch, sink: SegmentSink) -> Batch:
    """Return a batch of a recording with its numbers moved to ``sink``."""
    return replace(batch, data=tuple(_moved(recording, data, sink) for data in batch.data))


def moved_batches(recording: Recording, sink: SegmentSink) -> list[Batch]:
    """Return a whole recording as batches whose numbers lie in ``sink``."""
    return [relocated(recording, batch, sink) for batch in batches(recording)]


def _moved(recording: Recording, data: Data, sink: SegmentSink) -> Data:
    if data.absence is not None:
        return data
    offset = sink.write(memoryview(bytes(recording.store.read(data.offset, data.nbytes))))
    return Data(data.value, 0, 0, Absence.OVER_BUDGET) if offset is None else replace(data, offset=offset)


def told(paths: dict[int, Path], *, is_first_shown: bool) -> str:
    """Return the sentence that says where the recordings of the ranks lie; empty when there are none."""
    rest = {rank: path for rank, path in paths.items() if not (rank == 0 and is_first_shown)}
    if not rest:
        return ""
    shown = "This is rank 0; " if is_first_shown else ""
    ranks = "rank " + str(next(iter(rest))) if len(rest) == 1 else "ranks " + _listed([str(rank) for rank in rest])
    places = _listed([str(path) for path in rest.values()])
    verb = "was" if len(rest) == 1 else "were"
    sentence = f"{shown}{ranks} {verb} recorded to {places}."
    return sentence[0].upper() + sentence[1:]


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
