"""Rules of the layers of networks: convolution, pooling, normalization, embedding, attention."""

import numpy as np

from engine.explain.rules.rule import Rule, SlotRule, maps, symbolic
from engine.explain.rules.run import Floats, NodeRun, OperandMissingError, Shape


def _channel_axes(rank: int) -> Shape:
    return (0, *range(2, rank))


def _channel_sum(run: NodeRun) -> Floats:
    return np.asarray(run.gradient.sum(axis=_channel_axes(run.gradient.ndim)))


def _max_pool(run: NodeRun) -> Floats:
    """Every window sends its gradient to the element that won; saved indices count within one image plane."""
    shape, indices, g = run.shape(0), run.raw("result1").astype(np.int64), run.gradient
    plane = shape[-1] * shape[-2]
    flat = np.zeros((int(np.prod(shape[:-2])), plane))
    rows = np.arange(flat.shape[0])[:, None]
    np.add.at(flat, (rows, indices.reshape(flat.shape[0], -1)), g.reshape(flat.shape[0], -1))
    return flat.reshape(shape)


def _avg_pool(run: NodeRun) -> Floats:
    kernel, stride = run.integers("kernel_size") or (), run.integers("stride")
    shape, g = run.shape(0), run.gradient
    if any(run.integers("padding") or ()) or run.flag("ceil_mode") or len(kernel) != 2:
        raise OperandMissingError("padded pooling is shown by formula only")
    step = stride or kernel
    whole = np.zeros(shape)
    for row in range(kernel[0]):
        for column in range(kernel[1]):
            target = whole[
                ..., row : row + step[0] * g.shape[-2] : step[0], column : column + step[1] * g.shape[-1] : step[1]
            ]
            target += g / (kernel[0] * kernel[1])
    return whole


def _normalized(run: NodeRun) -> tuple[Floats, Floats, Shape]:
    """Return the normalized input, 1/σ and the axes over which mean and σ were taken, of a layer norm."""
    x, mean, rstd = run.array("input"), run.array("result1"), run.array("result2")
    axes = tuple(range(x.ndim - len(run.integers("normalized_shape") or (1,)), x.ndim))
    return (x - mean) * rstd, rstd, axes


def _layer_norm(run: NodeRun) -> Floats:
    unit, rstd, axes = _normalized(run)
    g = run.gradient * (run.array("weight") if run.has("weight") else 1.0)
    mean = g.mean(axis=axes, keepdims=True)
    return np.asarray(rstd * (g - mean - unit * (g * unit).mean(axis=axes, keepdims=True)))


def _layer_norm_weight(run: NodeRun) -> Floats:
    unit, _, axes = _normalized(run)
    return np.asarray((run.gradient * unit).sum(axis=tuple(range(axes[0]))))


def _layer_norm_bias(run: NodeRun) -> Floats:
    g = run.gradient
    return np.asarray(g.sum(axis=tuple(range(g.ndim - len(run.integers("normalized_shape") or (1,))))))


def _batch_unit(run: NodeRun) -> tuple[Floats, Floats]:
    x = run.array("input")
    shape = (1, -1, *(1,) * (x.ndim - 2))
    if run.flag("training"):
        mean, rstd = run.array("result1"), run.array("result2")
    else:
        mean = run.array("running_mean")
        rstd = 1 / np.sqrt(run.array("running_var") + run.number("eps", 1e-5))
    return (x - mean.reshape(shape)) * rstd.reshape(shape), rstd.reshape(shape)


def _batch_norm(run: NodeRun) -> Floats:
    unit, rstd = _batch_unit(run)
    shape = (1, -1, *(1,) * (unit.ndim - 2))
    g = run.gradient * (run.array("weight").reshape(shape) if run.has("weight") else 1.0)
    if not run.flag("training"):
        return g * rstd
    axes = _channel_axes(g.ndim)
    mean = g.mean(axis=axes, keepdims=True)
    return np.asarray(rstd * (g - mean - unit * (g * unit).mean(axis=axes, keepdims=True)))


def _batch_norm_weight(run: NodeRun) -> Floats:
    unit, _ = _batch_unit(run)
    return np.asarray((run.gradient * unit).sum(axis=_channel_axes(unit.ndim)))


