"""Why what goes into a node does not fit, in one sentence, and what would help."""

import ast
import math
from collections.abc import Sequence

import torch

from engine.network.errors import NetworkError
from engine.network.features import size_dimension, size_setting, wanted_size
from engine.network.network import Node, NodeKind, Setting
from engine.protocol.network import Fix, InsertFix, Misfit, SetFix

_LONGEST = 240
_PICTURES = {"Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d", "BatchNorm2d"}
_JOINING = {"add", "sub", "mul", "div"}


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
    if node.type in _PICTURES and len(shape) == 2:
        return _flat_misfit(node, shape)
    wanted, place, setting = wanted_size(node), size_dimension(node, len(shape)), size_setting(node)
    if wanted is None or place is None or shape[place] == wanted:
        return None
    fixes: list[Fix] = [SetFix(setting, str(shape[place]))]
    if node.type == "Linear" and len(shape) > 2:
        is_sure = math.prod(shape[1:]) == wanted or len(shape) > 3
        fixes.insert(0 if is_sure else 1, InsertFix("Flatten"))
    text = (
        f"{node.name} wants {wanted} ({setting}), and dimension {place} of what comes in, {_shape_text(shape)}, "
        f"is {shape[place]}."
    )
    return Misfit(name=node.name, text=text, fixes=tuple(fixes))


def _flat_misfit(node: Node, shape: tuple[int, ...]) -> Misfit:
    """Return what is said of a layer for pictures that gets rows of numbers."""
    text = f"{node.name} works on pictures (N, channels, height, width), and {_shape_text(shape)} came in."
    side = math.isqrt(shape[1])
    if side * side != shape[1]:
        return Misfit(name=node.name, text=text)
    size = f"(1, {side}, {side})"
    return Misfit(name=node.name, text=text, fixes=(
        InsertFix("Unflatten", (Setting("dim", "1"), Setting("unflattened_size", size))),
    ))  # fmt: skip


def _function_misfit(node: Node, shapes: Sequence[tuple[int, ...]]) -> Misfit | None:
    left, right = shapes[0], shapes[1]
    both = f"{_shape_text(left)} and {_shape_text(right)}"
    if node.type == "matmul" and len(left) > 1 and len(right) > 1 and left[-1] != right[-2]:
        text = f"{node.name} multiplies {both}: the last dimension is {left[-1]}, and the one it meets is {right[-2]}."
        return Misfit(name=node.name, text=text)
    if node.type in _JOINING:
        for back in range(1, min(len(left), len(right)) + 1):
            sizes = {left[-back], right[-back]}
            if len(sizes) == 2 and 1 not in sizes:
                place = max(len(left), len(right)) - back
                text = f"{node.name} joins {both}: dimension {place} is {left[-back]} and {right[-back]}."
                return Misfit(name=node.name, text=text, fixes=_projections(left, right, place))
    if node.type in {"cat", "stack"}:
        axis = next((_number(one.text) for one in node.settings if one.name == "dim"), 0) or 0
        for index, (one, other) in enumerate(zip(left, right, strict=False)):
            if one != other and (node.type == "stack" or index != axis % len(left)):
                text = f"{node.name} joins {both} along dimension {axis}: dimension {index} is {one} and {other}."
                return Misfit(name=node.name, text=text, fixes=_other_dimension(node, left, right))
    return None


def _projections(left: tuple[int, ...], right: tuple[int, ...], place: int) -> tuple[Fix, ...]:
    """Return layers that give one operand as many features, or channels, as the other one has, to the larger first."""
    if len(left) != len(right):
        return ()
    differ = [index for index, (one, other) in enumerate(zip(left, right, strict=True)) if one != other]
    if differ != [place]:
        return ()
    both = [_projection(right, left, place, 1, "right"), _projection(left, right, place, 0, "left")]
    if left[place] < right[place]:
        both.reverse()
    return tuple(fix for fix in both if fix is not None)


def _projection(  # one operand against the other, and where it comes in
    shape: tuple[int, ...], wanted: tuple[int, ...], place: int, port: int, name: str
) -> Fix | None:
    sizes = str(shape[place]), str(wanted[place])
    if place == len(shape) - 1 and len(shape) < 4:
        settings = (Setting("in_features", sizes[0]), Setting("out_features", sizes[1]))
        return InsertFix("Linear", settings, port, name)
    if place == 1 and len(shape) == 4:
        one_by_one = (Setting("in_channels", sizes[0]), Setting("out_channels", sizes[1]), Setting("kernel_size", "1"))
        return InsertFix("Conv2d", one_by_one, port, name)
    return None


def _other_dimension(node: Node, left: tuple[int, ...], right: tuple[int, ...]) -> tuple[Fix, ...]:
    """Return the dimension along which two tensors can be joined, if there is one."""
    if node.type != "cat" or len(left) != len(right):
        return ()
    differ = [index for index, (one, other) in enumerate(zip(left, right, strict=True)) if one != other]
    return (SetFix("dim", str(differ[0])),) if len(differ) == 1 and differ != [0] else ()


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
