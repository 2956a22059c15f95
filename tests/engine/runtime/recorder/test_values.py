"""Numbers, roles and names of values; policies and budgets."""

import numpy as np
import pytest
import torch

from engine.protocol.request import SMALL_ELEMENTS, ValuePolicy
from engine.runtime.recorder import RecorderOptions
from engine.trace.facts import Absence, Phase, Role
from tests.engine.runtime.recorder.programs import HEAD, PROGRAMS, program
from tests.support.recorded import Recorded, record_soundly, record_text


def recorded(text: str, options: RecorderOptions | None = None, budget_bytes: int | None = None) -> Recorded:
    return record_soundly(HEAD + text, options, budget_bytes=budget_bytes)


def array(run: Recorded, name: str, version: int = -1) -> np.ndarray:
    found = run.recording.array(run.named(name)[version].id)
    assert found is not None
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "drained often"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_final_values_are_those_of_the_program(name: str, drains: bool) -> None:
    run = record_text(program(name), drains=drains)
    checked = 0
    for variable, tensor in run.variables.items():
        values = run.named(variable) if isinstance(tensor, torch.Tensor) else []
        # A parameter of a function may have the same name: then it is another tensor's.
        last = {value.tensor: value for value in values if value.shape == tuple(tensor.shape)}
        live = list(last.values())
        if not live or tensor.is_meta or tensor.is_quantized or tensor.layout is not torch.strided:
            continue
        expected = tensor.detach().resolve_conj().resolve_neg()
        expected = expected.float() if tensor.dtype is torch.bfloat16 else expected
        found = [run.recording.array(value.id) for value in live]
        assert all(numbers is not None for numbers in found)
        assert any(np.array_equal(numbers, expected.numpy(), equal_nan=True) for numbers in found), variable
        checked += 1
    assert checked or not any(isinstance(value, torch.Tensor) for value in run.variables.values())


def test_old_versions_keep_their_numbers_through_views_and_out() -> None:
    run = recorded(
        """
x = torch.zeros(2, 3)
row = x[0]
a = x + 0
row += 1
b = x + 0
x.t()[2] = 7
c = x + 0
total = row.sum()
"""
    )
    adds = [step for step in run.steps() if step.name == "add"]
    seen = [run.recording.array(step.inputs[0]).tolist() for step in adds]
    assert seen == [
        [[0, 0, 0], [0, 0, 0]],
        [[1, 1, 1], [0, 0, 0]],
        [[1, 1, 7], [0, 0, 7]],
    ]
    assert [run.recording.values[step.inputs[0]].version for step in adds] == [0, 1, 2]
    last = next(step for step in run.steps() if step.name == "sum")
    assert run.recording.array(last.inputs[0]).tolist() == [1, 1, 7]


def test_views_that_do_not_overlap_stay_the_same_value() -> None:
    run = recorded("x = torch.zeros(2, 3)\na = x[0]\nb = x[1]\nb.add_(1)\nc = a * 2\n")
    assert run.steps()[-1].inputs == (run.named("a")[0].id,)
    assert len(run.named("a")) == 1


def test_views_share_storage_and_know_their_base() -> None:
    run = recorded("x = torch.randn(4)\nv = x[1:]\nd = x.detach()\nc = x.clone()\n")
    x, v, d, c = (run.named(name)[0] for name in "xvdc")
    assert v.base == x.id
    assert x.storage == v.storage == d.storage
    assert c.storage != x.storage


def test_leaf_gradients_keep_every_accumulated_state() -> None:
    run = recorded("x = torch.ones(2, requires_grad=True)\nfor k in range(3):\n    (x * 2).sum().backward()\n")
    changes = run.recording.grad_changes(run.named("x")[0].tensor)
    assert [run.recording.array(change.value).tolist() for change in changes] == [[2, 2], [4, 4], [6, 6]]
    assert [run.recording.steps[change.step].name for change in changes] == ["AccumulateGrad"] * 3