def _embedding(run: NodeRun) -> Floats:
    indices, whole = run.raw("indices").astype(np.int64), np.zeros(run.shape(0))
    if run.flag("scale_grad_by_freq"):
        raise OperandMissingError("gradients scaled by frequency are shown by formula only")
    padding = run.integer("padding_idx", -1)
    rows = run.gradient.reshape(-1, whole.shape[-1])
    kept = indices.reshape(-1) != padding
    np.add.at(whole, indices.reshape(-1)[kept], rows[kept])
    return whole


_NORM = "({weight}⊙{g} − mean − x̂·mean({weight}⊙{g}⊙x̂))/σ"

RULES = (
    Rule(
        ("Convolution", "MkldnnConvolution", "ThnnConv2D", "SlowConv2D"),
        "conv",
        ("input", "weight", "bias"),
        (
            symbolic("{g} ∗ {weight}, the kernel turned by 180°"),
            symbolic("{input} ⋆ {g}, summed over the batch"),
            maps("{g}, summed over batch and space", _channel_sum),
        ),
    ),
    Rule(
        ("MaxPool2DWithIndices",),
        "max_pool2d",
        ("self",),
        (maps("{g} at the largest of each window, 0 elsewhere", _max_pool),),
    ),
    Rule(
        ("MaxPool3DWithIndices",),
        "max_pool3d",
        ("self",),
        (symbolic("{g} at the largest of each window, 0 elsewhere"),),
    ),
    Rule(("AvgPool2D",), "avg_pool2d", ("self",), (maps("{g}/k, spread over each window of k", _avg_pool),)),
    Rule(
        ("AdaptiveAvgPool2D", "AvgPool3D", "AdaptiveAvgPool3D"),
        "avg_pool",
        ("self",),
        (symbolic("{g}/k, spread over each window of k"),),
    ),
    Rule(
        ("AdaptiveMaxPool2D", "AdaptiveMaxPool3D"),
        "adaptive_max_pool",
        ("self",),
        (symbolic("{g} at the largest of each window, 0 elsewhere"),),
    ),
    Rule(
        ("NativeLayerNorm",),
        "layer_norm",
        ("input", "weight", "bias"),
        (
            maps(_NORM, _layer_norm),
            maps("Σ {g} ⊙ x̂", _layer_norm_weight),
            maps("Σ {g}", _layer_norm_bias),
        ),
        ("layer_norm",),
    ),
    Rule(
        ("NativeBatchNorm", "CudnnBatchNorm", "MiopenBatchNorm"),
        "batch_norm",
        ("input", "weight", "bias"),
        (
            maps(_NORM, _batch_norm),
            maps("Σ {g} ⊙ x̂", _batch_norm_weight),
            maps("Σ {g}", _channel_sum),
        ),
    ),
    Rule(
        ("NativeGroupNorm",),
        "group_norm",
        ("input", "weight", "bias"),
        (
            symbolic(_NORM),
            symbolic("Σ {g} ⊙ x̂"),
            maps("Σ {g}", _channel_sum),
        ),
    ),
    Rule(
        ("Embedding",), "embedding", ("weight",), (maps("{g}, added up in the rows that were looked up", _embedding),)
    ),
    Rule(
        (
            "ScaledDotProductFlashAttentionForCpu",
            "ScaledDotProductFlashAttention",
            "ScaledDotProductEfficientAttention",
            "ScaledDotProductCudnnAttention",
            "ScaledDotProductFusedAttentionOverrideable",
        ),
        "attention",
        ("query", "key", "value"),
        (
            symbolic("softmax′(P, {g} · {value}ᵀ) · {key}/√d"),
            symbolic("softmax′(P, {g} · {value}ᵀ)ᵀ · {query}/√d"),
            SlotRule("Pᵀ · {g}, P = softmax({query} · {key}ᵀ/√d)"),
        ),
    ),
    Rule(
        ("ThnnFusedLstmCell",),
        "lstm cell",
        ("input_gates", "hidden_gates", "cx"),
        (
            symbolic("{g} through the four gates"),
            symbolic("{g} through the four gates"),
            symbolic("∂L/∂c′ ⊙ forget gate"),
        ),
    ),
    Rule(("MkldnnRnnLayer", "CudnnRnn"), "rnn", (), (symbolic("{g}, carried back through time"),), variadic=True),
    Rule(
        ("GridSampler2D", "UpsampleNearest2D", "UpsampleBilinear2D"),
        "resample",
        ("self",),
        (symbolic("{g}, shared among the pixels that were read"),),
    ),
)
