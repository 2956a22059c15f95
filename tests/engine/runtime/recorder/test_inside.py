"""What runs inside of custom functions and backward passes: hooks, recomputations, ``backward`` written by a person."""

import pytest
import torch

from engine.trace.control import Region, RegionKind
from engine.trace.facts import Phase, Step
from tests.engine.runtime.recorder.programs import HEAD
from tests.support.recorded import Recorded, record_soundly

CUBE = """
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, factor):
        ctx.save_for_backward(a)
        return a ** 3 * factor, 'no tensor'
    @staticmethod
    def backward(ctx, grad, _):
        (a,) = ctx.saved_tensors
        return 3 * a ** 2 * grad, None
"""
BLOCK = """
from torch.utils.checkpoint import checkpoint
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 3)
        self.drop = nn.Dropout(0.5)
    def forward(self, value):
        return self.drop(torch.relu(self.first(value))) * 2
block = Block()
x = torch.randn(2, 3, requires_grad=True)
"""


@pytest.fixture(params=[False, True], ids=["drained once", "drained often"])
def drains(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def recorded(text: str, *, drains: bool) -> Recorded:
    return record_soundly(HEAD + text, drains=drains)


def inside(run: Recorded) -> list[Step]:
    """The steps that are no autograd nodes and ran in a backward pass."""
    return [step for step in run.steps(Phase.FORWARD) if step.backward_call is not None]


def again_in(run: Recorded, step: Step) -> Region | None:
    """The recomputation that a step belongs to."""
    region = None if step.region is None else run.recording.regions[step.region]
    while region is not None and region.kind is not RegionKind.RECOMPUTED:
        region = None if region.parent is None else run.recording.regions[region.parent]
    return region


def test_calls_inside_of_a_custom_function_are_steps_with_their_own_source(drains: bool) -> None:
    run = recorded(CUBE + "x = torch.ones(2, requires_grad=True)\ny, text = Cube.apply(x, 2.)\n", drains=drains)
    steps = run.steps()
    assert [(step.name, run.source(step)) for step in steps] == [
        ("pow", "a ** 3"),
        ("mul", "a ** 3 * factor"),
        ("Cube", "Cube.apply(x, 2.)"),
    ]
    made, (given,) = run.recording.values[steps[1].outputs[0]], steps[2].outputs
    kept = run.recording.values[given]
    assert (made.tensor, made.requires_grad, made.producer) == (kept.tensor, False, 1), "without a node until then"
    assert (kept.requires_grad, kept.producer, kept.version) == (True, 2, made.version + 1)


def test_calls_inside_of_a_backward_that_a_person_wrote_are_steps_of_the_pass(drains: bool) -> None:
    run = recorded(
        CUBE + "x = torch.ones(2, requires_grad=True)\ny = Cube.apply(x, 2.)[0]\ny.sum().backward()\n", drains=drains
    )
    found = inside(run)
    assert [(step.name, run.source(step), step.backward_call) for step in found] == [
        ("pow", "a ** 2", 0),
        ("mul", "3 * a ** 2", 0),
        ("mul", "3 * a ** 2 * grad", 0),
    ]
    node = run.steps()[found[-1].index + 1]
    assert node.name == "CubeBackward"
    assert node.inputs[0] == found[-1].inputs[1]
    assert run.recording.values[found[0].inputs[0]].id == run.named("x")[0].id


def test_nodes_of_a_second_order_belong_to_the_calls_that_made_them(drains: bool) -> None:
    run = recorded(
        CUBE + "x = torch.ones(2, requires_grad=True)\ny = Cube.apply(x, 2.)[0].sum()\n"
        "(g,) = torch.autograd.grad(y, x, create_graph=True)\ng.sum().backward()\n",
        drains=drains,
    )
    makers = {}
    for node in run.recording.grad_nodes:
        if node.step is not None:
            makers.setdefault(run.recording.steps[node.step].name, []).append(node.name)
    assert makers["pow"] == ["PowBackward0"]
    assert sorted(makers["mul"]) == ["MulBackward0", "MulBackward0"]
    assert makers["Cube"] == ["CubeBackward"]
    assert torch.equal(run.variables["x"].grad, torch.full((2,), 6.0))


@pytest.mark.parametrize("is_reentrant", [False, True])
@pytest.mark.filterwarnings("ignore")
def test_recomputed_steps_lie_in_a_region_that_says_so(drains: bool, is_reentrant: bool) -> None:
    line = f"y = checkpoint(block, x, use_reentrant={is_reentrant})"
    run = recorded(f"{BLOCK}{line}\nz = y.sum()\nz.backward()\n", drains=drains)
    found = inside(run)
    again = [step for step in found if again_in(run, step) is not None]
    assert again == found
    first = [step for step in run.steps(Phase.FORWARD) if step.backward_call is None]
    assert [step.name for step in again] == ["linear", "relu", "dropout", "mul"][: len(again)]
    assert len(again) == (4 if is_reentrant else 2), "a checkpoint that is not reentrant stops once it has all it needs"
    for step, twin in zip(again, first, strict=False):
        assert (step.name, step.span) == (twin.name, twin.span)
        numbers = run.recording.array(step.outputs[0])
        assert numbers is not None
        assert (numbers == run.recording.array(twin.outputs[0])).all()
        region = again_in(run, step)
        assert region is not None
        assert (region.name, region.call) == ("Block", 0)
        assert region.span is not None
        assert line.find("checkpoint(") == region.span.column
    assert all(again_in(run, step) is None for step in run.steps(Phase.BACKWARD))
    assert not run.recording.failures, "the early end of a recomputation is no failure"


def test_layers_of_a_library_are_recomputed_too(drains: bool) -> None:
    text = "x = torch.ones(2, 3, requires_grad=True)\nmodel = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Tanh())\n"
    text += "from torch.utils.checkpoint import checkpoint\nfor turn in range(2):\n"
    text += "    checkpoint(model, x, use_reentrant=False).sum().backward()\n"
    run = recorded(text, drains=drains)
    assert [step.name for step in inside(run)] == ["linear", "tanh"] * 2
    names = [run.recording.module_calls[step.module].path for step in inside(run) if step.module is not None]
    assert names == ["model.0", "model.1"] * 2
    kinds = [region.kind for region in run.recording.regions if region.kind is RegionKind.RECOMPUTED]
    assert len(kinds) == 2


def test_what_hooks_compute_are_steps_and_the_numbers_after_them_are_the_new_ones(drains: bool) -> None:
    text = """
x = torch.ones(2, requires_grad=True)
y = x * 3
y.register_hook(lambda grad: grad * 10)
x.register_hook(lambda grad: grad + 0.5)
y.grad_fn.register_prehook(lambda grads: (grads[0] - 1,))
y.sum().backward()
"""
    run = recorded(text, drains=drains)
    assert [run.source(step) for step in inside(run)] == ["grad * 10", "grads[0] - 1", "grad + 0.5"]
    steps = {step.name: step for step in run.steps(Phase.BACKWARD)}

    def numbers(value: int | None) -> list[float]:
        array = None if value is None else run.recording.array(value)
        assert array is not None
        return [float(number) for number in array]

    assert numbers(steps["MulBackward0"].inputs[0]) == [9, 9]
    assert numbers(steps["MulBackward0"].outputs[0]) == [27, 27]
    assert numbers(steps["AccumulateGrad"].inputs[0]) == [27.5, 27.5]
    assert numbers(steps["AccumulateGrad"].outputs[0]) == [27.5, 27.5]


def test_an_optimizer_that_steps_inside_of_the_pass_is_recorded() -> None:
    text = """
layer = nn.Linear(2, 1)
optimizers = {p: torch.optim.SGD([p], lr=0.1) for p in layer.parameters()}
def step(p):
    optimizers[p].step()
    optimizers[p].zero_grad()
for p in layer.parameters():
    p.register_post_accumulate_grad_hook(step)
layer(torch.ones(1, 2)).sum().backward()
"""
    run = recorded(text, drains=False)
    assert run.step_names(Phase.OPTIMIZER) == ["SGD.step", "SGD.step"]
    for name, parameter in run.variables["layer"].named_parameters():
        array = run.recording.array(run.named(f"layer.{name}")[-1].id)
        assert array is not None
        assert torch.equal(torch.tensor(array), parameter.detach())


def test_the_own_work_of_a_dispatch_mode_is_no_step() -> None:
    text = """
from torch.utils.flop_counter import FlopCounterMode
x = torch.ones(2, 2, requires_grad=True)
with FlopCounterMode(display=False) as counter:
    (x @ x).sum().backward()
count = counter.get_total_flops()
"""
    run = recorded(text, drains=False)
    assert run.variables["count"] == 48
    assert run.step_names(Phase.FORWARD) == ["matmul", "sum"]


def test_asking_for_an_edge_is_no_step() -> None:
    text = "x = torch.ones(2, requires_grad=True)\nseen = []\n"
    text += "torch.autograd.graph.register_multi_grad_hook((x,), lambda grads: seen.append(len(grads)))\n"
    text += "(x * 2).sum().backward()\n"
    run = recorded(text, drains=False)
    assert run.variables["seen"] == [1]
    assert run.step_names(Phase.FORWARD) == ["mul", "sum"]
