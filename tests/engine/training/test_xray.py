"""Every quantity of an optimizer's step against torch's own result."""

import numpy as np
import pytest
import torch
from msgspec import structs

from engine.runtime.training.subject import Subject
from engine.runtime.training.updates import UpdateKeeper
from engine.training.xray import TOLERANCE_ULPS, XrayError, alternatives, xray

_EACH = ({"weight_decay": 0.1}, {"maximize": True}, {"weight_decay": 0.1, "maximize": True})
CASES = [
    *((kind, {"lr": 0.01, **more}) for kind in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad") for more in _EACH),
    *((kind, {"lr": 0.01, "weight_decay": 0.1, "foreach": True}) for kind in ("SGD", "Adam", "AdamW", "RMSprop")),
    *((kind, {"lr": 0.01, "weight_decay": 0.1, "fused": True}) for kind in ("SGD", "Adam", "AdamW", "Adagrad")),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("Adam", {"lr": torch.tensor(0.01), "decoupled_weight_decay": True, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.05}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.9, "centered": True}),
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
    ("Adam", {"lr": 0.01}),
    ("Adam", {"lr": 0.01, "weight_decay": 0.1, "amsgrad": True, "maximize": True}),
    ("Adam", {"lr": 0.01, "betas": (0.4, 0.6), "eps": 1e-4}),
    ("AdamW", {"lr": 0.01}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.2, "amsgrad": True}),
    ("RMSprop", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.1, "alpha": 0.8}),
    ("RMSprop", {"lr": 0.01, "centered": True, "eps": 1e-3}),
    ("Adagrad", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5}),
]


def updates(kind, settings, steps=6, shape=(7, 5), clip=None, numbers=torch.float32):
    """Every step of an optimizer on random gradients."""
    generator = torch.Generator().manual_seed(0)
    w = torch.randn(shape, generator=generator).to(numbers).requires_grad_()
    optimizer = getattr(torch.optim, kind)([w], **settings)
    subject, keeper = Subject((w,), ("w",), None), UpdateKeeper(1_000_000)
    for _ in range(steps):
        w.grad = torch.randn(shape, generator=generator).to(numbers)
        unclipped = None if clip is None else w.grad.clone()
        if clip is not None:
            clip(w)
        keeper.before(optimizer, subject, {} if unclipped is None else {id(w): unclipped})
        optimizer.step()
        yield keeper.after(optimizer)


def _decay(named):
    """What a decoupled weight decay adds to the step."""
    return named["decayed"] - named["before"] if "decayed" in named else 0.0


@pytest.mark.parametrize(("kind", "settings"), CASES)
def test_the_new_value_is_torchs(kind, settings):
    shares = []
    for update in updates(kind, settings):
        opened = xray(update, 0)
        assert opened.agreement.holds, opened.agreement.sentence
        assert opened.agreement.largest_ulps <= TOLERANCE_ULPS
        shares.append(opened.agreement.same_share)
        named = {quantity.name: quantity.array for quantity in opened.quantities}
        assert np.allclose(named["before"] + named["step"] + _decay(named), named["after"], atol=1e-5)
    assert np.mean(shares) > 0.8


@pytest.mark.parametrize("kind", ["Adam", "AdamW"])
def test_the_moments_are_those_that_torch_keeps(kind):
    *_, last = updates(kind, {"lr": 0.01}, steps=4)
    before_last = list(updates(kind, {"lr": 0.01}, steps=3))[-1]
    named = {quantity.name: quantity.array for quantity in xray(before_last, 0).quantities}
    parameter = last.parameters[0]
    assert np.allclose(named["m"], parameter.array(parameter.state["exp_avg"]), rtol=1e-6, atol=1e-9)
    assert np.allclose(named["v"], parameter.array(parameter.state["exp_avg_sq"]), rtol=1e-6, atol=1e-12)
    assert parameter.steps == 3


