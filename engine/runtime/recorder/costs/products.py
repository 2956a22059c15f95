"""How many operations products of matrices take: a multiplication and an addition count as two, biases as none.

The formulas are those of ``torch.utils.flop_counter``, for functions as a person calls them instead of operators of
ATen, and for some that it does not know: recurrent layers, products with a vector.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor

Arguments = Sequence[Any]
Keywords = Mapping[str, Any]
Formula = Callable[[Arguments, Keywords, Tensor], int]
"""From positional and keyword arguments and the first result; raises any ``Exception`` where they do not fit."""


def _linear(args: Arguments, kwargs: Keywords, out: Tensor) -> int:
    data, weight = _pair(args, kwargs, "weight")
    return 2 * out.numel() * weight.shape[-1] if weight.ndim > 1 else 2 * data.numel()


def _matmul(args: Arguments, kwargs: Keywords, out: Tensor) -> int:
    left, _ = _pair(args, kwargs, "other", "mat2", "vec2", "vec", "tensor")
    return 2 * out.numel() * left.shape[-1]


def _added(args: Arguments, kwargs: Keywords, out: Tensor) -> int:
    left = args[1] if len(args) > 1 else next(kwargs[name] for name in ("mat1", "batch1", "mat") if name in kwargs)
    return 2 * out.numel() * int(left.shape[-1])


def _summed(args: Arguments, kwargs: Keywords, out: Tensor) -> int:
    left = args[1] if len(args) > 1 else kwargs["batch1"]
    return 2 * out.numel() * int(left.shape[0] * left.shape[-1])


def _inner(args: Arguments, kwargs: Keywords, out: Tensor) -> int:
    left, _ = _pair(args, kwargs, "other")
    return 2 * out.numel() * (left.shape[-1] if left.ndim else 1)


def _convolution(args: Arguments, kwargs: Keywords, out: Tensor) -> int:
    _, weight = _pair(args, kwargs, "weight")
    return convolution_flops(out, weight)


def _transposed(args: Arguments, kwargs: Keywords, _out: Tensor) -> int:
    data, weight = _pair(args, kwargs, "weight")
    return convolution_flops(data, weight)


def convolution_flops(many: Tensor, weight: Tensor) -> int:
    """Return the count of a convolution.

    Args:
        many: Its output, or its input if it is a transposed one: where each element meets the whole filter.
        weight: Its filters, channels of one group only.
    """
    dimensions = weight.ndim - 2
    batch = many.shape[0] if many.ndim > dimensions + 1 else 1
    return 2 * batch * math.prod(many.shape[many.ndim - dimensions :]) * weight.numel()


def _attention(args: Arguments, kwargs: Keywords, _out: Tensor) -> int:
    named = [args[place] if place < len(args) else kwargs[name] for place, name in enumerate(("query", "key", "value"))]
    return attention_flops(*named)


def attention_flops(query: Tensor, key: Tensor, value: Tensor) -> int:
    """Return the count of scaled dot products; masks save nothing."""
    scores = query.numel() * key.shape[-2]
    return 2 * scores + 2 * scores // query.shape[-1] * value.shape[-1]


def attention_backward_flops(query: Tensor, key: Tensor, value: Tensor) -> int:
    """Return the count of their backward pass, which makes the scores again."""
    scores = query.numel() * key.shape[-2]
    return 6 * scores + 4 * scores // query.shape[-1] * value.shape[-1]


def _recurrent(args: Arguments, _kwargs: Keywords, _out: Tensor) -> int:
    data = args[0]
    if isinstance(args[3], list | tuple):  # packed sequences: data, batch sizes, first state, weights
        return 2 * len(data) * matrix_elements(args[3])
    rows: int = data.numel() // data.shape[-1]
    return 2 * rows * matrix_elements(args[2])


def _cell(args: Arguments, _kwargs: Keywords, _out: Tensor) -> int:
    rows: int = args[0].numel() // args[0].shape[-1]
    return 2 * rows * matrix_elements(args[2:4])


def matrix_elements(weights: Sequence[Any]) -> int:
    """Return how many numbers the matrices among some weights have, biases left out."""
    return sum(weight.numel() for weight in weights if isinstance(weight, Tensor) and weight.ndim == 2)


def _einsum(args: Arguments, _kwargs: Keywords, _out: Tensor) -> int:
    operands = args[1] if isinstance(args[1], list | tuple) else args[1:]
    return einsum_flops(args[0], [tuple(operand.shape) for operand in operands])


def einsum_flops(equation: str, shapes: Sequence[tuple[int, ...]]) -> int:
    """Return the count of an einsum, from left to right as torch goes without ``opt_einsum``.

    Raises:
        ValueError: If the equation has an ellipsis or does not fit.
    """
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if "." in equation or len(terms) != len(shapes):
        raise ValueError(equation)
    kept = right if arrow else "".join(letter for letter in sorted(set(left) - {","}) if left.count(letter) == 1)
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        for letter, size in zip(term, shape, strict=True):
            sizes[letter] = max(size, sizes.get(letter, 1))
    return sum(_pairs(terms, kept, sizes))


def _pairs(terms: list[str], kept: str, sizes: Mapping[str, int]) -> Iterator[int]:
    done = set(terms[0])
    for place, term in enumerate(terms[1:], 1):
        needed = set(kept).union(*terms[place + 1 :])
        both = done & set(term)
        # What only one of the two has and nobody needs later is summed up before they are multiplied.
        involved = {letter for letter in done | set(term) if letter in needed or letter in both}
        is_product = bool(involved - needed)
        yield math.prod(sizes[letter] for letter in involved) * (2 if is_product else 1)
        done = involved & needed


def _tensordot(args: Arguments, _kwargs: Keywords, out: Tensor) -> int:
    left, right = args[:2]  # (free, summed) and (summed, other free): each size is in two of the three
    return 2 * math.isqrt(left.numel() * right.numel() * out.numel())


def _pair(args: Arguments, kwargs: Keywords, *names: str) -> tuple[Tensor, Tensor]:
    first = args[0] if args else kwargs["input"]
    second = args[1] if len(args) > 1 else next(kwargs[name] for name in names if name in kwargs)
    return first, second


PRODUCTS: Mapping[str, Formula] = {
    "linear": _linear,
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "dot", "vdot"), _matmul),
    **dict.fromkeys(("addmm", "addmv", "baddbmm"), _added),
    "rmatmul": lambda args, _, out: 2 * out.numel() * int(args[0].shape[0 if args[0].ndim == 1 else -2]),
    "addbmm": _summed,
    "inner": _inner,
    "tensordot": _tensordot,
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _convolution),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), _transposed),
    "scaled_dot_product_attention": _attention,
    **dict.fromkeys(("lstm", "gru", "rnn_tanh", "rnn_relu"), _recurrent),
    **dict.fromkeys(("lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"), _cell),
    "einsum": _einsum,
}
"""By the name of a step."""
