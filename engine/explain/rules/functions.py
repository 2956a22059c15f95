"""Rules of exponentials, logarithms, trigonometry and other smooth functions of one number."""

import math

import numpy as np

from engine.explain.rules.rule import unary

RULES = (
    unary("Exp", "exp", "{out}", lambda r: r.array("result")),
    unary("Exp2", "exp2", "{out}·ln 2", lambda r: r.array("result") * math.log(2)),
    unary("Expm1", "expm1", "({out} + 1)", lambda r: r.array("result") + 1),
    unary("Log", "log", "1/{self}", lambda r: 1 / r.array("self")),
    unary("Log2", "log2", "1/({self}·ln 2)", lambda r: 1 / (r.array("self") * math.log(2))),
    unary("Log10", "log10", "1/({self}·ln 10)", lambda r: 1 / (r.array("self") * math.log(10))),
    unary("Log1P", "log1p", "1/(1 + {self})", lambda r: 1 / (1 + r.array("self"))),
    unary("Sin", "sin", "cos({self})", lambda r: np.cos(r.array("self"))),
    unary("Cos", "cos", "(−sin({self}))", lambda r: -np.sin(r.array("self"))),
    unary("Tan", "tan", "(1 + {out}²)", lambda r: 1 + r.array("result") ** 2),
    unary("Asin", "asin", "1/√(1 − {self}²)", lambda r: 1 / np.sqrt(1 - r.array("self") ** 2)),
    unary("Acos", "acos", "(−1/√(1 − {self}²))", lambda r: -1 / np.sqrt(1 - r.array("self") ** 2)),
    unary("Atan", "atan", "1/(1 + {self}²)", lambda r: 1 / (1 + r.array("self") ** 2)),
    unary("Sinh", "sinh", "cosh({self})", lambda r: np.cosh(r.array("self"))),
    unary("Cosh", "cosh", "sinh({self})", lambda r: np.sinh(r.array("self"))),
    unary("Asinh", "asinh", "1/√({self}² + 1)", lambda r: 1 / np.sqrt(r.array("self") ** 2 + 1)),
    unary("Acosh", "acosh", "1/√({self}² − 1)", lambda r: 1 / np.sqrt(r.array("self") ** 2 - 1)),
    unary("Atanh", "atanh", "1/(1 − {self}²)", lambda r: 1 / (1 - r.array("self") ** 2)),
    unary("Erf", "erf", "2/√π·exp(−{self}²)", lambda r: 2 / math.sqrt(math.pi) * np.exp(-(r.array("self") ** 2))),
    unary("Erfc", "erfc", "(−2/√π·exp(−{self}²))", lambda r: -2 / math.sqrt(math.pi) * np.exp(-(r.array("self") ** 2))),
    unary("Sigmoid", "sigmoid", "{out}·(1 − {out})", lambda r: r.array("result") * (1 - r.array("result"))),
    unary("Tanh", "tanh", "(1 − {out}²)", lambda r: 1 - r.array("result") ** 2),
)
