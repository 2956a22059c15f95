"""Runs program texts under the recorder, in this process, as the worker does."""

import ast
from dataclasses import dataclass
from typing import Any

from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.runtime.worker.marked_text import TextMarker
from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import Phase, Step, Value
from engine.trace.invariants import check_recording
from engine.trace.recording import Recording

FILENAME = "program_under_test.py"


@dataclass(frozen=True)
class Recorded:
    """A recorded run, the variables that it left, and the error that ended it."""

    recording: Recording
    variables: dict[str, Any]
    error: Exception | None = None

    def steps(self, phase: Phase | None = None) -> list[Step]:
        return [step for step in self.recording.steps if phase is None or step.phase is phase]

    def step_names(self, phase: Phase | None = None) -> list[str]:
        return [step.name for step in self.steps(phase)]

    def named(self, name: str) -> list[Value]:
        """Every value with this name, oldest first."""
        return [value for value in self.recording.values if name in self.recording.names(value.id)]

    def source(self, step: Step) -> str:
        """The text at the span of a step."""
        span = step.span
        assert span is not None
        lines = self.recording.info.program.split("\n")
        if span.line == span.end_line:
            return lines[span.line - 1][span.column : span.end_column]
        return "\n".join(
            [
                lines[span.line - 1][span.column :],
                *lines[span.line : span.end_line - 1],
                lines[span.end_line - 1][: span.end_column],
            ]
        )


def record_text(
    text: str,
    options: RecorderOptions | None = None,
    *,
    drains: bool = False,
    budget_bytes: int | None = None,
    marks: bool = False,
) -> Recorded:
    """Run ``text`` under the recorder.

    ``drains`` drains after every statement, as the worker may; ``marks`` marks the text, as the worker does.
    """
    store = MemoryBytes(budget_bytes)
    source = SourceMap(FILENAME, text)
    recorder = Recorder(options or RecorderOptions(), store, source)
    recording = Recording(RunInfo(program=text, filename=FILENAME), store)
    variables: dict[str, Any] = {"__name__": "__main__"}
    error = None
    with recorder:
        try:
            for code in _pieces(text, drains=drains, source=source if marks else None):
                exec(code, variables)
                if drains:
                    recording.append(recorder.drain())
        except Exception as raised:  # noqa: BLE001 - whatever the program raises
            error = raised
    recording.append(recorder.drain(variables))
    return Recorded(recording, variables, error)


def record_soundly(
    text: str,
    options: RecorderOptions | None = None,
    *,
    drains: bool = False,
    budget_bytes: int | None = None,
) -> Recorded:
    """Run ``text`` under the recorder, raise what it raises, and check that the recording holds together."""
    run = record_text(text, options, drains=drains, budget_bytes=budget_bytes)
    if run.error is not None:
        raise run.error
    check_recording(run.recording)
    return run


def run_bare(text: str) -> dict[str, Any]:
    """Run ``text`` without a recorder and return its variables."""
    variables: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, FILENAME, "exec"), variables)
    return variables


def _pieces(text: str, *, drains: bool, source: SourceMap | None) -> list[Any]:
    blocks: list[list[ast.stmt]] | None = [[node] for node in ast.parse(text).body]
    if source is not None:
        blocks = TextMarker(source, _fail).statements(text, FILENAME)
        assert blocks is not None
    if not drains:
        blocks = [[node for block in blocks or [] for node in block]]
    return [compile(ast.Module(block, []), FILENAME, "exec") for block in blocks or []]


def _fail(reason: str) -> None:
    raise AssertionError(reason)
