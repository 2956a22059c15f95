"""Rules of sums, means, extremes, norms and softmax."""

from collections.abc import Callable

import numpy as np

from engine.explain.rules.rule import Local, Rule, SlotRule, Times, maps
from engine.explain.rules.run import Floats, NodeRun, OperandMissingError, count, expanded, reduced_axes


def _spread(local: str, function: Callable[[NodeRun], Floats | float]) -> SlotRule:
    """Every element of the input gets its share of the gradient of the result that it went into."""

    def compute(run: NodeRun) -> Local:
        shape = run.shape(0)
        factor = np.broadcast_to(np.asarray(function(run), dtype=np.float64), shape)
        return Times(factor, np.broadcast_to(expanded(run, run.gradient), shape))

    return SlotRule("{g}, spread over {self}" if local == "1" else f"{{g}} · {local}", local, compute)


def _size(run: NodeRun) -> int:
    return count(run.shape(0), reduced_axes(run))


def _result(run: NodeRun) -> Floats:
    return expanded(run, run.array("result"))


def _extreme(run: NodeRun) -> Floats:
    """The extreme elements share the gradient evenly."""
    hits = (run.array("self") == _result(run)).astype(np.float64)
    return np.asarray(hits / np.maximum(1.0, hits.sum(axis=reduced_axes(run), keepdims=True)))


def _picked(run: NodeRun) -> Floats:
    shape, axis = run.shape(0), reduced_axes(run)[0] if run.shape(0) else 0
    chosen = np.zeros(shape)
    if not shape:
        return np.ones(())
    indices = run.raw("indices").astype(np.int64)
    at = indices if run.flag("keepdim") else np.expand_dims(indices, axis)
    np.put_along_axis(chosen, at, 1.0, axis=axis)
    return chosen


def _product(run: NodeRun) -> Floats:
    x, axes = run.array("self"), reduced_axes(run)
    if np.any(x == 0):
        raise OperandMissingError("a factor is zero")
    return np.asarray(_result(run) / x) if axes else np.ones(x.shape)


def _degrees(run: NodeRun) -> float:
    correction = run.number("correction", 1.0)
    return max(0.0, _size(run) - correction)


def _centred(run: NodeRun) -> Floats:
    x = run.array("self")
    return np.asarray(x - x.mean(axis=reduced_axes(run), keepdims=True))


def _variance(run: NodeRun) -> Floats:
    return 2 * _centred(run) / _degrees(run)


def _deviation(run: NodeRun) -> Floats:
    result = _result(run)
    return _centred(run) / (_degrees(run) * np.where(result == 0, np.inf, result))


def _norm(run: NodeRun) -> Floats:
    x, result = run.array("self"), _result(run)
    order = run.number("ord", run.number("p", 2.0))
    if order == 1:
        return np.sign(x)
    if order != 2:
        raise OperandMissingError("only the norms of order 1 and 2 are worked out")
    return np.where(result == 0, 0.0, x / np.where(result == 0, 1.0, result))


def _logsumexp(run: NodeRun) -> Floats:
    return np.exp(run.array("self") - _result(run))


def _axis(run: NodeRun) -> int:
    return run.integer("dim", -1)


def _softmax(run: NodeRun) -> Floats:
    y, g = run.array("result"), run.gradient
    if not y.shape:
        return np.zeros(())
    return np.asarray(y * (g - np.sum(g * y, axis=_axis(run), keepdims=True)))


def _log_softmax(run: NodeRun) -> Floats:
    g = run.gradient
    if not g.shape:
        return np.zeros(())
    return np.asarray(g - np.exp(run.array("result")) * np.sum(g, axis=_axis(run), keepdims=True))


def _cumsum(run: NodeRun) -> Floats:
    axis = run.integer("dim", 0)
    g = run.gradient
    return np.asarray(np.flip(np.cumsum(np.flip(g, axis), axis), axis)) if g.shape else g


def _one(nodes: str, title: str, slot: SlotRule, ops: tuple[str, ...] = ()) -> Rule:
    return Rule(tuple(nodes.split()), title, ("self",), (slot,), ops or (title,))


RULES = (
    _one("Sum", "sum", _spread("1", lambda _: 1.0)),
    _one("Mean", "mean", _spread("1/n", lambda r: 1.0 / max(1, _size(r)))),
    _one("Prod", "prod", _spread("{out}/{self}", _product)),
    _one("Var", "var", _spread("2({self} − mean)/(n − {correction})", _variance)),
    _one("Std", "std", _spread("({self} − mean)/((n − {correction})·{out})", _deviation)),
    _one("LinalgVectorNorm Norm", "norm", _spread("{self}/{out}", _norm), ("norm", "vector_norm")),
    _one("MaxBackward1", "max", _spread("[{self} is the maximum]", _extreme)),
    _one("MinBackward1", "min", _spread("[{self} is the minimum]", _extreme)),
    _one("Amax", "amax", _spread("[{self} is the maximum]", _extreme)),
    _one("Amin", "amin", _spread("[{self} is the minimum]", _extreme)),
    _one("MaxBackward0", "max", _spread("[{self} is the maximum]", _picked)),
    _one("MinBackward0", "min", _spread("[{self} is the minimum]", _picked)),
    _one("MedianBackward1 Mode Kthvalue", "median", _spread("[{self} was picked]", _picked)),
    _one("Logsumexp", "logsumexp", _spread("softmax({self})", _logsumexp)),
    _one("Softmax", "softmax", maps("{out} ⊙ ({g} − Σ {g} ⊙ {out})", _softmax)),
    _one("LogSoftmax", "log_softmax", maps("{g} − softmax({self}) · Σ {g}", _log_softmax)),
    _one("Cumsum", "cumsum", maps("sum of {g} from here to the end", _cumsum)),
)
