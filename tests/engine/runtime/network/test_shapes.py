"""Shapes, parameters and operations of networks against real runs, and what is said of those that do not fit."""

import pytest
import torch

from engine.network.parse import parse_network
from engine.network.source import write_source
from engine.network.templates import Template, templates
from engine.protocol.network import InsertFix, Misfit, NetworkRequest, SetFix
from engine.runtime.network.shapes import work_out

BATCH = 3


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.title)
def test_a_template_is_what_a_real_run_says(template: Template) -> None:
    network = template.network
    answer = work_out(NetworkRequest(network=network, batch=BATCH))
    assert (answer.trouble, answer.misfits) == ("", ())
    namespace: dict = {}
    exec(compile(write_source(network), template.title, "exec"), namespace)
    model = namespace[network.name]()
    real: dict[str, tuple[int, ...]] = {}
    for name, layer in model.named_modules():
        layer.register_forward_hook(lambda _module, _given, result, name=name: real.update({
            name: tuple((result[0] if isinstance(result, tuple) else result).shape)}))  # fmt: skip
    given = network.nodes[0]
    model(torch.zeros(BATCH, *given.shape, dtype=getattr(torch, given.type or "float32")))
    told = {facts.name: facts.shapes[0] for facts in answer.nodes if facts.shapes}
    layers = {node.name for node in network.nodes if node.kind == "layer"}
    assert {name: told[name] for name in layers} == {name: real[name] for name in layers}
    assert sum(facts.parameters for facts in answer.nodes) == sum(one.numel() for one in model.parameters())


def misfits(making: str, calling: str, *shapes: tuple[int, ...]) -> tuple[Misfit, ...]:
    names = ["x", "y"][: len(shapes)]
    text = "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n"
    text += f"        super().__init__()\n        {making}\n    def forward(self, {', '.join(names)}):\n"
    text += f"        return {calling}\n"
    request = NetworkRequest(network=parse_network(text), inputs=dict(zip(names, shapes, strict=True)))
    return work_out(request).misfits


@pytest.mark.parametrize(
    ("making", "calling", "shapes", "text", "fixes"),
    [
        ("self.a = nn.Linear(8, 2)", "self.a(x)", [(4, 16)],
         "a wants 8 (in_features), and dimension 1 of what comes in, 4×16, is 16.", (SetFix("in_features", "16"),)),
        ("self.a = nn.Linear(16, 2)", "self.a(x)", [(3, 2, 8)],
         "a wants 16 (in_features), and dimension 2 of what comes in, 3×2×8, is 8.",
         (InsertFix("Flatten"), SetFix("in_features", "8"))),
        ("self.a = nn.BatchNorm2d(4)", "self.a(x)", [(3, 2, 8, 8)],
         "a wants 4 (num_features), and dimension 1 of what comes in, 3×2×8×8, is 2.", (SetFix("num_features", "2"),)),
        ("self.a = nn.Embedding(4, 2)", "self.a(x)", [(3,)],
         "a looks up whole numbers, and float32 came in.", ()),
        ("pass", "x + y", [(4, 3), (4, 2)], "add joins 4×3 and 4×2: dimension 1 is 3 and 2.", ()),
        ("pass", "x @ y", [(4, 3), (2, 5)],
         "matmul multiplies 4×3 and 2×5: the last dimension is 3, and the one it meets is 2.", ()),
        ("pass", "torch.cat((x, y), 1)", [(4, 3), (5, 3)],
         "cat joins 4×3 and 5×3 along dimension 1: dimension 0 is 4 and 5.", ()),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(making: str, calling: str, shapes: list, text: str, fixes: tuple) -> None:
    (found,) = misfits(making, calling, *shapes)
    assert found.text == text
    assert found.fixes == fixes


def test_what_follows_a_misfit_is_left_out() -> None:
    network = parse_network("from torch import nn\nm = nn.Sequential(nn.Linear(2, 3), nn.Linear(4, 1), nn.ReLU())\n")
    answer = work_out(NetworkRequest(network=network, inputs={"x": (5, 2)}))
    assert [facts.name for facts in answer.nodes] == ["x", "m_0"]
    assert [one.name for one in answer.misfits] == ["m_1"]
