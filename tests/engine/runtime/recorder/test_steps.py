"""What is a step, what it is called, and where it stands in the text."""

import pytest

from engine.trace.facts import Phase, Role
from tests.engine.runtime.recorder.programs import HEAD, program
from tests.support.recorded import Recorded, record_soundly, record_text


def recorded(text: str) -> Recorded:
    return record_soundly(HEAD + text)


def test_the_starter_has_exactly_seven_steps() -> None:
    run = record_text(program("starter"))
    assert run.step_names() == [
        "mul",
        "add",
        "relu",
        "ReluBackward0",
        "AddBackward0",
        "MulBackward0",
        "AccumulateGrad",
    ]
    assert [run.source(step) for step in run.steps(Phase.FORWARD)] == ["2 * x", "2 * x + 1", "torch.relu(2 * x + 1)"]
    assert [run.recording.array(value.id) for value in run.named("y")] == [7.0]
    gradient = run.recording.grad_at(run.named("x")[0].tensor, run.recording.steps[-1].index)
    assert gradient is not None
    assert run.recording.array(gradient) == 2.0


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("x * 2", ["mul"]),
        ("2 * x", ["mul"]),
        ("x + 1", ["add"]),
        ("1 + x", ["add"]),
        ("1 - x", ["rsub"]),
        ("x - 1", ["sub"]),
        ("x / 2", ["div"]),
        ("x ** 2", ["pow"]),
        ("2 ** x", ["rpow"]),
        ("-x", ["neg"]),
        ("x @ x", ["matmul"]),
        ("x[0]", ["getitem"]),
        ("x.T", ["T"]),
        ("x.data", ["data"]),
        ("x.detach()", ["detach"]),
        ("x > 0", ["gt"]),
        ("abs(x)", ["abs"]),
        ("torch.relu(x)", ["relu"]),
        ("F.relu(x)", ["relu"]),
        ("F.normalize(x)", ["normalize"]),
        ("F.softmax(x, dim=0)", ["softmax"]),
        ("torch.linalg.norm(x)", ["norm"]),
        ("torch.fft.fft(x)", ["fft"]),
        ("torch.special.expit(x)", ["expit"]),
        ("torch.cat([x, x])", ["cat"]),
        ("torch.einsum('ij,jk->ik', x, x)", ["einsum"]),
        ("F.max_pool2d(x[None], 2)", ["getitem", "max_pool2d"]),
        ("[row for row in x]", ["unbind"]),
        ("x.new_zeros(2)", []),
        ("torch.zeros_like(x)", []),
        ("x.shape", []),
        ("x.sum().item()", ["sum"]),
        ("bool(x[0, 0] > -99)", ["getitem", "gt"]),
        ("repr(x)", []),
        ("str(x)", []),
        ("f'{x}'", []),
        ("x.grad", []),
        ("x.requires_grad_()", []),
        ("x.to(torch.float32)", []),
        ("x.contiguous()", []),
        ("x.to(torch.float64)", ["to"]),
        ("len(x)", []),
        ("x.tolist()", []),
        ("x.numpy()", []),
        ("torch.equal(x, x)", []),
        ("torch.manual_seed(1)", []),
        ("torch.is_tensor(x)", []),
    ],
)
def test_names_of_steps(expression: str, names: list[str]) -> None:
    run = recorded(f"x = torch.randn(2, 2)\nresult = {expression}\n")
    assert run.step_names() == names


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("x += 1", "add_"),
        ("x -= 1", "sub_"),
        ("x *= 2", "mul_"),
        ("x /= 2", "div_"),
        ("x.add_(1)", "add_"),
        ("x[0] = 1", "setitem"),
        ("x.zero_()", "zero_"),
        ("x.data = torch.ones(2, 2)", "data"),
        ("F.relu(x, inplace=True)", "relu"),
        ("F.dropout(x, 0.5, True, True)", "dropout"),
        ("torch.add(x, 1, out=x)", "add"),
    ],
)
def test_writing_gives_the_tensor_its_next_value(statement: str, name: str) -> None:
    run = recorded(f"x = torch.arange(4.).reshape(2, 2) * 1\nbefore = x.clone()\n{statement}\nafter = x.clone()\n")
    step = run.steps()[-2]
    assert step.name == name
    first, second = run.named("x")
    assert (first.tensor, first.version, second.version) == (second.tensor, 0, 1)
    assert second.producer == step.index
    assert second.id in step.outputs
    recording = run.recording
    assert (recording.array(first.id) == run.variables["before"].numpy()).all(), "the old numbers are kept"
    assert (recording.array(second.id) == run.variables["after"].numpy()).all()


def test_inputs_keep_order_and_repeats() -> None:
    run = recorded("x = torch.ones(2)\ny = torch.zeros(2)\na = x * x\nb = torch.stack([y, x, y])\n")
    x, y = run.named("x")[0].id, run.named("y")[0].id
    first, second = run.steps()
    assert first.inputs == (x, x)
    assert second.inputs == (y, x, y)
    assert [argument.value for argument in second.arguments] == [y, x, y]


def test_a_list_that_changes_later_does_not_change_the_step() -> None:
    run = recorded("parts = [torch.ones(1)]\nout = torch.cat(parts)\nparts.append(torch.ones(1))\n")
    assert len(run.steps()[0].inputs) == 1


