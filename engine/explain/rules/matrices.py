"""Rules of matrix products: the gradient of a factor is the gradient of the product times the other one, transposed."""

from collections.abc import Callable

import numpy as np

from engine.explain.rules.rule import After, Before, Local, Rule, SlotRule, Times, Whole, times
from engine.explain.rules.run import Floats, NodeRun, OperandMissingError

_MAX_MULTIPLICATIONS = 16_000_000
"""Larger products would hold up the window."""


def _transposed(array: Floats) -> Floats:
    return np.swapaxes(array, -1, -2) if array.ndim > 1 else array


def _checked(run: NodeRun, factor: Floats) -> Floats:
    if run.gradient.size * factor.shape[-1] > _MAX_MULTIPLICATIONS:
        raise OperandMissingError("the matrices are too large to multiply here")
    return factor


def _after(formula: str, local: str, name: str, scale: str = "") -> SlotRule:
    def compute(run: NodeRun) -> Local:
        factor = _transposed(run.array(name)) * (run.number(scale, 1.0) if scale else 1.0)
        return After(_checked(run, factor))

    return SlotRule(formula, local, compute)


def _before(formula: str, local: str, name: str, scale: str = "") -> SlotRule:
    def compute(run: NodeRun) -> Local:
        factor = _transposed(run.array(name)) * (run.number(scale, 1.0) if scale else 1.0)
        return Before(_checked(run, factor))

    return SlotRule(formula, local, compute)


def _outer(name: str, scale: str = "") -> Callable[[NodeRun], Local]:
    def compute(run: NodeRun) -> Local:
        factor = run.array(name) * (run.number(scale, 1.0) if scale else 1.0)
        return Whole(np.outer(run.gradient, factor))

    return compute


def _scaled(name: str) -> Callable[[NodeRun], Local]:
    def compute(run: NodeRun) -> Local:
        factor = run.array(name)
        return Times(factor, np.broadcast_to(run.gradient, factor.shape))

    return compute


def _rows(array: Floats) -> Floats:
    return array.reshape(-1, array.shape[-1])


def _linear_weight(run: NodeRun) -> Local:
    return Whole(_rows(run.gradient).T @ _rows(run.array("input")))


_BIAS = times("1", lambda r: r.number("beta", 1.0))

RULES = (
    Rule(
        ("Mm",),
        "matmul",
        ("self", "mat2"),
        (
            _after("{g} · {mat2}ᵀ", "{mat2}ᵀ", "mat2"),
            _before("{self}ᵀ · {g}", "{self}ᵀ", "self"),
        ),
        ("matmul", "mm", "__matmul__", "__rmatmul__"),
    ),
    Rule(
        ("Bmm",),
        "bmm",
        ("self", "mat2"),
        (
            _after("{g} · {mat2}ᵀ", "{mat2}ᵀ", "mat2"),
            _before("{self}ᵀ · {g}", "{self}ᵀ", "self"),
        ),
        ("bmm",),
    ),
    Rule(
        ("Mv",),
        "matmul",
        ("self", "vec"),
        (
            SlotRule("{g} · {vec}ᵀ", "{vec}ᵀ", _outer("vec")),
            _before("{self}ᵀ · {g}", "{self}ᵀ", "self"),
        ),
        ("mv", "matmul", "__matmul__"),
    ),
    Rule(
        ("Dot",),
        "dot",
        ("self", "tensor"),
        (
            SlotRule("{g} · {tensor}", "{tensor}", _scaled("tensor")),
            SlotRule("{g} · {self}", "{self}", _scaled("self")),
        ),
        ("dot", "matmul", "__matmul__", "inner", "vdot"),
    ),
    Rule(
        ("Addmm",),
        "linear",
        ("self", "mat1", "mat2"),
        (
            _BIAS,
            _after("{g} · {mat2}ᵀ", "{mat2}ᵀ", "mat2", "alpha"),
            _before("{mat1}ᵀ · {g}", "{mat1}ᵀ", "mat1", "alpha"),
        ),
        ("addmm",),
    ),
    Rule(
        ("Baddbmm",),
        "baddbmm",
        ("self", "batch1", "batch2"),
        (
            _BIAS,
            _after("{g} · {batch2}ᵀ", "{batch2}ᵀ", "batch2", "alpha"),
            _before("{batch1}ᵀ · {g}", "{batch1}ᵀ", "batch1", "alpha"),
        ),
        ("baddbmm",),
    ),
    Rule(
        ("Addmv",),
        "addmv",
        ("self", "mat", "vec"),
        (
            _BIAS,
            SlotRule("{g} · {vec}ᵀ", "{vec}ᵀ", _outer("vec", "alpha")),
            _before("{mat}ᵀ · {g}", "{mat}ᵀ", "mat", "alpha"),
        ),
        ("addmv",),
    ),
    Rule(
        ("Linear",),
        "linear",
        ("input", "weight", "bias"),
        (
            SlotRule("{g} · {weight}", "{weight}", lambda r: After(_checked(r, r.array("weight")))),
            SlotRule("{g}ᵀ · {input}", "", _linear_weight),
            times("1", lambda _: 1.0),
        ),
        ("linear",),
    ),
)
