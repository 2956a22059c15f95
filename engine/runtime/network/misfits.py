"""Why what goes into a node does not fit, in one sentence, and what would help."""

import ast
import math
from collections.abc import Sequence

import torch

from engine.network.errors import NetworkError
from engine.network.network import Node, NodeKind
from engine.protocol.network import Fix, InsertFix, Misfit, SetFix

_FEATURES = {
    "Linear": ("in_features", -1), "LSTM": ("input_size", -1), "GRU": ("input_size", -1), "RNN": ("input_size", -1),
    "MultiheadAttention": ("embed_dim", -1), "TransformerEncoderLayer": ("d_model", -1),
    "BatchNorm1d": ("num_features", 1), "BatchNorm2d": ("num_features", 1), "GroupNorm": ("num_channels", 1),
    "Conv1d": ("in_channels", -2), "Conv2d": ("in_channels", -3), "Conv3d": ("in_channels", -4),
    "ConvTranspose1d": ("in_channels", -2), "ConvTranspose2d": ("in_channels", -3),
}  # fmt: skip
"""Which setting must be which size of the input."""
_LONGEST = 240


def misfit(node: Node, operands: Sequence[object], error: Exception) -> Misfit:
    """Return what is wrong with a node that raised ``error`` on ``operands``."""
    shapes = [tuple(one.shape) for one in operands if isinstance(one, torch.Tensor)]
    numbers = [one.dtype for one in operands if isinstance(one, torch.Tensor)]
    if isinstance(error, NetworkError):
        return Misfit(name=node.name, text=str(error))
    if node.kind is NodeKind.LAYER and shapes:
        found = _layer_misfit(node, shapes[0], numbers[0])
        if found is not None:
            return found
    if node.kind is NodeKind.FUNCTION and len(shapes) > 1:
        found = _function_misfit(node, shapes)
        if found is not None:
            return found
    said = str(error).strip().partition("\n")[0].rstrip(".")
    said = said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"
    got = f" ({' and '.join(map(_shape_text, shapes))} came in)" if shapes else ""
    return Misfit(name=node.name, text=f"{node.name} cannot be computed: {said or type(error).__name__}{got}.")


def _layer_misfit(node: Node, shape: tuple[int, ...], numbers: torch.dtype) -> Misfit | None:
    if node.type == "Embedding" and numbers.is_floating_point:
        return Misfit(name=node.name, text=f"{node.name} looks up whole numbers, and {_type_text(numbers)} came in.")
    setting, axis = _FEATURES.get(node.type, ("", 0))
    wanted = next((_number(one.text) for one in node.settings if one.name == setting), None)
    place = axis if axis >= 0 else len(shape) + axis
    if wanted is None or not 0 <= place < len(shape) or shape[place] == wanted:
        return None
    fixes: list[Fix] = [SetFix(setting, str(shape[place]))]
    if node.type == "Linear" and len(shape) > 2 and math.prod(shape[1:]) == wanted:
        fixes.insert(0, InsertFix("Flatten"))
    text = (
        f"{node.name} wants {wanted} ({setting}), and dimension {place} of what comes in, {_shape_text(shape)}, "
        f"is {shape[place]}."
    )
    return Misfit(name=node.name, text=text, fixes=tuple(fixes))


def _function_misfit(node: Node, shapes: Sequence[tuple[int, ...]]) -> Misfit | None:
    left, right = shapes[0], shapes[1]
    both = f"{_shape_text(left)} and {_shape_text(right)}"
    if node.type == "matmul" and len(left) > 1 and len(right) > 1 and left[-1] != right[-2]:
        text = f"{node.name} multiplies {both}: the last dimension is {left[-1]}, and the one it meets is {right[-2]}."
        return Misfit(name=node.name, text=text)
    if node.type in {"add", "sub", "mul", "div"}:
        for back in range(1, min(len(left), len(right)) + 1):
            sizes = {left[-back], right[-back]}
            if len(sizes) == 2 and 1 not in sizes:
                place = max(len(left), len(right)) - back
                text = f"{node.name} joins {both}: dimension {place} is {left[-back]} and {right[-back]}."
                return Misfit(name=node.name, text=text)
    if node.type in {"cat", "stack"}:
        axis = next((_number(one.text) for one in node.settings if one.name == "dim"), 0) or 0
        for index, (one, other) in enumerate(zip(left, right, strict=False)):
            if one != other and (node.type == "stack" or index != axis % len(left)):
                text = f"{node.name} joins {both} along dimension {axis}: dimension {index} is {one} and {other}."
                return Misfit(name=node.name, text=text)
    return None


def _number(text: str) -> int | None:
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    return found if isinstance(found, int) else None


def _shape_text(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a single number"


def _type_text(numbers: torch.dtype) -> str:
    return str(numbers).removeprefix("torch.")