def test_arguments_are_short_texts() -> None:
    run = recorded("x = torch.ones(2, 3)\ny = x.sum(dim=1, keepdim=True)\nz = x[0, 1:, None]\n")
    total, picked = run.steps()
    assert [(argument.name, argument.text) for argument in total.arguments[1:]] == [("dim", "1"), ("keepdim", "True")]
    assert picked.arguments[1].text == "(0, 1:, None)"


def test_creation_is_no_step() -> None:
    run = recorded(
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.scale = nn.Parameter(torch.randn(2) * 0.1)
        nn.init.xavier_uniform_(self.layer.weight)
        self.layer.bias.data.zero_()
    def forward(self, x):
        return self.layer(x) * self.scale
net = Net()
nn.init.normal_(net.layer.weight)
net.double().float()
net.load_state_dict(net.state_dict())
x = torch.randn(1, 2)
y = net(x)
"""
    )
    assert run.step_names() == ["linear", "mul"]
    roles = {name: run.named(name)[0].role for name in ("x", "net.scale", "net.layer.weight", "y")}
    assert roles == {
        "x": Role.INPUT,
        "net.scale": Role.PARAMETER,
        "net.layer.weight": Role.PARAMETER,
        "y": Role.INTERMEDIATE,
    }
    weight = run.recording.array(run.named("net.layer.weight")[0].id)
    assert (weight == run.variables["net"].layer.weight.detach().numpy()).all()


@pytest.mark.filterwarnings("ignore")
def test_copied_and_lazy_modules_are_creation_too() -> None:
    run = recorded(
        "import copy\nx = torch.ones(1, 2)\nfirst = copy.deepcopy(nn.Linear(2, 2))\na = first(x)\n"
        "second = nn.LazyLinear(3)\nb = second(a)\n"
    )
    assert run.step_names() == ["linear", "linear"]
    assert [run.recording.names(value)[0] for value in run.steps()[1].inputs] == ["a", "second.weight", "second.bias"]


def test_created_values_know_where() -> None:
    run = recorded("x = torch.tensor([1., 2.], requires_grad=True)\ny = x * torch.tensor(3.)\n")
    x = run.named("x")[0]
    assert x.producer is None
    assert x.span is not None
    assert (x.span.line, x.span.column, x.span.end_column) == (5, 4, 46)
    constant = run.recording.values[run.steps()[0].inputs[1]]
    assert (constant.role, constant.producer) == (Role.CONSTANT, None)


def test_modules_give_the_functions_that_they_call() -> None:
    run = recorded(
        "net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Tanh(), nn.Dropout())\n"
        "loss = nn.CrossEntropyLoss()(net(torch.randn(4, 2)), torch.tensor([0, 1, 2, 0]))\n"
    )
    assert run.step_names() == ["linear", "add_", "batch_norm", "tanh", "dropout", "cross_entropy"]
    paths = [call.path for call in run.recording.module_calls]
    assert paths == ["net", "net.0", "net.1", "net.2", "net.3", "CrossEntropyLoss"]
    calls = run.recording.module_calls
    assert [calls[step.module].path for step in run.steps() if step.module is not None] == [
        "net.0",
        "net.1",
        "net.1",
        "net.2",
        "net.3",
        "CrossEntropyLoss",
    ]
    assert [call.parent for call in calls] == [None, 0, 0, 0, 0, None]


def test_running_statistics_are_buffers_with_versions() -> None:
    run = recorded(
        "norm = nn.BatchNorm1d(2)\nx = torch.randn(4, 2)\nnorm(x)\nnorm(x)\nmean = norm.running_mean.clone()\n"
    )
    means = run.named("norm.running_mean")
    assert [value.role for value in means] == [Role.BUFFER] * 3
    assert run.recording.array(means[0].id).tolist() == [0.0, 0.0]
    assert run.recording.array(means[2].id).tolist() == run.variables["mean"].tolist()


def test_functions_and_lines() -> None:
    run = recorded("def square(v):\n    return v * v\n\ny = square(torch.ones(2))\n")
    (step,) = run.steps()
    assert (step.function, step.span.line if step.span else 0, run.source(step)) == ("square", 6, "v * v")


def test_multi_output_steps() -> None:
    run = recorded("x = torch.randn(4)\nvalues, places = x.topk(2)\na, b = x.split(2)\n")
    top, split = run.steps()
    assert [run.recording.names(value)[0] for value in (*top.outputs, *split.outputs)] == ["values", "places", "a", "b"]


def test_a_failing_call_is_recorded_with_its_operands() -> None:
    run = record_text(HEAD + "a = torch.ones(2, 3)\nb = torch.ones(4, 5)\nc = a @ b\n")
    (failure,) = run.recording.failures
    assert failure.name == "matmul"
    assert failure.inputs == (run.named("a")[0].id, run.named("b")[0].id)
    assert failure.error_type == "RuntimeError"
    assert failure.message == "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"
    assert failure.span is not None
    assert (failure.span.line, failure.span.column) == (7, 4)


def test_a_caught_error_inside_of_torch_is_no_failure() -> None:
    run = recorded("x = torch.ones(2)\nsame = x == None\n")
    assert run.recording.failures == []


def test_compiled_code_is_left_alone_and_is_one_step() -> None:
    run = recorded(
        "f = torch.compile(lambda v: (v * 2).sin(), backend='eager')\nx = torch.ones(2, requires_grad=True)\n"
        "y = f(x)\ny.sum().backward()\n"
    )
    assert len(run.steps(Phase.FORWARD)) == 2
    assert run.named("y")[0].producer == 0