def test_a_wrong_rule_is_noticed():
    *_, last = updates("Adam", {"lr": 0.01, "weight_decay": 0.1})
    wrong = type(last)(kind="AdamW", parameters=last.parameters)
    assert not xray(wrong, 0).agreement.holds
    assert "not what torch computed" in xray(wrong, 0).agreement.sentence


def test_an_unknown_optimizer_is_told():
    *_, last = updates("Adadelta", {"lr": 0.01})
    with pytest.raises(XrayError, match="The arithmetic of Adadelta is not known here"):
        xray(last, 0)


def test_what_others_would_have_done():
    (first,) = updates("SGD", {"lr": 0.1}, steps=1)
    changes = {other.title: other.change for other in alternatives(first.parameters[0])}
    gradient = first.parameters[0].array(first.parameters[0].gradient)
    assert np.allclose(changes["SGD"], -0.1 * gradient, atol=1e-6)
    assert np.allclose(changes["Adam"], -0.1 * np.sign(gradient), atol=1e-4)
    for kind in ("Adam", "AdamW", "RMSprop", "Adagrad"):
        (real,) = updates(kind, {"lr": 0.1}, steps=1)
        parameter = real.parameters[0]
        change = parameter.array(parameter.after) - parameter.array(parameter.before)
        assert np.allclose(changes[kind], change, atol=1e-5)


def test_nothing_and_a_single_number():
    for shape in ((), (0,), (1,)):
        for update in updates("AdamW", {"lr": 0.01}, shape=shape):
            assert xray(update, 0).agreement.holds


def test_clipping_is_shown_before_everything_else():
    (norm,) = updates("SGD", {"lr": 0.1}, steps=1, clip=lambda w: torch.nn.utils.clip_grad_norm_([w], 0.5))
    opened = xray(norm, 0)
    assert [one.name for one in opened.quantities] == ["before", "gradient", "clipped", "step", "change", "after"]
    raw, clipped = opened.quantities[1].array, opened.quantities[2].array
    assert np.linalg.norm(clipped) == pytest.approx(0.5, rel=1e-5)
    assert opened.quantities[2].rule == f"g ← c·g, c = {0.5 / np.linalg.norm(raw):.4g}"
    assert opened.agreement.holds
    (value,) = updates("SGD", {"lr": 0.1}, steps=1, clip=lambda w: torch.nn.utils.clip_grad_value_([w], 0.5))
    assert xray(value, 0).quantities[2].rule == "g ← g, cut off at both ends"
    (idle,) = updates("SGD", {"lr": 0.1}, steps=1, clip=lambda w: None)
    assert [one.name for one in xray(idle, 0).quantities] == ["before", "gradient", "step", "change", "after"]


@pytest.mark.parametrize("numbers", [torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize(("kind", "settings"), CASES)
def test_other_types_of_numbers_are_opened_as_torch_computes_them(kind, settings, numbers):
    if kind == "SGD" and settings.get("fused") and numbers is not torch.float64:
        pytest.skip("torch 2.13's fused SGD leaves most elements of narrow types as they are")
    if isinstance(settings["lr"], torch.Tensor):
        settings = {**settings, "lr": settings["lr"].to(numbers)}  # else 1 − lr·λ is rounded to float32
    shares = []
    for update in updates(kind, settings, numbers=numbers):
        assert update.parameters[0].numbers == str(numbers).removeprefix("torch.")
        agreement = xray(update, 0).agreement
        assert agreement.holds, agreement.sentence
        shares.append(agreement.same_share)
    assert np.mean(shares) > 0.8


def test_a_wrong_rule_is_noticed_in_every_type_of_numbers():
    for numbers in (torch.float64, torch.bfloat16, torch.float16):
        *_, update = updates("SGD", {"lr": 0.1, "momentum": 0.9}, numbers=numbers)
        (parameter,) = update.parameters
        other = structs.replace(parameter, settings={**parameter.settings, "lr": (0.11,)})
        assert not xray(structs.replace(update, parameters=(other,)), 0).agreement.holds
