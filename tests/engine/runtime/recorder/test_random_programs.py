"""Random small programs: recorded and bare runs agree bit by bit, and the numbers recorded are the numbers computed."""

import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.trace.invariants import check_recording
from engine.trace.recording import Recording
from tests.engine.runtime.recorder.programs import HEAD
from tests.support.recorded import record_text, run_bare

UNARY = (
    "{0} * 2",
    "{0}.exp()",
    "torch.sin({0})",
    "-{0}",
    "{0} ** 2",
    "{0}.t()",
    "{0}[0]",
    "{0}.detach()",
    "{0}.clone()",
)
UNARY += (
    "{0}.sum(0)",
    "torch.relu({0})",
    "F.softmax({0}, -1)",
    "{0}.unsqueeze(0)[0]",
    "{0}.abs().sqrt()",
    "{0}.view(-1)",
)
BINARY = ("{0} + {1}", "{0} * {1}", "{0} - {1}", "torch.where({0} > 0, {0}, {1})", "torch.maximum({0}, {1})")
WRITES = ("{0}.mul_(2)", "{0} += 1", "{0}.add_({1})", "{0}[..., 0] = 3", "{0}.data *= 0.5", "F.relu({0}, inplace=True)")


@st.composite
def programs(draw: st.DrawFn) -> str:
    lines = ["v0 = torch.randn(2, 2, requires_grad=True)", "v1 = torch.randn(2, 2)", "v2 = v0 * 1", "kept = []"]
    count = 3
    for _ in range(draw(st.integers(1, 10))):
        kind = draw(st.sampled_from(("unary", "unary", "binary", "write", "backward")))
        first = f"v{draw(st.integers(0, count - 1))}"
        second = f"v{draw(st.integers(0, count - 1))}"
        if kind == "unary":
            action = f"v{count} = " + draw(st.sampled_from(UNARY)).format(first)
        elif kind == "binary":
            action = f"v{count} = " + draw(st.sampled_from(BINARY)).format(first, second)
        elif kind == "write":
            action = draw(st.sampled_from(WRITES)).format(first, second)
        else:
            action = f"{first}.sum().backward(retain_graph=True)"
        lines.append(f"try:\n    {action}\nexcept (RuntimeError, IndexError):\n    pass")
        if kind in ("unary", "binary"):
            lines.append(f"v{count} = globals().get('v{count}', v1)\nkept.append(v{count}.detach().clone())")
            count += 1
    return HEAD + "\n".join(lines) + "\n"


def same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.detach().numpy().tobytes() == other.detach().numpy().tobytes() and one.stride() == other.stride()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), st.booleans())
def test_random_programs(text: str, drains: bool) -> None:
    bare = run_bare(text)
    run = record_text(text, drains=drains)
    assert run.error is None
    for name, tensor in bare.items():
        if isinstance(tensor, torch.Tensor):
            found = run.variables[name]
            assert same(tensor, found), name
            if tensor.is_leaf:
                assert (tensor.grad is None) == (found.grad is None)
            if tensor.is_leaf and tensor.grad is not None:
                assert same(tensor.grad, found.grad), name
    check_recording(run.recording)
    _numbers_are_right(run.recording, run.variables)


def _numbers_are_right(recording: Recording, variables: dict[str, object]) -> None:
    """Each live variable's newest value has the numbers that the variable has."""
    for name, tensor in variables.items():
        if not name.startswith("v") or not isinstance(tensor, torch.Tensor):
            continue
        named = [value for value in recording.values if name in recording.names(value.id)]
        versions = [recording.versions(value.tensor)[-1] for value in named]
        arrays = [recording.array(value) for value in versions]
        if arrays:
            expected = tensor.detach().numpy()
            assert any(a is not None and np.array_equal(a, expected, equal_nan=True) for a in arrays), name