def test_single_contributions_to_a_leaf_are_kept() -> None:
    run = recorded("x = torch.tensor(3., requires_grad=True)\ny = x * x + x\ny.backward()\n")
    add, mul, leaf = run.steps(Phase.BACKWARD)
    parts = [run.recording.array(value).item() for value in (*mul.outputs, add.outputs[1])]
    assert parts == [3.0, 3.0, 1.0]
    assert run.recording.array(leaf.outputs[0]).item() == 7.0


def test_clearing_and_setting_grad() -> None:
    run = recorded(
        "x = torch.ones(1, requires_grad=True)\n(x * 2).backward()\nx.grad = None\ny = x * 3\n"
        "x.grad = torch.tensor([5.])\ny.backward()\nx.grad.zero_()\n"
    )
    values = [
        None if change.value is None else run.recording.array(change.value).item()
        for change in run.recording.grad_changes(run.named("x")[0].tensor)
    ]
    assert values == [2.0, None, 5.0, 8.0, 0.0]


def test_roles() -> None:
    run = recorded(
        "net = nn.BatchNorm1d(2)\nw = torch.ones(2, requires_grad=True)\nx = torch.randn(3, 2)\n"
        "loss = (net(x) * w * torch.tensor([1., 2.])).sum()\nloss.backward()\n"
    )
    roles = {value.role for value in run.recording.values}
    assert roles == set(Role)
    for step in run.steps(Phase.BACKWARD):
        for value in (*step.inputs, *step.outputs):
            assert value is None or run.recording.values[value].role is Role.GRADIENT


def test_policies() -> None:
    text = "big = torch.ones(100, 100)\nsmall = torch.ones(3)\ntwice = big * 2\nother = small * 2\n"
    small = recorded(text, RecorderOptions(values=ValuePolicy.SMALL))
    assert SMALL_ELEMENTS < 100 * 100
    assert small.recording.absence(small.named("twice")[0].id) is Absence.NOT_ASKED_FOR
    assert array(small, "other").tolist() == [2, 2, 2]
    none = recorded(text, RecorderOptions(values=ValuePolicy.NONE))
    assert {none.recording.absence(value.id) for value in none.recording.values} == {Absence.NOT_ASKED_FOR}
    assert none.recording.statistics(none.named("other")[0].id) is None


def test_values_beyond_the_budget_say_so_and_small_ones_still_fit() -> None:
    run = recorded("a = torch.ones(1000) * 1\nb = torch.ones(2) * 1\n", budget_bytes=100)
    assert run.recording.absence(run.named("a")[0].id) is Absence.OVER_BUDGET
    assert array(run, "b").tolist() == [1, 1]


def test_copies_beyond_the_limit_are_marked_as_overwritten() -> None:
    run = recorded("a = torch.ones(1000) * 1\na += 1\n", RecorderOptions(held_bytes=10))
    first, second = run.named("a")
    assert run.recording.absence(first.id) is Absence.OVERWRITTEN
    assert run.recording.absence(second.id) is None


@pytest.mark.parametrize("size", [5, 50_000])
@pytest.mark.parametrize("special", [False, True], ids=["finite", "with NaN"])
def test_statistics(size: int, special: bool) -> None:
    extra = "x[0], x[1], x[2] = float('nan'), float('inf'), -float('inf')\n" if special else ""
    run = recorded(f"x = torch.randn({size})\n{extra}x[3] = 0\ny = x * 2\n")
    value = run.named("y")[0].id
    found = run.recording.statistics(value)
    numbers = run.variables["y"].double().numpy()
    finite = numbers[np.isfinite(numbers)]
    assert found is not None
    assert (found.nans, found.infinities, found.zeros) == ((1, 2, 1) if special else (0, 0, 1))
    expected = (finite.min(), finite.max(), finite.mean(), finite.std(), np.linalg.norm(finite))
    assert np.allclose(
        (found.minimum, found.maximum, found.mean, found.std, found.norm), expected, rtol=1e-5, atol=1e-6
    )


