"""Large recordings made by hand."""

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import ModuleCall, Phase, Step
from engine.trace.ids import ModuleCallId, StepIndex
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording


def large_recording(count: int, layers: int = 12, outcome: Outcome | None = None) -> Recording:
    """A model of some layers: forward, then backward in reverse, then one percent of optimizer steps."""
    recording = Recording(RunInfo(program="model(x)\n"), MemoryBytes())
    calls = [ModuleCall(ModuleCallId(0), "model", "Model", None, 0, None)]
    calls += [
        ModuleCall(ModuleCallId(i + 1), f"model.layers.{i}", "Block", ModuleCallId(0), 0, None) for i in range(layers)
    ]
    forward, backward = count * 39 // 100, count * 60 // 100
    steps = []
    for index in range(count):
        phase, module = Phase.OPTIMIZER, None
        if index < forward:
            phase, module = Phase.FORWARD, 1 + index * layers // forward
        elif index < forward + backward:
            phase, module = Phase.BACKWARD, layers - (index - forward) * layers // backward
        steps.append(_step(index, phase, module))
    recording.append(Batch(steps=tuple(steps), module_calls=tuple(calls)))
    recording.end(outcome or Outcome(OutcomeKind.FINISHED, "Finished in 41 ms."))
    return recording


def _step(index: int, phase: Phase, module: int | None) -> Step:
    names = {Phase.FORWARD: "mul", Phase.BACKWARD: "MulBackward0", Phase.OPTIMIZER: "Adam.step"}
    return Step(
        index=StepIndex(index),
        phase=phase,
        name=names[phase],
        target=names[phase],
        span=None,
        inputs=(),
        outputs=(),
        arguments=(),
        module=None if module is None else ModuleCallId(module),
        grad_node=None,
        backward_call=None,
        started_ns=index * 1000,
        duration_ns=900,
        function="forward",
        thread=0,
    )
