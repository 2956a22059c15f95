"""Rules of ops that only move elements: the gradient is moved back the same way."""

import math

import numpy as np

from engine.explain.rules.rule import Rule, SlotRule, maps, symbolic, times
from engine.explain.rules.run import Floats, NodeRun, OperandMissingError, Shape, reduced_to


def _reshaped(run: NodeRun) -> Floats:
    shape = run.shape(0)
    if math.prod(shape) != run.gradient.size:
        raise OperandMissingError("shapes do not fit")
    return run.gradient.reshape(shape)


def _swapped(run: NodeRun) -> Floats:
    g = run.gradient
    if g.ndim < 2:
        return g
    return np.swapaxes(g, run.integer("dim0", 0), run.integer("dim1", 1))


def _flipped(run: NodeRun) -> Floats:
    return np.flip(run.gradient, run.integers("dims") or ())


def _rolled(run: NodeRun) -> Floats:
    shifts, dims = run.integers("shifts") or (), run.integers("dims")
    back = tuple(-shift for shift in shifts)
    if dims is None:
        return np.roll(run.gradient, back[0]).reshape(run.shape(0))
    return np.asarray(np.roll(run.gradient, back, dims))


def _unpermuted(run: NodeRun) -> Floats:
    dims = run.integers("dims")
    rank = run.gradient.ndim
    return np.transpose(run.gradient, np.argsort([dim % rank for dim in dims])) if dims else run.gradient


def _unrepeated(run: NodeRun) -> Floats:
    shape, repeats = run.shape(0), run.integers("repeats") or ()
    padded = (1,) * (len(repeats) - len(shape)) + shape
    pairs: Shape = tuple(number for pair in zip(repeats, padded, strict=True) for number in pair)
    return np.asarray(run.gradient.reshape(pairs).sum(axis=tuple(range(0, len(pairs), 2)))).reshape(shape)


def _placed(run: NodeRun, index: "tuple[slice | int, ...]") -> Floats:
    whole = np.zeros(run.shape(0))
    whole[index] = run.gradient
    return whole


def _selected(run: NodeRun) -> Floats:
    axis = run.integer("dim", 0) % max(1, len(run.shape(0)))
    return _placed(run, (*(slice(None),) * axis, run.integer("index", 0)))


def _sliced(run: NodeRun) -> Floats:
    axis = run.integer("dim", 0) % max(1, len(run.shape(0)))
    bounds = slice(run.integer("start", 0), run.integer("end", 1 << 62), run.integer("step", 1))
    return _placed(run, (*(slice(None),) * axis, bounds))


def _joined(run: NodeRun) -> Floats:
    """The pieces of a split come back side by side; a piece without a gradient counts as zeros."""
    shape = run.shape(0)
    axis = run.integer("dim", 0) % max(1, len(shape))
    sizes = run.integers("split_sizes")
    step = run.integer("split_size", 1)
    lead: tuple[slice | int, ...] = (slice(None),) * axis
    whole, start = np.zeros(shape), 0
    for slot, gradient in enumerate(run.upstream):
        width = sizes[slot] if sizes else min(step, shape[axis] - start)
        if gradient is not None:
            whole[(*lead, slice(start, start + width))] = gradient
        start += width
    return whole


def _stacked(run: NodeRun) -> Floats:
    shape = run.shape(0)
    axis = run.integer("dim", 0) % max(1, len(shape))
    lead: tuple[slice | int, ...] = (slice(None),) * axis
    whole = np.zeros(shape)
    for slot, gradient in enumerate(run.upstream):
        if gradient is not None:
            whole[(*lead, slot)] = gradient
    return whole


def _scattered(run: NodeRun) -> Floats:
    """The gradient of ``x.gather(dim, index)``: added up at the places that were read."""
    whole = np.zeros(run.shape(0))
    axis = run.integer("dim", 0) % max(1, whole.ndim)
    index = run.raw("index").astype(np.int64)
    places = [index if at == axis else place for at, place in enumerate(np.indices(index.shape))]
    np.add.at(whole, tuple(places), run.gradient)
    return whole


