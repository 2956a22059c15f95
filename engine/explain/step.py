"""The way in: what did a step do?"""

from typing import assert_never

from engine.explain.accumulation import explain_accumulation
from engine.explain.backward import explain_backward
from engine.explain.explanation import Explanation
from engine.explain.forward import explain_forward
from engine.explain.optimizer import explain_optimizer
from engine.explain.rules.table import stem
from engine.trace.facts import Phase, Step
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording


def explain_step(recording: Recording, step_index: StepIndex) -> Explanation | None:
    """Explain one step in formulas and numbers, from what was recorded.

    Returns None for a backward step whose autograd node is not in the recording.

    Raises:
        IndexError: If there is no such step.
    """
    step = recording.steps[step_index]
    match step.phase:
        case Phase.FORWARD:
            return explain_forward(recording, step)
        case Phase.BACKWARD:
            return _backward(recording, step)
        case Phase.OPTIMIZER:
            return explain_optimizer(recording, step)
        case _:
            assert_never(step.phase)


def _backward(recording: Recording, step: Step) -> Explanation | None:
    if step.grad_node is None or step.grad_node >= len(recording.grad_nodes):
        return None
    if stem(step.name) == "AccumulateGrad":
        return explain_accumulation(recording, step)
    return explain_backward(recording, step)
