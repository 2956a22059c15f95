"""Shapes, parameters and operations of networks against real runs, and what is said of those that do not fit."""

import pytest
import torch

from engine.network.edits import disconnect, set_setting
from engine.network.example import runnable_source
from engine.network.network import Setting
from engine.network.parse import parse_network
from engine.network.source import write_source
from engine.network.templates import Template, templates
from engine.protocol.network import InsertFix, Misfit, NetworkRequest, SetFix, Settled
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


def given(**settings: object) -> tuple[Setting, ...]:
    return tuple(Setting(name, str(value)) for name, value in settings.items())


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
        ("pass", "x + y", [(4, 3), (4, 2)], "add joins 4×3 and 4×2: dimension 1 is 3 and 2.",
         (InsertFix("Linear", given(in_features=2, out_features=3), 1, "right"),
          InsertFix("Linear", given(in_features=3, out_features=2), 0, "left"))),
        ("pass", "x + y", [(4, 8, 5, 5), (4, 6, 5, 5)],
         "add joins 4×8×5×5 and 4×6×5×5: dimension 1 is 8 and 6.",
         (InsertFix("Conv2d", given(in_channels=6, out_channels=8, kernel_size=1), 1, "right"),
          InsertFix("Conv2d", given(in_channels=8, out_channels=6, kernel_size=1), 0, "left"))),
        ("pass", "x + y", [(4, 8, 5, 5), (4, 8, 3, 3)],
         "add joins 4×8×5×5 and 4×8×3×3: dimension 3 is 5 and 3.", ()),
        ("self.a = nn.Conv2d(1, 4, 3)", "self.a(x)", [(4, 64)],
         "a works on pictures (N, channels, height, width), and 4×64 came in.",
         (InsertFix("Unflatten", given(dim=1, unflattened_size="(1, 8, 8)")),)),
        ("pass", "torch.cat((x, y), 2)", [(4, 3, 5), (4, 2, 5)],
         "cat joins 4×3×5 and 4×2×5 along dimension 2: dimension 1 is 3 and 2.", (SetFix("dim", "1"),)),
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


def test_sizes_follow_what_comes_in_where_they_may() -> None:
    network = parse_network(
        "from torch import nn\nm = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(),"
        " nn.Linear(10, 4), nn.LayerNorm((7,)))\n"
    )
    follows = tuple(node.name for node in network.nodes)
    answer = work_out(NetworkRequest(network=network, inputs={"x": (5, 1, 8, 8)}, follows=follows))
    assert answer.misfits == ()
    assert answer.settled == (
        Settled(name="m_0", setting="in_channels", text="1"),
        Settled(name="m_1", setting="num_features", text="6"),
        Settled(name="m_4", setting="in_features", text="216"),
        Settled(name="m_5", setting="normalized_shape", text="4"),
    )  # fmt: skip
    for settled in answer.settled:
        network = set_setting(network, settled.name, settled.setting, settled.text)
    assert work_out(NetworkRequest(network=network, inputs={"x": (5, 1, 8, 8)})).misfits == ()


def test_an_expression_that_lacks_an_input_costs_only_what_needs_it() -> None:
    network = parse_network(
        "from torch import nn\nclass N(nn.Module):\n    def forward(self, x, y):\n        # x: (N, 2)\n"
        "        # y: (N, 2)\n        a = x.relu()\n        b = x * 2 + y\n        c = b.relu()\n        return a, c\n"
    )
    free = next(node for node in network.nodes if node.text)
    gone = next(link for link in network.links if link.target == free.name and link.target_port == 1)
    answer = work_out(NetworkRequest(network=disconnect(network, gone)))
    assert [one.text for one in answer.misfits] == ["b has nothing at its input b."]
    assert {facts.name for facts in answer.nodes} == {"x", "y", "a"}


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.title)
def test_the_source_for_the_editor_runs_as_it_is(template: Template) -> None:
    namespace: dict = {}
    exec(compile(runnable_source(template.network), template.title, "exec"), namespace)
    assert namespace["loss"].ndim == 0
    assert all(one.grad is not None for name, one in namespace["model"].named_parameters() if "rnn" not in name)
    assert parse_network(runnable_source(template.network)) == parse_network(write_source(template.network))


def test_a_network_of_several_inputs_and_outputs_runs_too() -> None:
    network = parse_network(
        "from torch import nn\nclass N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.fc = nn.Linear(2, 3)\n    def forward(self, x, y):\n        # x: (N, 2)\n"
        "        # y: (N, 5) float64\n        return self.fc(x), y * 2\n"
    )
    namespace: dict = {}
    exec(compile(runnable_source(network), "several", "exec"), namespace)
    assert [one.shape[1] for one in namespace["outputs"]] == [3, 5]


def test_without_the_shape_of_an_input_the_class_stands_alone() -> None:
    network = parse_network("from torch import nn\nm = nn.Sequential(nn.Linear(2, 3))\n")
    assert runnable_source(network) == write_source(network)


def test_tensors_of_the_modules_own_have_shapes_and_are_counted() -> None:
    text = "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n"
    text += "        super().__init__()\n        self.token = nn.Parameter(nn.init.normal_(torch.empty(1, 5)))\n"
    text += "        self.register_buffer('mean', torch.ones(5))\n        self.fc = nn.Linear(5, 2)\n"
    text += "    def forward(self, x):\n        return self.fc(torch.cat([self.token, x - self.mean]))\n"
    answer = work_out(NetworkRequest(network=parse_network(text), inputs={"x": (3, 5)}))
    facts = {one.name: one for one in answer.nodes}
    assert (answer.trouble, answer.misfits) == ("", ())
    assert [(facts[name].shapes, facts[name].parameters) for name in ("token", "mean", "fc")] == [
        (((1, 5),), 5), (((5,),), 0), (((4, 2),), 12)
    ]  # fmt: skip
