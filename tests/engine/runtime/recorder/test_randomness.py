"""The state of random generators just before a step drew from them: from it the step can be made again."""

import contextlib

import numpy as np
import pytest
import torch

from engine.runtime.recorder import RecorderOptions
from engine.runtime.recorder.watch.drawing import DRAWING
from engine.trace.execution import RandomState
from engine.trace.facts import Step
from tests.support.recorded import Recorded, record_text

HEAD = (
    "import torch\nfrom torch import nn\nimport torch.nn.functional as F\ntorch.manual_seed(3)\nx = torch.ones(4, 6)\n"
)

_INTERNAL_WORDS = """
_cudnn_attention_backward _cudnn_attention_forward _cudnn_init_dropout_state _cudnn_rnn _efficient_attention_forward
_fill_mem_eff_dropout_mask_ _flash_attention_forward _flash_attention_forward_no_dropout_inplace _fused_dropout
_fused_sdp_choice _lstm_mps _nested_tensor_softmax_with_shape _sample_dirichlet _scaled_dot_product_attention_math
_scaled_dot_product_attention_math_for_mps _scaled_dot_product_cudnn_attention
_scaled_dot_product_cudnn_attention_backward _scaled_dot_product_efficient_attention
_scaled_dot_product_efficient_attention_backward _scaled_dot_product_flash_attention
_scaled_dot_product_flash_attention_for_cpu _scaled_dot_product_fused_attention_overrideable _standard_gamma
_triton_scaled_dot_attention miopen_rnn
"""
INTERNAL = frozenset(_INTERNAL_WORDS.split())
"""Operators that no person calls, but for ``_sample_dirichlet`` and ``_standard_gamma`` inside of distributions."""

FACTORIES = frozenset({"rand", "randint", "randn", "randperm"})
"""They take no tensor, so they make no step."""


def recorded(text: str) -> Recorded:
    run = record_text(HEAD + text)
    assert run.error is None
    return run


def state_of(run: Recorded, step: Step) -> tuple[RandomState, torch.Tensor]:
    (fact,) = run.recording.random_states(step.index)
    raw = bytes(run.recording.store.read(fact.offset, fact.nbytes))
    return fact, torch.from_numpy(np.frombuffer(raw, np.uint8).copy())


def test_the_list_has_every_operator_that_torch_says_draws() -> None:
    tagged = set()
    for schema in torch._C._jit_get_all_schemas():
        name = schema.name.removeprefix("aten::")
        if schema.name == name:
            continue
        with contextlib.suppress(AttributeError):
            overload = getattr(getattr(torch.ops.aten, name), schema.overload_name or "default")
            if torch.Tag.nondeterministic_seeded in overload.tags:
                tagged.add(name)
    assert len(tagged) > 60
    assert tagged - INTERNAL - FACTORIES <= DRAWING


@pytest.mark.parametrize(
    "expression",
    [
        "F.dropout(x, 0.5)",
        "nn.Dropout(0.3)(x)",
        "F.dropout2d(x[None, None], 0.5)",
        "F.alpha_dropout(x, 0.5, training=True)",
        "torch.bernoulli(x * 0.5)",
        "(x * 0.5).bernoulli()",
        "torch.multinomial(x, 2)",
        "torch.normal(x, x)",
        "torch.poisson(x)",
        "F.rrelu(-x, training=True)",
        "F.gumbel_softmax(x)",
        "F.scaled_dot_product_attention(x[None], x[None], x[None], dropout_p=0.5)",
        "nn.LSTM(6, 3, 2, dropout=0.5)(x[:, None])[0]",
        "F.fractional_max_pool2d(x[None, None], 2, output_size=(2, 2))",
    ],
)
def test_from_the_state_the_step_can_be_made_again(expression: str) -> None:
    run = recorded(
        f"inner = {expression}\n"
        if "nn.LSTM" not in expression
        else "m = nn.LSTM(6, 3, 2, dropout=0.5)\ninner = m(x[:, None])[0]\n"
    )
    drawing = [step for step in run.steps() if run.recording.random_states(step.index)]
    assert len(drawing) == 1
    fact, state = state_of(run, drawing[0])
    assert fact.device == "cpu"
    assert fact.nbytes == len(torch.get_rng_state())
    torch.set_rng_state(state)
    again = eval(expression.replace("nn.LSTM(6, 3, 2, dropout=0.5)", "m"), run.variables)
    assert torch.equal(again, run.variables["inner"])


@pytest.mark.parametrize(
    "call",
    [
        "x.uniform_()",
        "x.normal_()",
        "x.random_(9)",
        "x.exponential_()",
        "x.bernoulli_(0.5)",
        "F.dropout(x, inplace=True)",
    ],
)
def test_functions_that_fill_a_tensor_can_be_made_again(call: str) -> None:
    run = recorded(f"x.mul_(1)\n{call}\n")
    drawing = next(step for step in run.steps() if run.recording.random_states(step.index))
    _, state = state_of(run, drawing)
    torch.set_rng_state(state)
    again = {"x": torch.ones(4, 6), "F": torch.nn.functional}
    exec(call, again)
    assert torch.equal(again["x"], run.variables["x"])


def test_a_generator_of_the_programs_own_is_the_one_that_is_kept() -> None:
    run = recorded("own = torch.Generator().manual_seed(11)\ny = torch.bernoulli(x * 0.5, generator=own)\n")
    drawing = next(step for step in run.steps() if run.recording.random_states(step.index))
    _, state = state_of(run, drawing)
    generator = torch.Generator()
    generator.set_state(state)
    assert generator.initial_seed() == 11
    assert torch.equal(torch.bernoulli(torch.ones(4, 6) * 0.5, generator=generator), run.variables["y"])


def test_what_draws_nothing_leaves_no_state() -> None:
    run = recorded("y = F.dropout(x * 2, training=False)\nz = x + y\nw = nn.Dropout().eval()(z)\nr = torch.randn(3)\n")
    assert not any(run.recording.random_states(step.index) for step in run.steps())


def test_the_same_state_is_written_once() -> None:
    run = recorded("for _ in range(3):\n    torch.manual_seed(5)\n    y = F.dropout(x)\n")
    facts = [fact for step in run.steps() for fact in run.recording.random_states(step.index)]
    assert len(facts) == 3
    assert len({fact.offset for fact in facts}) == 1


def test_a_custom_function_that_draws_is_found_out() -> None:
    run = recorded(
        "class Noisy(torch.autograd.Function):\n"
        "    @staticmethod\n"
        "    def forward(ctx, a):\n"
        "        return a + torch.rand(())\n"
        "    @staticmethod\n"
        "    def backward(ctx, grad):\n"
        "        return grad\n"
        "y = Noisy.apply(x)\n"
    )
    assert [step.name for step in run.steps() if run.recording.random_states(step.index)] == ["Noisy"]


def test_recording_states_draws_nothing_itself() -> None:
    text = HEAD + "y = F.dropout(x)\nz = torch.randn(3)\n"
    bare: dict[str, object] = {}
    exec(text, bare)
    run = record_text(text)
    for name in ("y", "z"):
        assert torch.equal(run.variables[name], bare[name])  # type: ignore[arg-type] # both are tensors


def test_a_full_store_leaves_states_out() -> None:
    text = HEAD + "y = F.dropout(x)\n"
    run = record_text(text, RecorderOptions(), budget_bytes=1000)
    assert run.error is None
    assert not any(run.recording.random_states(step.index) for step in run.steps())
