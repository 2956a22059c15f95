"""Rules of arithmetic: sums, products, powers and what is made of them."""

import numpy as np

from engine.explain.rules.rule import Rule, times, unary
from engine.explain.rules.run import Floats, NodeRun


def _alpha(run: NodeRun) -> float:
    return run.number("alpha", 1.0)


def _divisor(run: NodeRun) -> Floats:
    return -run.array("self") / run.array("other") ** 2


def _power(run: NodeRun) -> Floats:
    base, exponent = run.array("self"), run.array("exponent")
    return np.where(exponent == 0, 0.0, exponent * np.power(base, np.where(exponent == 0, 1.0, exponent - 1.0)))


def _exponent(run: NodeRun) -> Floats:
    base, result = run.array("self"), run.array("result")
    logarithm = np.log(np.where(base == 0, 1.0, base))
    return np.where((base == 0) & (run.array("exponent") >= 0), 0.0, result * logarithm)


def _atan2(run: NodeRun, name: str, sign: float) -> Floats:
    return sign * run.array(name) / (run.array("self") ** 2 + run.array("other") ** 2)


RULES = (
    Rule(("Add",), "add", ("self", "other"), (times("1", lambda _: 1.0), times("{alpha}", _alpha)), ("add", "add_")),
    Rule(
        ("Sub",),
        "sub",
        ("self", "other"),
        (times("1", lambda _: 1.0), times("(−{alpha})", lambda r: -_alpha(r))),
        ("sub", "sub_"),
    ),
    Rule(
        ("Rsub",),
        "rsub",
        ("self", "other"),
        (times("(−{alpha})", lambda r: -_alpha(r)), times("1", lambda _: 1.0)),
        ("rsub", "__rsub__"),
    ),
    Rule(
        ("Mul",),
        "mul",
        ("self", "other"),
        (times("{other}", lambda r: r.array("other")), times("{self}", lambda r: r.array("self"))),
        ("mul", "mul_", "multiply"),
    ),
    Rule(
        ("Div",),
        "div",
        ("self", "other"),
        (times("1/{other}", lambda r: 1.0 / r.array("other")), times("(−{self}/{other}²)", _divisor)),
        ("div", "div_", "true_divide", "divide"),
    ),
    Rule(
        ("PowBackward0",),
        "pow",
        ("self",),
        (times("{exponent}·{power}", _power),),
        ("pow", "pow_", "square"),
    ),
    Rule(
        ("PowBackward1",),
        "pow",
        ("self", "exponent"),
        (times("{exponent}·{power}", _power), times("{out}·ln {self}", _exponent)),
        ("pow",),
    ),
    Rule(("PowBackward2",), "pow", ("exponent",), (times("{out}·ln {self}", _exponent),)),
    Rule(("Remainder", "Fmod"), "remainder", ("self",), (times("1", lambda _: 1.0),), ("remainder", "fmod")),
    Rule(
        ("Addcmul",),
        "addcmul",
        ("self", "tensor1", "tensor2"),
        (
            times("1", lambda _: 1.0),
            times("{value}·{tensor2}", lambda r: r.number("value", 1.0) * r.array("tensor2")),
            times("{value}·{tensor1}", lambda r: r.number("value", 1.0) * r.array("tensor1")),
        ),
        ("addcmul",),
    ),
    Rule(
        ("Addcdiv",),
        "addcdiv",
        ("self", "tensor1", "tensor2"),
        (
            times("1", lambda _: 1.0),
            times("{value}/{tensor2}", lambda r: r.number("value", 1.0) / r.array("tensor2")),
            times(
                "(−{value}·{tensor1}/{tensor2}²)",
                lambda r: -r.number("value", 1.0) * r.array("tensor1") / r.array("tensor2") ** 2,
            ),
        ),
        ("addcdiv",),
    ),
    Rule(
        ("LerpBackward0",),
        "lerp",
        ("self", "end"),
        (
            times("(1 − {weight})", lambda r: 1.0 - r.array("weight")),
            times("{weight}", lambda r: r.array("weight")),
        ),
        ("lerp",),
    ),
    Rule(
        ("Atan2",),
        "atan2",
        ("self", "other"),
        (
            times("{other}/({self}² + {other}²)", lambda r: _atan2(r, "other", 1.0)),
            times("(−{self}/({self}² + {other}²))", lambda r: _atan2(r, "self", -1.0)),
        ),
        ("atan2", "arctan2"),
    ),
    unary("Neg", "neg", "(−1)", lambda _: -1.0),
    unary("Reciprocal", "reciprocal", "(−{out}²)", lambda r: -(r.array("result") ** 2)),
    unary("Sqrt", "sqrt", "1/(2·{out})", lambda r: 0.5 / r.array("result")),
    unary("Rsqrt", "rsqrt", "(−½·{out}³)", lambda r: -0.5 * r.array("result") ** 3),
    unary("Abs", "abs", "sign({self})", lambda r: np.sign(r.array("self"))),
    unary("Sign Sgn", "sign", "0", lambda _: 0.0),
    unary("Floor", "floor", "0", lambda _: 0.0),
    unary("Ceil", "ceil", "0", lambda _: 0.0),
    unary("Round", "round", "0", lambda _: 0.0),
    unary("Trunc", "trunc", "0", lambda _: 0.0),
    unary("Frac", "frac", "1", lambda _: 1.0),
)
