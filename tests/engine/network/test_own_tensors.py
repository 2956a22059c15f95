"""Parameters and settings of a module's own: what is shared is drawn once, what is not known is named."""

import pytest
import torch

from engine.network.errors import CannotDrawError
from engine.network.parse import parse_network
from engine.network.source import write_source
from tests.engine.network.drawn_programs import HEAD, made


@pytest.mark.parametrize(
    ("making", "calling"),
    [
        ("self.a = nn.Linear(2, 2)\n        self.b = self.a", "self.b(self.a(x))"),
        ("one = nn.Linear(2, 2)\n        self.a = nn.Sequential(one, nn.Tanh(), one)", "self.a(x)"),
        ("self.w = nn.Parameter(torch.ones(2))\n        self.v = self.w", "x * self.w + self.v"),
    ],
)
def test_one_layer_under_two_names_is_drawn_once(making, calling):
    text = f"{HEAD}class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        {making}\n"
    text += f"    def forward(self, x):\n        return {calling}\n"
    source = write_source(parse_network(text))
    own, drawn = made(text), made(source)
    assert len(list(drawn.parameters())) == len(list(own.parameters()))
    for one, other in zip(drawn.parameters(), own.parameters(), strict=True):
        one.data.copy_(other.data)
    assert torch.equal(own(torch.ones(3, 2)), drawn(torch.ones(3, 2)))


@pytest.mark.parametrize(
    ("making", "calling", "line", "reason"),
    [
        ("self.w = nn.Parameter(torch.ones(x.shape))", "x * self.w", "nn.Parameter", "value of x is not known"),
        ("self.w = nn.Parameter(open('w'))", "x * self.w", "nn.Parameter", "value of open is not known"),
        ("self.w = nn.ParameterList([])", "x", "ParameterList", "not in the catalogue"),
        (
            "self.w = nn.Parameter(torch.ones(2))\n        nn.init.other_(self.w)",
            "x",
            "init.other_",
            "known way to fill",
        ),
        (
            "self.w = nn.Parameter(torch.ones(2))\n        self.w[0] = 3",
            "x",
            "self.w[0]",
            "something else than an attr",
        ),
        ("self.w = nn.Linear(Config.width, Config.size)", "self.w(x)", "Config.size", "value of Config is not known"),
        (
            "self.w = nn.ModuleDict({'a': nn.Linear(2, 2)})",
            "[a for a in self.w][0](x)",
            "return",
            "is known when it runs",
        ),
        ("self.w = nn.Parameter(torch.ones(2))", "self.w(x)", "return", "cannot be called"),
    ],
)
def test_the_line_of_what_is_not_known_is_named(making, calling, line, reason):
    text = f"{HEAD}class Config:\n    width = 2\n"
    text += f"class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n        {making}\n"
    text += f"    def forward(self, x):\n        return {calling}\n"
    with pytest.raises(CannotDrawError, match=reason) as caught:
        parse_network(text)
    assert line in text.splitlines()[caught.value.line - 1], str(caught.value)
