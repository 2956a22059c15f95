"""How many operations the backward passes of products take, from what their nodes saved and which gradients they made.

Each gradient of a product is a product with as many operations as the forward one. For convolutions in groups that is
less than ``torch.utils.flop_counter`` says, which takes each filter to meet all channels.
"""

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from engine.runtime.compat import Node
from engine.runtime.recorder.costs.products import (
    attention_backward_flops,
    convolution_flops,
    matrix_elements,
)

Saved = Mapping[str, Any]
"""What a node saved, by name: a tensor, or a tuple of them."""
Wanted = tuple[bool, ...]
"""For each input of the forward function: whether its gradient was computed."""
BackwardFormula = Callable[[Node, Saved, Tensor, Wanted], int]
"""From a node, what it saved, the first gradient that came in, and which were asked for; may raise ``Exception``."""


def _pair(left: str, right: str, first: int) -> BackwardFormula:
    """Return the formula of a product of matrices saved as ``left`` and ``right``, inputs ``first`` and the next."""

    def formula(_node: Node, saved: Saved, came: Tensor, wanted: Wanted) -> int:
        depth = saved[left].shape[-1] if left in saved else saved[right].shape[-2]
        return 2 * came.numel() * int(depth) * sum(wanted[first : first + 2])

    return formula


def _summed(_node: Node, saved: Saved, came: Tensor, wanted: Wanted) -> int:
    matrices, other = (saved["batch1"], -1) if "batch1" in saved else (saved["batch2"], -2)
    return 2 * int(matrices.numel() * came.shape[other]) * sum(wanted[1:3])


def _vector(matrix: str, first: int) -> BackwardFormula:
    """Return the formula of a matrix times a vector: an outer product for the one, a product for the other."""

    def formula(_node: Node, saved: Saved, came: Tensor, wanted: Wanted) -> int:
        for_matrix = came.numel() * saved["vec"].numel() if wanted[first] else 0
        return for_matrix + (2 * saved[matrix].numel() if wanted[first + 1] else 0)

    return formula


def _dot(_node: Node, saved: Saved, _came: Tensor, wanted: Wanted) -> int:
    return int(next(iter(saved.values())).numel()) * sum(wanted[:2])


def _linear(_node: Node, saved: Saved, came: Tensor, wanted: Wanted) -> int:
    depth = next(saved[name] for name in ("weight", "input") if name in saved).shape[-1]
    return 2 * came.numel() * int(depth) * sum(wanted[:2])


def _convolution(node: Node, saved: Saved, came: Tensor, wanted: Wanted) -> int:
    many = saved["input"] if node._saved_transposed else came  # noqa: SLF001 - torch's only way to it
    return convolution_flops(many, saved["weight"]) * sum(wanted[:2])


def _recurrent(_node: Node, saved: Saved, _came: Tensor, _wanted: Wanted) -> int:
    data = saved["input"]
    named = [saved[name] for name in saved if name.startswith("weight") and name != "weight_buf"]
    weights = [part for found in named for part in (found if isinstance(found, tuple | list) else (found,))]
    rows: int = data.numel() // data.shape[-1]
    return 4 * rows * matrix_elements(weights)


def _attention(_node: Node, saved: Saved, _came: Tensor, _wanted: Wanted) -> int:
    return attention_backward_flops(saved["query"], saved["key"], saved["value"])


_ATTENTION = ("FlashAttentionForCpu", "FlashAttention", "EfficientAttention", "CudnnAttention")

BACKWARD_PRODUCTS: Mapping[str, BackwardFormula] = {
    "Mm": _pair("self", "mat2", 0),
    "Bmm": _pair("self", "mat2", 0),
    "Addmm": _pair("mat1", "mat2", 1),
    "Baddbmm": _pair("batch1", "batch2", 1),
    "Addbmm": _summed,
    "Mv": _vector("self", 0),
    "Addmv": _vector("mat", 1),
    "Dot": _dot,
    "Vdot": _dot,
    "Linear": _linear,
    "Convolution": _convolution,
    "MkldnnRnnLayer": _recurrent,
    "CudnnRnn": _recurrent,
    **dict.fromkeys((f"ScaledDotProduct{kind}" for kind in _ATTENTION), _attention),
}
"""By the name of a node without ``Backward0``."""
