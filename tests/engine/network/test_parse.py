"""Modules that people write become networks; the line that cannot be drawn is named."""

import pytest

from engine.network.errors import CannotDrawError, NetworkError
from engine.network.network import NodeKind
from engine.network.parse import parse_network

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n"


def module(making: str, calling: str, arguments: str = "x") -> str:
    lines = ["class Net(nn.Module):", "    def __init__(self, width=4):", "        super(Net, self).__init__()"]
    lines += ["        " + line for line in making.splitlines()]
    lines += [f"    def forward(self, {arguments}):"] + ["        " + line for line in calling.splitlines()]
    return HEAD + "\n".join(lines) + "\n"


def drawn(making: str, calling: str, arguments: str = "x") -> list[str]:
    network = parse_network(module(making, calling, arguments))
    return [f"{node.name}:{node.type or node.text or node.kind}" for node in network.nodes]


def test_calls_within_calls_are_opened() -> None:
    assert drawn("self.a = nn.Linear(2, width * 2)\nself.b = nn.Linear(8, 1)", "return self.b(F.relu(self.a(x)))") == [
        "x:input", "a:Linear", "relu:relu", "b:Linear", "output:output",
    ]  # fmt: skip


def test_numbers_of_the_constructor_are_worked_out() -> None:
    network = parse_network(module("self.a = nn.Linear(2, width * 2 + 1)", "return self.a(x)"))
    assert [setting.text for setting in network.nodes[1].settings] == ["2", "9"]


def test_methods_operators_and_torch_functions_are_known() -> None:
    calling = "y = x.flatten(1)\ny += x\nz = torch.cat([x, y], 1)\nw = x @ z\nreturn w.view(-1, 3), z.mean(dim=1)"
    assert drawn("pass", calling) == [
        "x:input", "y:flatten", "add:add", "z:cat", "w:matmul", "view:view", "mean:mean", "output:output",
    ]  # fmt: skip


def test_a_layer_may_be_used_again() -> None:
    network = parse_network(module("self.a = nn.Linear(2, 2)", "x = self.a(x)\nx = self.a(x)\nreturn x"))
    assert [(node.name, node.same_as) for node in network.nodes if node.kind is NodeKind.LAYER] == [
        ("a", ""), ("a_again", "a"),
    ]  # fmt: skip


def test_sequences_and_modules_of_the_file_become_blocks() -> None:
    inner = (
        "class Inner(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n"
        "        self.f = nn.Linear(n, n)\n    def forward(self, x):\n        return x + self.f(x)\n"
    )
    making = "self.s = nn.Sequential(nn.Linear(2, 4), nn.ReLU())\nself.i = nn.ModuleList([Inner(4), Inner(width)])"
    text = module(making, "x = self.s(x)\nfor layer in self.i:\n    x = layer(x)\nreturn x")
    network = parse_network(HEAD + inner + text.removeprefix(HEAD))
    assert [(node.name, node.block) for node in network.nodes][1:-1] == [
        ("s_0", "s"), ("s_1", "s"), ("i_0_f", "i_0"), ("add", "i_0"), ("i_1_f", "i_1"), ("add_1", "i_1"),
    ]  # fmt: skip


def test_a_plain_sequential_is_a_network() -> None:
    network = parse_network(HEAD + "model = nn.Sequential(nn.Linear(2, 3), nn.Tanh())\n")
    assert [node.type for node in network.nodes] == ["", "Linear", "Tanh", ""]


def test_tuples_of_recurrent_layers_are_ports() -> None:
    network = parse_network(
        module("self.r = nn.LSTM(2, 3)", "out, (h, c) = self.r(x)\ny, _ = self.r(x, (h, c))\nreturn y, c")
    )
    found = {(link.source, link.source_port, link.target, link.target_port) for link in network.links}
    assert {("r", 1, "y", 1), ("r", 2, "y", 2), ("r", 2, "output", 1)} <= found


@pytest.mark.parametrize(
    ("making", "calling", "line", "words"),
    [
        ("pass", "if x.sum() > 0:\n    x = -x\nreturn x", 10, "which way an if goes"),
        ("pass", "for i in x:\n    x = x + i\nreturn x", 10, "how often this loop"),
        ("pass", "y = x\nwhile True:\n    y = x\nreturn y", 11, "how often a loop"),
        ("pass", "x[0] = 1\nreturn x", 10, "writes into a tensor"),
        ("pass", "torch.relu(x)\nreturn x", 10, "not kept"),
        ("pass", "return helper(x)", 10, "“helper” is no known function"),
        ("pass", "return self.gone(x)", 10, "self.gone is no layer"),
        ("pass", "return y", 10, "the value of y is not known"),
        ("pass", "y = x", 9, "returns nothing"),
        ("pass", "return x.add_(1)", 10, "in place"),
        ("pass", "y = x\ny += 1\nreturn x", 11, "changes x too"),
        ("pass", "return torch.load('f') + x", 10, "not allowed"),
        ("self.w = nn.ParameterList()", "return x * self.w[0]", 8, "not in the catalogue"),
        ("self.a = nn.Linear(2)", "return self.a(x)", 8, "needs its out_features"),
        ("self.a = nn.Linear(2, depth)", "return self.a(x)", 8, "the value of depth is not known"),
        ("self.a = nn.Linear(2, 3, colour=1)", "return self.a(x)", 8, "no setting colour"),
        ("self.a = nn.LSTM(2, 3)", "return self.a(x)", 9, "a tuple within a tuple"),
    ],
)
def test_the_line_that_cannot_be_drawn_is_named(making: str, calling: str, line: int, words: str) -> None:
    with pytest.raises(CannotDrawError, match=words) as caught:
        parse_network(module(making, calling))
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1", "defines no nn.Module"),
        ("class A(", "no Python"),
        ("x = " + "(" * 3000 + ")" * 3000, "no Python|nested too deeply"),
        ("\0", "no Python"),
        (HEAD + "class A(nn.Module):\n    pass\n", "has no forward"),
        (HEAD + "class A(nn.Module):\n    def __init__(self):\n        self.a = A()\n"
                "    def forward(self, x):\n        return x\n", "contains itself"),
    ],
)  # fmt: skip
def test_what_is_no_network_is_said(text: str, words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        parse_network(text)
