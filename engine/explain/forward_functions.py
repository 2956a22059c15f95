"""What common ops compute, in double precision by numpy, to check their derivatives with finite differences.

A function is believed at a step only if it gives there what torch gave: see ``slope_check``.
"""

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from engine.explain.rules.run import Floats

Operand: TypeAlias = object
"""An array in double precision, or a plain Python object."""
Function: TypeAlias = Callable[..., Floats | float]

_erf = np.vectorize(math.erf, otypes=[np.float64])


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))


def _gelu(x: Floats, approximate: str = "none") -> Floats:
    if approximate == "tanh":
        return np.asarray(0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))))
    return np.asarray(0.5 * x * (1 + _erf(x / math.sqrt(2))))


def _softplus(x: Floats, beta: float = 1.0, threshold: float = 20.0) -> Floats:
    return np.where(beta * x > threshold, x, np.logaddexp(0, beta * x) / beta)


def _elu(x: Floats, alpha: float = 1.0, inplace: object = None) -> Floats:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _leaky(x: Floats, negative_slope: float = 0.01, inplace: object = None) -> Floats:
    return np.where(x > 0, x, negative_slope * x)


def _relu(x: Floats, inplace: object = None) -> Floats:
    return np.maximum(x, 0)


def _clamp(x: Floats, min: float | None = None, max: float | None = None) -> Floats:  # noqa: A002  # torch's names
    return np.clip(x, -np.inf if min is None else min, np.inf if max is None else max)


def _axes(dim: object) -> tuple[int, ...] | None:
    if isinstance(dim, int):
        return (dim,)
    return tuple(dim) if isinstance(dim, (tuple, list)) and dim else None


def _sum(x: Floats, dim: object = None, keepdim: bool = False, dtype: object = None) -> Floats:  # noqa: FBT001, FBT002  # torch's signature
    return np.asarray(np.sum(x, axis=_axes(dim), keepdims=keepdim))


def _mean(x: Floats, dim: object = None, keepdim: bool = False, dtype: object = None) -> Floats:  # noqa: FBT001, FBT002  # torch's signature
    return np.asarray(np.mean(x, axis=_axes(dim), keepdims=keepdim))


def _softmax(x: Floats, dim: int = -1, *_: object, dtype: object = None, **__: object) -> Floats:
    powers = np.exp(x - np.max(x, axis=dim, keepdims=True))
    return np.asarray(powers / np.sum(powers, axis=dim, keepdims=True))


def _log_softmax(x: Floats, dim: int = -1, *_: object, dtype: object = None, **__: object) -> Floats:
    shifted = x - np.max(x, axis=dim, keepdims=True)
    return np.asarray(shifted - np.log(np.sum(np.exp(shifted), axis=dim, keepdims=True)))


def _logsumexp(x: Floats, dim: object, keepdim: bool = False) -> Floats:  # noqa: FBT001, FBT002  # torch's signature
    axes = _axes(dim)
    top = np.max(x, axis=axes, keepdims=True)
    total = np.log(np.sum(np.exp(x - top), axis=axes, keepdims=True)) + top
    return np.asarray(total if keepdim else np.squeeze(total, axis=axes))


def _linear(x: Floats, weight: Floats, bias: Floats | None = None) -> Floats:
    product = x @ np.swapaxes(weight, -1, -2)
    return product if bias is None else product + bias


def _addmm(added: Floats, first: Floats, second: Floats, beta: float = 1.0, alpha: float = 1.0) -> Floats:
    return beta * added + alpha * (first @ second)


def _reduced(losses: Floats, reduction: str) -> Floats:
    if reduction == "none":
        return losses
    return np.asarray(np.sum(losses) if reduction == "sum" else np.mean(losses))


def _mse(x: Floats, target: Floats, *_: object, reduction: str = "mean", **__: object) -> Floats:
    squares = (x - target) ** 2
    return _reduced(squares, reduction)


def _bce(x: Floats, target: Floats, *_: object, reduction: str = "mean", **__: object) -> Floats:
    losses = -(target * np.log(x) + (1 - target) * np.log(1 - x))
    return _reduced(losses, reduction)


def _scaled_sum(x: Floats, other: Floats, alpha: float = 1.0) -> Floats:
    return x + alpha * other


def _unary() -> dict[str, Function]:
    return {
        "relu": _relu, "relu_": _relu, "sigmoid": _sigmoid, "tanh": np.tanh, "exp": np.exp, "log": np.log,
        "log1p": np.log1p, "log2": np.log2, "log10": np.log10, "expm1": np.expm1, "sqrt": np.sqrt,
        "rsqrt": lambda x: 1 / np.sqrt(x), "abs": np.abs, "sin": np.sin, "cos": np.cos, "tan": np.tan,
        "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh, "cosh": np.cosh, "erf": _erf,
        "neg": np.negative, "square": np.square, "reciprocal": lambda x: 1 / x, "gelu": _gelu, "elu": _elu,
        "silu": lambda x, inplace=None: x * _sigmoid(x), "softplus": _softplus, "leaky_relu": _leaky,
        "clamp": _clamp, "sum": _sum, "mean": _mean, "softmax": _softmax, "log_softmax": _log_softmax,
        "logsumexp": _logsumexp, "cumsum": lambda x, dim: np.cumsum(x, axis=dim),
    }  # fmt: skip


def _binary() -> dict[str, Function]:
    return {
        "add": _scaled_sum, "add_": _scaled_sum, "__radd__": _scaled_sum, "mul": np.multiply, "mul_": np.multiply,
        "__rmul__": np.multiply, "multiply": np.multiply, "sub": lambda x, y, alpha=1.0: x - alpha * y,
        "sub_": lambda x, y, alpha=1.0: x - alpha * y, "rsub": lambda x, y: y - x, "__rsub__": lambda x, y: y - x,
        "div": np.divide, "div_": np.divide, "true_divide": np.divide, "__rtruediv__": lambda x, y: y / x,
        "__rdiv__": lambda x, y: y / x, "pow": np.power, "__rpow__": lambda x, y: np.power(y, x),
        "maximum": np.maximum, "minimum": np.minimum, "matmul": np.matmul, "__matmul__": np.matmul,
        "mm": np.matmul, "bmm": np.matmul, "mv": np.matmul, "dot": np.dot, "linear": _linear, "addmm": _addmm,
        "mse_loss": _mse, "binary_cross_entropy": _bce,
    }  # fmt: skip


FUNCTIONS: Mapping[str, Function] = {**_unary(), **_binary()}
"""By the name of the forward op."""
