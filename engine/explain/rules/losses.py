"""Rules of loss functions; ``n`` is the number of elements when the loss is a mean, 1 when it is a sum."""

from collections.abc import Callable

import numpy as np

from engine.explain.rules.rule import Compute, Local, Rule, SlotRule, Times, symbolic
from engine.explain.rules.run import Floats, NodeRun

_MEAN = 1


def _loss(formula: str, function: Callable[[NodeRun], Floats], sign: float = 1.0) -> SlotRule:
    """The derivative by element, divided by n for a mean."""

    def compute(run: NodeRun) -> Local:
        local = sign * function(run)
        scale = max(1, local.size) if run.integer("reduction", _MEAN) == _MEAN else 1
        return Times(local / scale, np.broadcast_to(run.gradient, local.shape))

    return SlotRule(f"{{g}} · {formula}", formula, compute)


def _difference(run: NodeRun) -> Floats:
    return run.array("self") - run.array("target")


def _squared(run: NodeRun) -> Floats:
    return 2 * _difference(run)


def _smooth_l1(run: NodeRun) -> Floats:
    d, beta = _difference(run), run.number("beta", 1.0)
    return np.sign(d) if beta == 0 else np.clip(d / beta, -1, 1)


def _huber(run: NodeRun) -> Floats:
    delta = run.number("delta", 1.0)
    return np.clip(_difference(run), -delta, delta)


def _weight(run: NodeRun) -> Floats | float:
    return run.array("weight") if run.has("weight") else 1.0


def _bce(run: NodeRun) -> Floats:
    x = run.array("self")
    return np.asarray(_weight(run) * _difference(run) / np.maximum(x * (1 - x), 1e-12))


def _bce_logits(run: NodeRun) -> Floats:
    x, t = run.array("self"), run.array("target")
    s = 0.5 * (1 + np.tanh(0.5 * x))
    positive = run.array("pos_weight") if run.has("pos_weight") else 1.0
    return np.asarray(_weight(run) * (s * (1 - t) - positive * t * (1 - s)))


def _nll(class_axis: int) -> Compute:
    """The derivative is −weight[target]/n at the target's class and 0 elsewhere."""

    def compute(run: NodeRun) -> Local:
        target = run.raw("target").astype(np.int64)
        shape = run.shape(0)
        axis = class_axis if len(shape) > class_axis else 0
        ignored = target == run.integer("ignore_index", -100)
        safe = np.where(ignored, 0, target)
        weights = run.array("weight")[safe] if run.has("weight") else np.ones(target.shape)
        weights = np.where(ignored, 0.0, weights)
        reduction = run.integer("reduction", _MEAN)
        local = np.zeros(shape)
        scale = weights.sum() if reduction == _MEAN else 1.0
        np.put_along_axis(local, np.expand_dims(safe, axis), np.expand_dims(-weights / scale, axis), axis=axis)
        g = run.gradient if reduction else np.expand_dims(run.gradient, axis)
        return Times(local, np.broadcast_to(g, shape))

    return compute


_PAIR = ("self", "target")
_NLL = "(−[class = {target}]/n)"

RULES = (
    Rule(
        ("MseLoss",),
        "mse_loss",
        _PAIR,
        (_loss("2({self} − {target})/n", _squared), _loss("2({target} − {self})/n", _squared, -1.0)),
        ("mse_loss",),
    ),
    Rule(
        ("SmoothL1Loss",),
        "smooth_l1_loss",
        _PAIR,
        (
            _loss("clip(({self} − {target})/{beta}, ±1)/n", _smooth_l1),
            _loss("clip(({target} − {self})/{beta}, ±1)/n", _smooth_l1, -1.0),
        ),
        ("smooth_l1_loss",),
    ),
    Rule(
        ("HuberLoss",),
        "huber_loss",
        _PAIR,
        (
            _loss("clip({self} − {target}, ±{delta})/n", _huber),
            _loss("clip({target} − {self}, ±{delta})/n", _huber, -1.0),
        ),
        ("huber_loss",),
    ),
    Rule(
        ("BinaryCrossEntropy",),
        "binary_cross_entropy",
        _PAIR,
        (
            _loss("({self} − {target})/({self}(1 − {self})·n)", _bce),
            symbolic("{g} · ln((1 − {self})/{self})/n"),
        ),
        ("binary_cross_entropy",),
    ),
    Rule(
        ("BinaryCrossEntropyWithLogits",),
        "binary_cross_entropy_with_logits",
        _PAIR,
        (
            _loss("(σ({self}) − {target})/n", _bce_logits),
            symbolic("{g} · (−{self})/n"),
        ),
        ("binary_cross_entropy_with_logits",),
    ),
    Rule(("NllLossBackward0", "NllLossNd"), "nll_loss", ("self",), (SlotRule("{g} · " + _NLL, _NLL, _nll(1)),)),
    Rule(("NllLoss2D",), "nll_loss", ("self",), (SlotRule("{g} · " + _NLL, _NLL, _nll(1)),)),
    Rule(
        ("KlDiv",), "kl_div", _PAIR, (symbolic("{g} · (−{target})/n"), symbolic("{g} · (1 + ln {target} − {self})/n"))
    ),
    Rule(("SoftMarginLoss",), "soft_margin_loss", ("self",), (symbolic("{g} · (−{target}·σ(−{target}·{self}))/n"),)),
)
