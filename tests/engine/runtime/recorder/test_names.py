"""What values are called."""

import pytest

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
