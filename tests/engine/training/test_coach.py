"""What the curves of a training run say, read off curves of known make."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from engine.training.advice import Advice, AdviceKind, Floats
from engine.training.coach import advise


@dataclass
class Made:
    """A curve at every iteration."""

    numbers: Floats
    every: int = 1

    @property
    def iterations(self):
        return np.arange(len(self.numbers)) * self.every

    @property
    def smoothed(self):
        return self.numbers


@dataclass
class Book:
    """Curves by name."""

    curves: dict[str, Made] = field(default_factory=dict)

    def get(self, name):
        return self.curves.get(name)

    def family(self, prefix):
        start = f"{prefix}/"
        return [(name.removeprefix(start), curve) for name, curve in self.curves.items() if name.startswith(start)]


FALLING = Made(2.0 / (1.0 + 0.01 * np.arange(600)))
FLAT = Made(np.concatenate((np.linspace(2, 1, 100), np.full(500, 1.0))))
RATE = Made(np.full(600, 0.1))


def flat(number: float) -> Made:
    return Made(np.full(600, number))


def said(**curves: Made) -> tuple[Advice, ...]:
    return advise(Book({name.replace("__", "/").replace("_", " "): curve for name, curve in curves.items()}))


def test_a_healthy_run_and_a_short_one_get_no_advice() -> None:
    assert said(loss=FALLING, learning_rate=RATE, update_ratio__w=flat(1e-3), gradient_norm__w=flat(0.1)) == ()
    assert said(loss=Made(np.full(30, 1.0)), dead_units__a=Made(np.ones(30))) == ()
    assert advise(Book()) == ()


def test_a_loss_that_is_no_number_is_told_at_once_and_alone() -> None:
    numbers = np.array([2.0, 1.0, np.nan, 1.0, np.nan, np.inf])
    (advice,) = said(loss=Made(numbers), dead_units__act1=flat(0.9))
    assert advice.kind is AdviceKind.NOT_FINITE
    assert advice.sentence == "The loss is inf since iteration 4."
    assert advice.since == 4


@pytest.mark.parametrize(("family", "kind"), [("dead_units", AdviceKind.DEAD), ("saturation", AdviceKind.SATURATED)])
def test_closed_units_are_told_with_their_layer_and_beginning(family: str, kind: AdviceKind) -> None:
    share = Made(np.concatenate((np.full(40, 0.1), np.full(20, 0.8))), every=10)
    (advice,) = said(loss=FALLING, **{f"{family}__act1": share, f"{family}__act2": flat(0.2)})
    assert advice.kind is kind
    assert advice.since == 400
    assert advice.sentence.startswith("80% of the ")
    assert "act1" in advice.sentence
    half = {f"{family}__act1": flat(0.6)}
    assert said(loss=FALLING, **half) == ()
    assert said(loss=FLAT, **half)[0].kind is kind


def test_a_vanishing_gradient_names_both_ends() -> None:
    (advice,) = said(loss=FALLING, gradient_norm__first=flat(2e-8), gradient_norm__last=flat(0.5))
    assert advice.kind is AdviceKind.VANISHING
    assert advice.sentence == "first gets 25,000,000 times less gradient than last: it vanishes on the way back."
    fading = Made(0.5 * 0.9 ** np.arange(600))
    (advice,) = said(loss=FALLING, gradient_norm__first=flat(2e-8), gradient_norm__last=fading)
    assert advice.kind is AdviceKind.VANISHING
    assert said(loss=FALLING, gradient_norm__bias=flat(2e-8), gradient_norm__last=flat(0.5)) == ()


def test_updates_that_are_too_large_matter_where_the_loss_does_not_fall() -> None:
    (advice,) = said(loss=FLAT, learning_rate=RATE, update_ratio__w=flat(0.1))
    assert advice.kind is AdviceKind.LARGE_UPDATES
    assert "changes w by 10 %" in advice.sentence
    assert advice.rate == pytest.approx(0.003)
    assert said(loss=FALLING, learning_rate=RATE, update_ratio__w=flat(0.1)) == ()


def test_one_weight_with_too_large_updates_is_told_before_the_units_that_they_closed() -> None:
    quiet = {f"update_ratio__{name}": flat(1e-3) for name in ("fc1", "fc2", "fc3")}
    rate = Made(np.full(600, 10.0))
    told = said(loss=FLAT, learning_rate=rate, saturation__act=flat(1.0), update_ratio__fc4=flat(0.3), **quiet)
    assert [advice.kind for advice in told] == [AdviceKind.LARGE_UPDATES, AdviceKind.SATURATED]
    assert "changes fc4 by 30 %" in told[0].sentence
    assert told[0].rate == pytest.approx(0.3)
    assert "Start anew" in told[1].hint


def test_tiny_updates_get_a_larger_rate() -> None:
    (advice,) = said(loss=FALLING, learning_rate=Made(np.full(600, 1e-6)), update_ratio__w=flat(5e-6))
    assert advice.kind is AdviceKind.SMALL_UPDATES
    assert advice.rate == pytest.approx(3e-5)
    assert said(loss=FALLING, update_ratio__w=flat(5e-6))[0].rate is None


def test_learning_by_heart() -> None:
    validation = Made(np.concatenate((np.linspace(2, 0.5, 10), np.linspace(0.5, 1.0, 10))), every=30)
    (advice,) = said(loss=FALLING, validation_loss=validation)
    assert advice.kind is AdviceKind.OVERFITTING
    assert advice.since in (270, 300)
    noise = np.random.default_rng(0).uniform(0.9, 1.15, 20)
    assert said(loss=FALLING, validation_loss=Made(np.linspace(2, 1.9, 20) * noise, every=30)) == ()
    assert said(loss=FALLING, validation_loss=Made(np.linspace(2, 0.5, 20), every=30)) == ()


def test_a_loss_that_stands_still() -> None:
    (advice,) = said(loss=FLAT)
    assert advice.kind is AdviceKind.PLATEAU
    assert 95 <= advice.since <= 101
    (advice,) = said(loss=Made(np.maximum(2.0 * 0.95 ** np.arange(600), 1e-9)))
    assert advice.kind is AdviceKind.LEARNED
    assert 2.0 * 0.95**advice.since == pytest.approx(0.02, rel=0.06)
