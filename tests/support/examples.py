"""Running an example program and reading its known numbers."""

import contextlib
import io
from dataclasses import dataclass
from typing import Any

import torch

from engine.program.catalogue import Example


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
