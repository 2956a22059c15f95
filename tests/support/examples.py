"""Running an example program and reading its known numbers."""

import contextlib
import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch

from engine.program.catalogue import Example
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from tests.support.recorded import FILENAME, record_text


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run left behind."""

    output: str
    namespace: dict[str, Any]
    error: Exception | None

    def number(self, expression: str) -> torch.Tensor:
        """Evaluate an expression in what the program left behind."""
        result = eval(expression, self.namespace)
        return result.detach().clone() if isinstance(result, torch.Tensor) else torch.tensor(float(result))


def run_program(example: Example) -> Ran:
    """Run the program here, as ``python FILE`` would."""
    code = compile(example.text, str(example.path), "exec", dont_inherit=True)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    output = io.StringIO()
    error: Exception | None = None
    with contextlib.redirect_stdout(output):
        try:
            exec(code, namespace)
        except Exception as caught:  # noqa: BLE001 - a program may raise anything
            error = caught
    return Ran(output.getvalue(), namespace, error)


def recorded_run(text: str) -> tuple[Ran, Recording]:
    """Run a program under the recorder; an exception becomes the outcome. Neither may be changed by a test."""
    return _recorded_run(text, torch.get_num_threads())


@lru_cache(maxsize=64)
def _recorded_run(text: str, _threads: int) -> tuple[Ran, Recording]:
    """The same; sums of many numbers depend in their last bits on how many threads share them."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        seen = record_text(text)
    outcome = Outcome(OutcomeKind.FINISHED, "Finished in 1.0 ms.") if seen.error is None else _failed(seen.error)
    seen.recording.end(outcome)
    return Ran(output.getvalue(), seen.variables, seen.error), seen.recording


def _failed(error: Exception) -> Outcome:
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILENAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    name = type(error).__name__
    return Outcome(OutcomeKind.FAILED, f"Line {line}: {name}: {error}.", line=line, error_type=name)
