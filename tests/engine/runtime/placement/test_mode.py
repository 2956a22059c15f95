"""Where tensors are made under a placement; the device ``meta`` stands for an accelerator, which no machine lacks."""

import numpy as np
import pytest
import torch
from torch import nn

from engine.runtime.placement.mode import Placement, Switch

META = torch.device("meta")


@pytest.mark.parametrize(
    "text",
    [
        "torch.tensor([1.0])",
        "torch.tensor(np.ones(2))",
        "torch.as_tensor(np.ones(2))",
        "torch.randn(3)",
        "torch.normal(0.0, 1.0, (3,))",
        "torch.normal(torch.zeros(3), 1.0)",
        "torch.full((2,), 1.0)",
        "nn.Linear(2, 3).weight",
        "nn.LSTM(2, 3).weight_ih_l0",
        "nn.Embedding(4, 2)(torch.tensor([1]))",
        "nn.MultiheadAttention(4, 2).in_proj_weight",
        "nn.Parameter(torch.zeros(2))",
        "torch.ones(2).new_zeros(2)",
        "torch.zeros_like(torch.ones(2))",
        "torch.tensor([torch.tensor(1.0), 2.0])",
        "torch.get_default_device() and torch.empty(1)",
    ],
)
def test_what_names_no_device_lands_on_the_placement(text: str) -> None:
    with Placement(META):
        made = eval(text, {"torch": torch, "nn": nn, "np": np})
    assert made.device == META


@pytest.mark.parametrize(
    "text",
    [
        "torch.tensor([1.0], device='cpu')",
        "torch.randn(3, device='cpu')",
        "nn.Linear(2, 3, device='cpu').weight",
        "torch.as_tensor(torch.ones(2, device='cpu'))",
        "torch.asarray(torch.ones(2, device='cpu'))",
        "torch.ones(2, out=torch.empty(2, device='cpu'))",
        "torch.zeros_like(torch.ones(2, device='cpu'))",
        "torch.randn_like(torch.ones(2, device='cpu'))",
        "torch.normal(torch.zeros(3, device='cpu'), 1.0)",
    ],
)
def test_what_the_text_puts_on_the_cpu_stays_there(text: str) -> None:
    with Placement(META):
        made = eval(text, {"torch": torch, "nn": nn})
    assert made.device.type == "cpu"


def test_blocks_and_defaults_of_the_text_count() -> None:
    with Placement(META):
        with torch.device("cpu"):
            inside = torch.ones(2)
        after = torch.ones(2)
    assert (inside.device.type, after.device.type) == ("cpu", "meta")


def test_a_switch_puts_it_out_of_force() -> None:
    switch = Switch()
    with Placement(META, switch=switch):
        switch.is_off = True
        assert torch.ones(2).device.type == "cpu"


@pytest.mark.parametrize(
    "text",
    [
        "torch.randn(3, generator=g)",
        "torch.rand(3, generator=g)",
        "torch.randint(9, (3,), generator=g)",
        "torch.randperm(5, generator=g)",
        "torch.normal(0.0, 1.0, (3,), generator=g)",
        "torch.empty(3).uniform_(generator=g)",
        "torch.empty(3).normal_(2.0, 3.0, generator=g)",
        "nn.init.kaiming_uniform_(torch.empty(3, 3), generator=g)",
        "nn.init.uniform_(torch.empty(3, 3), 0.0, 1.0, g)",
    ],
)
def test_a_generator_of_the_cpu_draws_there_and_is_left_as_it_would_be(text: str) -> None:
    names = {"torch": torch, "nn": nn}
    bare = torch.Generator().manual_seed(3)
    eval(text, {**names, "g": bare})
    placed = torch.Generator().manual_seed(3)
    with Placement(META):
        made = eval(text, {**names, "g": placed})
    assert made.device == META
    assert torch.equal(placed.get_state(), bare.get_state())


DRAWING = """
model = nn.Sequential(nn.Linear(3, 4), nn.Embedding(5, 4), nn.Conv1d(2, 2, 3))
x = torch.randn(5, 3)
y = torch.rand_like(x)
order = torch.randperm(7)
z = torch.empty(4).exponential_()
"""


def test_numbers_drawn_on_the_host_are_those_of_a_run_there() -> None:
    torch.manual_seed(5)
    exec(DRAWING, {"torch": torch, "nn": nn})
    bare = torch.random.get_rng_state()
    torch.manual_seed(5)
    names = {"torch": torch, "nn": nn}
    with Placement(META, draws_on_host=True):
        exec(DRAWING, names)
    assert torch.equal(torch.random.get_rng_state(), bare)
    assert all(parameter.device == META for parameter in names["model"].parameters())  # type: ignore[attr-defined]
    assert names["order"].device == META  # type: ignore[attr-defined]


def test_a_leaf_that_requires_grad_stays_a_leaf() -> None:
    with Placement(META, draws_on_host=True):
        x = torch.randn(3, requires_grad=True)
    assert x.is_leaf
    assert x.requires_grad


def test_numpy_on_the_cpu_shares_memory_as_ever() -> None:
    with Placement("cpu"):
        x = torch.ones(3)
        x.numpy()[0] = 5.0
    assert x.tolist() == [5.0, 1.0, 1.0]


def test_compiled_code_makes_its_tensors_there_in_one_graph() -> None:
    with Placement(META):
        compiled = torch.compile(lambda x: x + torch.ones(3), backend="eager", fullgraph=True)
        assert compiled(torch.ones(3)).device == META
