"""Programs recorded by the real recorder, for tests of explanations."""

import contextlib
from functools import lru_cache
from pathlib import Path

from assets.paths import EXAMPLES
from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.recording import Recording


def record_text(text: str, filename: str = "program.py") -> Recording:
    """Run a program under the recorder in this process; its error, if any, ends it quietly."""
    store = MemoryBytes()
    source = SourceMap(filename, text)
    recording = Recording(RunInfo(program=text, filename=filename), store)
    recorder = Recorder(RecorderOptions(), store, source)
    namespace = {"__name__": "__main__"}
    with recorder, contextlib.suppress(RuntimeError):
        exec(compile(text, filename, "exec"), namespace)
    recording.append(recorder.drain(namespace))
    return recording


@lru_cache(maxsize=1)
def example_paths() -> tuple[Path, ...]:
    """Every example program."""
    return tuple(sorted(EXAMPLES.glob("*.py")))
