"""Rules of the activation functions of networks, and of choosing between elements."""

import math

import numpy as np

from engine.explain.rules.rule import Rule, times, unary
from engine.explain.rules.run import Floats, NodeRun

_erf = np.frompyfunc(math.erf, 1, 1)  # numpy has no erf of its own


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))


def _gelu(run: NodeRun) -> Floats:
    x = run.array("self")
    if run.plain.get("approximate") == "tanh":
        slope = math.sqrt(2 / math.pi)
        inner = np.tanh(slope * (x + 0.044715 * x**3))
        return np.asarray(0.5 * (1 + inner) + 0.5 * x * (1 - inner**2) * slope * (1 + 3 * 0.044715 * x**2))
    cumulative = 0.5 * (1 + np.asarray(_erf(x / math.sqrt(2)), dtype=np.float64))
    return np.asarray(cumulative + x * np.exp(-0.5 * x**2) / math.sqrt(2 * math.pi))


def _silu(run: NodeRun) -> Floats:
    x = run.array("self")
    s = _sigmoid(x)
    return s * (1 + x * (1 - s))


def _elu(run: NodeRun) -> Floats:
    x = run.array("self") if "self" in run.arrays else run.array("self_or_result")
    alpha, scale, inner = run.number("alpha", 1.0), run.number("scale", 1.0), run.number("input_scale", 1.0)
    if run.flag("is_result"):
        return np.where(x > 0, scale, inner * (x + alpha * scale))
    return np.where(x > 0, scale, inner * scale * alpha * np.exp(np.minimum(x, 0) * inner))


def _celu(run: NodeRun) -> Floats:
    x = run.array("self")
    return np.where(x > 0, 1.0, np.exp(np.minimum(x, 0) / run.number("alpha", 1.0)))


def _softplus(run: NodeRun) -> Floats:
    x = run.array("self") * run.number("beta", 1.0)
    return np.where(x > run.number("threshold", 20.0), 1.0, _sigmoid(x))


def _mish(run: NodeRun) -> Floats:
    x = run.array("self")
    t = np.tanh(np.logaddexp(0, x))
    return np.asarray(t + x * (1 - t**2) * _sigmoid(x))


def _leaky(run: NodeRun) -> Floats:
    return np.where(run.array("self") > 0, 1.0, run.number("negative_slope", 0.01))


def _hardtanh(run: NodeRun) -> Floats:
    x = run.array("self")
    return ((x > run.number("min_val", -1.0)) & (x < run.number("max_val", 1.0))).astype(np.float64)


def _hardswish(run: NodeRun) -> Floats:
    x = run.array("self")
    return np.where(x <= -3, 0.0, np.where(x < 3, x / 3 + 0.5, 1.0))


def _hardsigmoid(run: NodeRun) -> Floats:
    return np.where(np.abs(run.array("self")) < 3, 1 / 6, 0.0)


def _threshold(run: NodeRun) -> Floats:
    x = run.array("self") if "self" in run.arrays else run.array("result")
    return (x > run.number("threshold", 0.0)).astype(np.float64)


def _clamp(run: NodeRun) -> Floats:
    x = run.array("self")
    inside = np.ones(np.shape(x), dtype=bool)
    if run.has("min"):
        inside &= x >= run.array("min")
    if run.has("max"):
        inside &= x <= run.array("max")
    return inside.astype(np.float64)


def _larger(run: NodeRun, winner: str, loser: str) -> Floats:
    a, b = run.array(winner), run.array(loser)
    return np.where(a > b, 1.0, np.where(a == b, 0.5, 0.0))


def _mask(run: NodeRun, name: str) -> Floats:
    return run.raw(name).astype(bool).astype(np.float64)


def _dropout(run: NodeRun) -> Floats:
    return _mask(run, "result1") / max(1e-12, 1.0 - run.number("p", 0.5))


RULES = (
    unary("Relu", "relu", "[{self} > 0]", lambda r: (r.array("result") > 0).astype(np.float64), ("relu", "relu_")),
    unary("LeakyRelu", "leaky_relu", "({self} > 0 ? 1 : {negative_slope})", _leaky),
    unary("Gelu", "gelu", "(Φ({self}) + {self}·φ({self}))", _gelu),
    unary("Silu", "silu", "σ({self})·(1 + {self}·(1 − σ({self})))", _silu),
    unary("Elu", "elu", "({self} > 0 ? {scale} : {scale}·{alpha}·exp({self}))", _elu, ("elu", "selu", "celu")),
    unary("Celu", "celu", "({self} > 0 ? 1 : exp({self}/{alpha}))", _celu),
    unary("Softplus", "softplus", "σ({beta}·{self})", _softplus),
    unary("Mish", "mish", "d mish({self})", _mish),
    unary("Hardtanh", "hardtanh", "[{min_val} < {self} < {max_val}]", _hardtanh, ("hardtanh", "relu6")),
    unary("Hardswish", "hardswish", "({self}/3 + ½ between −3 and 3)", _hardswish),
    unary("Hardsigmoid", "hardsigmoid", "[−3 < {self} < 3]/6", _hardsigmoid),
    unary("LogSigmoid", "logsigmoid", "(1 − σ({self}))", lambda r: 1 - _sigmoid(r.array("self"))),
    unary("Threshold", "threshold", "[{self} > {threshold}]", _threshold),
    unary("ClampBackward0 ClampBackward1", "clamp", "[{min} ≤ {self} ≤ {max}]", _clamp),
    unary("ClampMin", "clamp", "[{self} ≥ {min}]", _clamp, ("clamp_min", "clamp")),
    unary("ClampMax", "clamp", "[{self} ≤ {max}]", _clamp, ("clamp_max", "clamp")),
    unary("NativeDropout", "dropout", "kept/(1 − {p})", _dropout),
    Rule(
        ("MaskedFill",),
        "masked_fill",
        ("self", "value"),
        (
            times("[not {mask}]", lambda r: 1.0 - _mask(r, "mask")),
            times("[{mask}]", lambda r: _mask(r, "mask")),
        ),
        ("masked_fill", "masked_fill_"),
    ),
    Rule(
        ("Where",),
        "where",
        ("self", "other"),
        (
            times("[{condition}]", lambda r: _mask(r, "condition")),
            times("[not {condition}]", lambda r: 1.0 - _mask(r, "condition")),
        ),
    ),
    Rule(
        ("Maximum",),
        "maximum",
        ("self", "other"),
        (
            times("[{self} > {other}]", lambda r: _larger(r, "self", "other")),
            times("[{other} > {self}]", lambda r: _larger(r, "other", "self")),
        ),
        ("maximum", "max"),
    ),
    Rule(
        ("Minimum",),
        "minimum",
        ("self", "other"),
        (
            times("[{self} < {other}]", lambda r: _larger(r, "other", "self")),
            times("[{other} < {self}]", lambda r: _larger(r, "self", "other")),
        ),
        ("minimum", "min"),
    ),
    Rule(
        ("PreluKernel",),
        "prelu",
        ("self", "weight"),
        (
            times("({self} > 0 ? 1 : {weight})", lambda r: np.where(r.array("self") > 0, 1.0, r.array("weight"))),
            times("min({self}, 0)", lambda r: np.minimum(r.array("self"), 0)),
        ),
        ("prelu",),
    ),
)