def _index_selected(run: NodeRun) -> Floats:
    whole = np.zeros(run.shape(0))
    axis = run.integer("dim", 0) % max(1, whole.ndim)
    moved = np.moveaxis(whole, axis, 0)
    np.add.at(moved, run.raw("index").astype(np.int64), np.moveaxis(run.gradient, axis, 0))
    return whole


def _indexed(run: NodeRun) -> Floats:
    """The gradient of ``x[indices]`` where one tensor indexes the first dimensions."""
    index = run.raw("indices")
    whole = np.zeros(run.shape(0))
    places = np.nonzero(index) if index.dtype == np.bool_ else (index.astype(np.int64),)
    np.add.at(whole, places, run.gradient)
    return whole


def _unpadded(run: NodeRun) -> Floats:
    pad = run.integers("pad") or ()
    g = run.gradient
    for place in range(len(pad) // 2):
        axis = g.ndim - 1 - place
        before, after = max(0, pad[2 * place]), max(0, pad[2 * place + 1])
        g = np.take(g, range(before, g.shape[axis] - after), axis=axis)
    return g if g.shape == run.shape(0) else _misfit()


def _misfit() -> Floats:
    raise OperandMissingError("shapes do not fit")


def _one(nodes: str, title: str, slot: SlotRule) -> Rule:
    return Rule(tuple(nodes.split()), title, ("self",), (slot,), (title,))


RULES = (
    _one("View UnsafeView ReshapeAlias Reshape", "reshape", maps("{g}, reshaped like {self}", _reshaped)),
    _one("Squeeze", "squeeze", maps("{g}, reshaped like {self}", _reshaped)),
    _one("Unsqueeze", "unsqueeze", maps("{g}, reshaped like {self}", _reshaped)),
    _one("T", "t", maps("{g}ᵀ", lambda r: r.gradient.T)),
    _one("Transpose", "transpose", maps("{g}, the same two dimensions swapped back", _swapped)),
    _one("Permute", "permute", maps("{g}, dimensions put back in order", _unpermuted)),
    _one("Expand", "expand", maps("{g}, summed over the copies", lambda r: reduced_to(r.gradient, r.shape(0)))),
    _one("Repeat", "repeat", maps("{g}, summed over the copies", _unrepeated)),
    _one("Select", "select", maps("{g} at the chosen index, 0 elsewhere", _selected)),
    _one("Slice", "slice", maps("{g} inside the slice, 0 elsewhere", _sliced)),
    _one(
        "Split SplitWithSizes UnsafeSplit UnsafeSplitWithSizes",
        "split",
        maps("the pieces' gradients, side by side", _joined),
    ),
    _one("Unbind", "unbind", maps("the pieces' gradients, stacked", _stacked)),
    _one("Gather", "gather", maps("{g}, added up where it was read", _scattered)),
    _one("IndexSelect", "index_select", maps("{g}, added up where it was read", _index_selected)),
    _one("Index", "index", maps("{g}, added up where it was read", _indexed)),
    _one("ConstantPadNd", "pad", maps("{g} without the padding", _unpadded)),
    _one("Flip", "flip", maps("{g}, flipped back", _flipped)),
    _one("Roll", "roll", maps("{g}, rolled back", _rolled)),
    _one("Tril", "tril", maps("the lower triangle of {g}", lambda r: np.tril(r.gradient, r.integer("diagonal", 0)))),
    _one("Triu", "triu", maps("the upper triangle of {g}", lambda r: np.triu(r.gradient, r.integer("diagonal", 0)))),
    _one("Clone", "clone", times("1", lambda _: 1.0)),
    _one("Alias", "alias", times("1", lambda _: 1.0)),
    _one("ToCopy", "to", times("1", lambda _: 1.0)),
    _one("Diagonal", "diagonal", symbolic("{g} on the diagonal, 0 elsewhere")),
    _one("AsStrided", "as_strided", symbolic("{g}, added up where the view read it")),
    _one("CopySlices", "copy into a view", symbolic("{g}, inside the view through the op that changed it")),
    Rule(("CopyBackwards",), "copy", ("self", "other"), (symbolic("0, it was overwritten"), symbolic("{g}"))),
)
