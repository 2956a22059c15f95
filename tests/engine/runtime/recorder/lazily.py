"""Records program texts with every value held by reference, as the worker does with large ones."""

import ast

from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Absence, Value
from engine.trace.recording import Recording

FILENAME = "program_under_test.py"
SECOND_NS = 1_000_000_000


class Lazy:
    """A run that is drained and worked off by hand; nothing but empty tensors is written by a drain."""

    def __init__(self, budget_bytes: int | None = None, **options: object) -> None:
        chosen = {"reference_bytes": 10**9, "small_bytes": 0, **options}
        self.store = MemoryBytes(budget_bytes)
        self.variables: dict[str, object] = {"__name__": "__main__"}
        self._options = RecorderOptions(**chosen)
        self.error: Exception | None = None

    def run(self, text: str, *, drains: bool = True) -> "Lazy":
        """Run a program and drain, after every statement or once."""
        self.recorder = Recorder(self._options, self.store, SourceMap(FILENAME, text))
        self.recording = Recording(RunInfo(program=text, filename=FILENAME), self.store)
        pieces = [ast.Module([node], []) for node in ast.parse(text).body] if drains else [text]
        with self.recorder:
            try:
                for piece in pieces:
                    exec(compile(piece, FILENAME, "exec"), self.variables)
                    if drains:
                        self.recording.append(self.recorder.drain())
            except Exception as error:  # noqa: BLE001 - whatever the program raises
                self.error = error
        self.recording.append(self.recorder.drain(self.variables))
        return self

    def work(self) -> "Lazy":
        """Work off everything that fits."""
        while not (batch := self.recorder.late.work(SECOND_NS)).is_empty:
            self.recording.append(batch)
        return self

    def look(self, *values: Value) -> "Lazy":
        """Look at these values."""
        self.recording.append(self.recorder.late.look([value.id for value in values]))
        return self

    def give_up(self) -> "Lazy":
        """Let the rest go."""
        self.recording.append(self.recorder.late.give_up())
        return self

    def named(self, name: str) -> list[Value]:
        """Every value with this name, oldest first."""
        return [value for value in self.recording.values if name in self.recording.names(value.id)]

    def absences(self, name: str) -> list[Absence | None]:
        """Why the numbers of each value of a name are missing."""
        return [self.recording.absence(value.id) for value in self.named(name)]

    def numbers(self, name: str) -> list[object]:
        """The numbers of each value of a name, None where they are missing."""
        arrays = [self.recording.array(value.id) for value in self.named(name)]
        return [None if array is None else array.tolist() for array in arrays]
