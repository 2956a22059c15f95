"""Recordings made by hand: what the recorder is expected to say, usable without torch."""

import numpy as np

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import (
    Argument,
    BackwardCall,
    Data,
    GradChange,
    GradEdge,
    GradNode,
    Name,
    Phase,
    Role,
    SavedTensor,
    Span,
    Step,
    Value,
)
from engine.trace.ids import BackwardCallId, GradNodeId, StepIndex, StorageId, TensorId, ValueId
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording

STARTER = """import torch

x = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
y = torch.relu(2 * x + 1)
y.sum().backward()
"""
"""relu(2x+1) on a vector, summed: 4 forward steps, 5 backward steps."""

_ARRAYS = (
    [1.0, -2.0, 3.0],  # 0 x
    [2.0, -4.0, 6.0],  # 1 2 * x
    [3.0, -3.0, 7.0],  # 2 2 * x + 1
    [3.0, 0.0, 7.0],  # 3 y
    10.0,  # 4 y.sum()
    1.0,  # 5 seed gradient
    [1.0, 1.0, 1.0],  # 6 d/dy
    [1.0, 0.0, 1.0],  # 7 d/d(2x+1)
    [1.0, 0.0, 1.0],  # 8 d/d(2x)
    [2.0, 0.0, 2.0],  # 9 x.grad
)


def starter_recording() -> Recording:
    """Return the whole, finished recording of ``STARTER``."""
    store = MemoryBytes()
    recording = Recording(RunInfo(program=STARTER, filename="starter.py", torch_version="2.13.0"), store)
    recording.append(starter_batch(store))
    recording.end(Outcome(kind=OutcomeKind.FINISHED, message="Finished in 3.1 ms."))
    return recording


def starter_batch(store: MemoryBytes) -> Batch:
    """Return all facts of ``STARTER``; its numbers are written into the store."""
    values, data = [], []
    producers = (None, 0, 1, 2, 3, None, 4, 5, 6, 8)
    nodes = (4, 3, 2, 1, 0, None, None, None, None, None)
    for index, numbers in enumerate(_ARRAYS):
        array = np.asarray(numbers, dtype="<f4")
        offset = store.write(memoryview(array.tobytes()))
        assert offset is not None
        is_gradient = index >= 5
        node = nodes[index]
        producer = producers[index]
        values.append(
            Value(
                id=ValueId(index),
                tensor=TensorId(index),
                version=0,
                shape=array.shape,
                dtype="float32",
                device="cpu",
                requires_grad=not is_gradient,
                is_leaf=index == 0 or is_gradient,
                role=Role.GRADIENT if is_gradient else Role.INPUT if index == 0 else Role.INTERMEDIATE,
                storage=StorageId(index),
                base=None,
                producer=None if producer is None else StepIndex(producer),
                span=Span(0, 3, 4, 3, 55) if index == 0 else None,
                grad_node=None if node is None else GradNodeId(node),
                grad_slot=0,
            )
        )
        data.append(Data(ValueId(index), offset, array.nbytes, None))
    edges = tuple(GradEdge(GradNodeId(n), 0, GradNodeId(n + 1), 0) for n in range(4))
    return Batch(
        steps=_starter_steps(),
        values=tuple(values),
        data=tuple(data),
        names=(Name(ValueId(0), "x"), Name(ValueId(3), "y")),
        grad_changes=(GradChange(TensorId(0), StepIndex(8), ValueId(9)),),
        grad_nodes=(
            GradNode(GradNodeId(0), "SumBackward0", StepIndex(3), None, None, ()),
            GradNode(
                GradNodeId(1), "ReluBackward0", StepIndex(2), None, None, (SavedTensor("result", ValueId(3), ""),)
            ),
            GradNode(GradNodeId(2), "AddBackward0", StepIndex(1), None, None, (SavedTensor("alpha", None, "1"),)),
            GradNode(GradNodeId(3), "MulBackward0", StepIndex(0), None, None, (SavedTensor("other", None, "2"),)),
            GradNode(GradNodeId(4), "AccumulateGrad", None, None, ValueId(0), ()),
        ),
        grad_edges=edges,
        backward_calls=(
            BackwardCall(
                BackwardCallId(0),
                "backward",
                (GradNodeId(0),),
                (ValueId(4),),
                Span(0, 5, 0, 5, 18),
                StepIndex(4),
                False,
                False,
            ),
        ),
    )


def _starter_steps() -> tuple[Step, ...]:
    forward = (
        ("mul", "torch.Tensor.mul", Span(0, 4, 15, 4, 20), 0, (Argument("", ValueId(0), ""), Argument("", None, "2"))),
        ("add", "torch.Tensor.add", Span(0, 4, 15, 4, 24), 1, (Argument("", ValueId(1), ""), Argument("", None, "1"))),
        ("relu", "torch.relu", Span(0, 4, 4, 4, 25), 2, (Argument("", ValueId(2), ""),)),
        ("sum", "torch.Tensor.sum", Span(0, 5, 0, 5, 7), 3, (Argument("", ValueId(3), ""),)),
    )
    steps = [
        Step(
            StepIndex(i),
            Phase.FORWARD,
            name,
            target,
            span,
            (ValueId(source),),
            (ValueId(i + 1),),
            arguments,
            None,
            GradNodeId(3 - i),
            None,
            i * 10_000,
            4_100,
            "<module>",
            0,
        )
        for i, (name, target, span, source, arguments) in enumerate(forward)
    ]
    backward = ("SumBackward0", "ReluBackward0", "AddBackward0", "MulBackward0", "AccumulateGrad")
    for i, name in enumerate(backward):
        span = forward[3 - i][2] if i < 4 else None
        gradient = ValueId(5 + i) if i < 4 else ValueId(9)
        sent = ValueId(min(6 + i, 9))
        steps.append(
            Step(
                StepIndex(4 + i),
                Phase.BACKWARD,
                name,
                name,
                span,
                (gradient,),
                (sent,),
                (),
                None,
                GradNodeId(i),
                BackwardCallId(0),
                50_000 + i * 10_000,
                3_000,
                "<module>",
                0,
            )
        )
    return tuple(steps)
