"""What a step cost and what it was executed as, as plain data."""

from engine.interchange.json_type import Json
from engine.trace.costs import total_cost
from engine.trace.execution import KernelOperand
from engine.trace.facts import Phase
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording


def cost_json(recording: Recording, step: StepIndex) -> Json:
    """Return the cost of a step, None where none was recorded."""
    cost = recording.cost(step)
    if cost is None:
        return None
    return {
        "device": cost.device,
        "stream": cost.stream,
        "clock": cost.clock.value,
        "duration_ns": cost.duration_ns,
        "flops": cost.flops,
        "read_bytes": cost.read_bytes,
        "written_bytes": cost.written_bytes,
        "allocated_bytes": cost.allocated_bytes,
        "peak_bytes": cost.peak_bytes,
    }


def kernels_json(recording: Recording, step: StepIndex) -> Json:
    """Return the operators of ATen that a step was executed as, in order; empty where they were not recorded."""
    return [
        {
            "name": kernel.name,
            "inputs": [_operand(operand) for operand in kernel.inputs],
            "outputs": [_operand(operand) for operand in kernel.outputs],
            "text": kernel.text,
            "started_ns": kernel.started_ns,
            "duration_ns": kernel.duration_ns,
        }
        for kernel in recording.kernels(step)
    ]


def random_json(recording: Recording, step: StepIndex) -> Json:
    """Return the generators that a step drew from."""
    return [{"device": state.device, "nbytes": state.nbytes} for state in recording.random_states(step)]


def totals_json(recording: Recording) -> Json:
    """Return the sums over each phase."""
    totals = {phase.value: total_cost(recording, phase) for phase in Phase}
    return {
        name: {
            "steps": total.steps,
            "duration_ns": total.duration_ns,
            "flops": total.flops,
            "uncounted": total.uncounted,
            "read_bytes": total.read_bytes,
            "written_bytes": total.written_bytes,
        }
        for name, total in totals.items()
    }


def _operand(operand: KernelOperand) -> Json:
    return {
        "value": operand.value,
        "local": operand.local if operand.value is None else None,
        "shape": operand.shape,
        "dtype": operand.dtype,
    }
