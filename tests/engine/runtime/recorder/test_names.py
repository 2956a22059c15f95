"""What values are called."""

import pytest

from engine.trace.facts import Phase, Role
from tests.engine.runtime.recorder.programs import HEAD
from tests.support.recorded import record_text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("y = x * 2", {"y"}),
        ("y = z = x * 2", {"y", "z"}),
        ("y: torch.Tensor = x * 2", {"y"}),
        ("print(y := x * 2)", {"y"}),
        ("a, b = x * 2, x * 3", {"a", "b"}),
        ("a, b = x.split(1)", {"a", "b"}),
        ("y = x * 2\nw = y", {"y", "w"}),
        ("class Box: pass\nbox = Box()\nbox.content = x * 2\nz = box.content + 1", {"box.content", "z"}),
        ("d = {}\nd['k'] = x * 2\nz = d['k'] + 1", {"d['k']", "z"}),
        ("parts = []\nparts.append(x * 2)\nz = parts[0] + 1", {"parts[0]", "z"}),
        ("def f(v):\n    t = v * 2\n    return t\nr = f(x)", {"t", "r", "v"}),
        ("for row in x:\n    s = row * 2", {"row", "s"}),
        ("for k in range(2):\n    x = x + 1", set()),
        ("y = torch.where(x > 0, other=x, input=x)", {"y"}),
        ("y = 1 - x", {"y"}),
        ("lin = nn.Linear(1, 1)\nh = lin(x[:, None])", {"h", "lin.weight", "lin.bias"}),
        ("nets = [nn.Linear(1, 1)]\nh = nets[0](x[:, None])", {"h", "nets[0].weight", "nets[0].bias"}),
        ("é = x * 2; ü = é * 3", {"é", "ü"}),
    ],
)
def test_every_alias_is_a_name(text: str, names: set[str]) -> None:
    run = record_text(HEAD + "x = torch.ones(2)\n" + text + "\n")
    assert run.error is None
    found = {name for value in run.recording.values for name in run.recording.names(value.id)}
    assert found - {"x"} == names


def test_a_temporary_has_no_name() -> None:
    run = record_text(HEAD + "x = torch.ones(2)\ny = (x * 2) + 1\n")
    assert run.recording.names(run.steps()[0].outputs[0]) == ()


def test_the_inner_tensors_of_a_library_module_do_not_take_its_names() -> None:
    run = record_text(
        HEAD + "net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))\nx = torch.ones(2)\ny = net(x)\n"
    )
    recording = run.recording
    assert [list(recording.names(step.outputs[0])) for step in run.steps()] == [[], [], ["y"]]
    assert [list(recording.names(step.inputs[0])) for step in run.steps()] == [["x"], [], []]


def test_paths_of_nested_modules() -> None:
    run = record_text(
        HEAD
        + """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, x):
        return torch.relu(self.fc(x)) + x
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([Block(), Block()])
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
def main():
    model = Net()
    return model(torch.ones(2)), model(torch.ones(2))
main()
"""
    )
    assert run.error is None
    paths = [(call.path, call.call) for call in run.recording.module_calls]
    once = ["model", "model.layers.0", "model.layers.0.fc", "model.layers.1", "model.layers.1.fc"]
    assert paths == [(path, 0) for path in once] + [(path, 1) for path in once]
    assert run.named("model.layers.1.fc.bias")


def paths(text: str) -> list[str]:
    return [call.path for call in record_text(HEAD + text).recording.module_calls]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("layers = [nn.Linear(2, 2)]\nfor layer in layers:\n    layer(torch.ones(2))\n", "layers[0]"),
        (
            "parts = {'first': nn.Linear(2, 2)}\nfor part in parts.values(): part(torch.ones(2))\n",
            "parts['first']",
        ),
        ("def run(model):\n    return model(torch.ones(2))\nnet = nn.Linear(2, 2)\nrun(net)\n", "net"),
        ("def make():\n    hidden = nn.Linear(2, 2)\n    return hidden(torch.ones(2))\nmake()\n", "hidden"),
        (
            (
                "class Trainer:\n    def __init__(self):\n        self.model = nn.Linear(2, 2)\n"
                "    def fit(self):\n        self.model(torch.ones(2))\ntrainer = Trainer()\ntrainer.fit()\n"
            ),
            "trainer.model",
        ),
        (
            (
                "from torch.utils.checkpoint import checkpoint\nlayer = nn.Linear(2, 2)\n"
                "checkpoint(layer, torch.ones(2, requires_grad=True), use_reentrant=False)\n"
            ),
            "layer",
        ),
        ("net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())\nblock = net[0]\nblock(torch.ones(2))\n", "net.0"),
    ],
)
def test_a_module_has_the_path_by_which_the_program_holds_it(text: str, path: str) -> None:
    assert paths(text) == [path]


def test_parameters_are_not_called_self() -> None:
    text = (
        "class Scale(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.factor = nn.Parameter(torch.ones(2))\n"
        "    def forward(self, x):\n        return x * self.factor\nscale = Scale()\ny = scale(torch.ones(2))\n"
    )
    recording = record_text(HEAD + text).recording
    (names,) = (recording.names(value.id) for value in recording.values if value.role is Role.PARAMETER)
    assert list(names) == ["scale.factor"]


@pytest.mark.parametrize("parts", ["(v * 2 for v in x)", "[v * 2 for v in x]"])
def test_only_the_whole_of_a_sum_has_its_name(parts: str) -> None:
    run = record_text(HEAD + f"x = torch.ones(3, requires_grad=True)\ntotal = sum({parts})\n")
    (total,) = run.named("total")
    assert total.producer == run.steps()[-1].index
    assert run.source(run.steps()[0]) == "x"  # the iteration, not the whole comprehension


def test_names_of_calls() -> None:
    text = (
        "with torch.device('cpu'):\n    made = torch.zeros(1, 1, 4, 4)\n"
        "pooled, where = nn.functional.max_pool2d(made, 2, return_indices=True)\n"
        "twice = torch.ops.aten.mul.Tensor(made, made)\n"
    )
    run = record_text(HEAD + text)
    assert run.step_names() == ["max_pool2d", "mul"]
    assert [len(run.named(name)) for name in ("made", "pooled", "where", "twice")] == [1, 1, 1, 1]


@pytest.mark.filterwarnings("ignore")
def test_compiled_and_scripted_calls_are_steps() -> None:
    text = (
        "x = torch.ones(2, requires_grad=True)\n"
        "module = torch.compile(nn.Linear(2, 2), backend='eager')\nmodule(x).sum().backward()\n"
        "inner = nn.Linear(2, 2)\ninner.compile(backend='eager')\ninner(x).sum().backward()\n"
    )
    run = record_text(HEAD + text)
    assert run.error is None
    assert run.step_names(Phase.FORWARD) == ["Linear", "sum", "Linear", "sum"]
    assert all(node.step is not None or node.variable is not None for node in run.recording.grad_nodes)