def test_statistics_without_finite_numbers() -> None:
    run = recorded("x = torch.tensor([float('nan')])\ny = x * 2\ne = torch.empty(0) * 2\n")
    found = run.recording.statistics(run.named("y")[0].id)
    assert found is not None
    assert (found.mean, found.nans) == (None, 1)
    assert run.recording.statistics(run.named("e")[0].id) is None


@pytest.mark.filterwarnings("ignore")
def test_unusual_tensors_have_values_or_a_reason() -> None:
    run = record_text(program("dtypes"))
    assert run.error is None
    half = run.named("half")[0]
    assert half.dtype == "bfloat16"
    assert np.array_equal(run.recording.array(half.id), run.variables["half"].detach().float().numpy())
    conj = next(step for step in run.steps() if step.name == "conj")
    expected = run.variables["c"].detach().conj().resolve_conj().numpy()
    assert np.array_equal(run.recording.array(conj.outputs[0]), expected)
    sparse = run.named("sparse")[0]
    assert np.array_equal(run.recording.array(sparse.id), np.eye(3, dtype=np.float32))
    for name, reason in (("meta", Absence.NO_NUMBERS), ("quantized", Absence.IN_PARTS)):
        assert run.recording.absence(run.named(name)[0].id) is reason


def test_saved_tensors_are_the_values_of_the_program() -> None:
    run = recorded("x = torch.randn(3, requires_grad=True)\ny = torch.exp(x)\nz = (y * x).sum()\nz.backward()\n")
    saved = {node.name: {entry.name: entry.value for entry in node.saved} for node in run.recording.grad_nodes}
    x, y = run.named("x")[0].id, run.named("y")[0].id
    assert saved["ExpBackward0"] == {"result": y}
    assert saved["MulBackward0"] == {"self": y, "other": x}


def test_hooks_on_saved_tensors_are_not_run_by_the_recorder() -> None:
    run = recorded(
        """
packed, unpacked = [], []
def pack(t):
    packed.append(1)
    return t
def unpack(t):
    unpacked.append(1)
    return t
x = torch.ones(2, requires_grad=True)
with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
    y = x * x
y.sum().backward()
"""
    )
    assert (len(run.variables["packed"]), len(run.variables["unpacked"])) == (2, 2)


def test_statistics_that_a_layer_keeps_have_their_last_value() -> None:
    text = "import torch\nnorm = torch.nn.BatchNorm1d(2)\ny = norm(torch.tensor([[1.0, 2.0], [5.0, 8.0]]))\n"
    recorded = record_text(text)
    last = recorded.named("norm.running_mean")[-1]
    array = recorded.recording.array(last.id)
    assert array is not None
    assert array.tolist() == recorded.variables["norm"].running_mean.tolist()
    assert last.producer == recorded.steps()[-1].index


IN_A_LIBRARY = """
import sysconfig
body = "def summed(source, index): return source.new_zeros(2).scatter_add_(0, index, source)"
exec(compile(body, sysconfig.get_path("purelib") + "/summing.py", "exec"))
x = torch.ones(4, requires_grad=True)
y = summed(x, torch.tensor([0, 1, 0, 1]))
"""


def test_what_a_library_made_and_then_wrote_into_was_no_result_before() -> None:
    run = recorded(IN_A_LIBRARY)
    (step,) = [step for step in run.steps() if step.name == "scatter_add_"]
    first = step.inputs[0]
    assert first is not None
    before = run.recording.values[first]
    assert (before.producer, before.role, before.requires_grad) == (None, Role.INPUT, False)


def test_a_leaf_that_is_updated_in_place_is_an_input() -> None:
    recording = recorded("w = torch.randn(3, requires_grad=True)\nwith torch.no_grad():\n    w -= 0.1 * w\n").recording
    first = next(value for value in recording.values if "w" in recording.names(value.id))
    assert first.is_leaf
    assert first.role is Role.INPUT
