"""The ways in which a person can call one operator, and the name that each call must get in a recording."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from tests.conformance.oracle import tensors_in


class Way(StrEnum):
    """How an operator is called, or what its tensors look like in memory."""

    FUNCTION = "function"
    METHOD = "method"
    OPERATOR = "operator"
    IN_PLACE = "in place"
    IN_PLACE_OPERATOR = "in-place operator"
    OUT = "out"
    STRIDED = "not contiguous"
    CONJUGATED = "conjugated"
    NEGATED = "negated"
    EXPANDED = "expanded"


@dataclass(frozen=True)
class Variant:
    """One way to call an operator.

    ``wanted`` are the names that its step may have. ``is_wrapped`` says that the database calls it through a function
    of its own, which changes what it is given.
    """

    way: Way
    call: Callable[..., Any]
    wanted: frozenset[str]
    is_wrapped: bool = False

    @property
    def writes(self) -> bool:
        return self.way in (Way.IN_PLACE, Way.IN_PLACE_OPERATOR)


_PERSON = {"truediv": "div", "floordiv": "floor_divide", "and": "bitwise_and", "or": "bitwise_or"}
_PERSON |= {"xor": "bitwise_xor", "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift", "mod": "remainder"}
_PERSON |= {"inv": "bitwise_not", "invert": "bitwise_not", "idiv": "div", "itruediv": "div"}
"""What Python calls an operator, and what torch calls the same."""


def variants(info: Any) -> Iterator[Variant]:
    """Yield every way that the entry of an operator has, the plain function first."""
    function = Variant(Way.FUNCTION, _public(info), _names(info), _is_wrapped(info.op))
    yield function
    if callable(info.method_variant):
        yield Variant(Way.METHOD, info.method_variant, _bare(info.method_variant, info))
    if callable(info.operator_variant):
        yield Variant(Way.OPERATOR, info.operator_variant, _bare(info.operator_variant, info))
    if callable(info.inplace_variant):
        yield Variant(Way.IN_PLACE, info.inplace_variant, _bare(info.inplace_variant, info))
    if callable(info.inplace_operator_variant):
        names = frozenset(f"{name}_" for name in _of(info.inplace_operator_variant.__name__, prefix="i"))
        yield Variant(Way.IN_PLACE_OPERATOR, info.inplace_operator_variant, names)
    for way in (*_LAYOUTS, *((Way.OUT,) if info.supports_out else ())):
        yield replace(function, way=way)


def _public(info: Any) -> Callable[..., Any]:
    """Return a function that looks an operator up by its name when it is called, as a program does."""
    path = str(info.name).split(".")
    if reduce(lambda owner, name: getattr(owner, name, None), path, torch) is not info.op:
        return info.op

    def call(*args: Any, **kwargs: Any) -> Any:
        return reduce(getattr, path, torch)(*args, **kwargs)

    return call


def _is_wrapped(function: Any) -> bool:
    return str(getattr(function, "__module__", "")).startswith("torch.testing") or hasattr(function, "__wrapped__")


def _names(info: Any) -> frozenset[str]:
    """``linalg.svd`` is called ``svd``, ``torch.ops.aten.sin.default`` is called ``sin``, and ``__radd__`` ``add``."""
    parts = str(info.name).split(".")
    last = parts[-2] if parts[-1] == "default" else parts[-1]
    names = _of(last)
    # Some functions of torch have two public names.
    other = str(getattr(info.op, "__name__", last))
    return names | {other} if getattr(torch, other, None) is info.op else names


def _bare(function: Any, info: Any) -> frozenset[str]:
    """``inplace=True`` and the like are put into a function without a name of its own, or into a partial one."""
    name = str(getattr(function, "func", function).__name__)
    return _names(info) if name == "<lambda>" else _of(name)


def _of(name: str, prefix: str = "") -> frozenset[str]:
    is_special = name.startswith("__") and name.endswith("__")
    if not is_special and not hasattr(operator, name):
        return frozenset({name})
    bare = name.strip("_").removeprefix(prefix)
    names = {bare, _PERSON.get(bare, bare)}
    if is_special and bare.startswith("r") and hasattr(operator, f"__{bare[1:]}__"):
        names |= {bare[1:], _PERSON.get(bare[1:], bare[1:])}
    return frozenset(names)


def laid_out(way: Way, sample: Any) -> Any | None:
    """Return a sample whose tensors lie in memory as the way says, None where they cannot."""
    make = _LAYOUTS.get(way)
    if make is None:
        return sample
    found = [tensor for tensor in tensors_in((sample.input, sample.args, sample.kwargs)) if make(tensor) is not None]
    if not found:
        return None

    def change(part: Any) -> Any:
        made = make(part) if isinstance(part, Tensor) else None
        return part if made is None else made.requires_grad_(part.requires_grad)

    changed = type(sample)(
        tree_map(change, sample.input), args=tree_map(change, sample.args), kwargs=tree_map(change, sample.kwargs)
    )
    changed.output_process_fn_grad = sample.output_process_fn_grad
    return changed


def _strided(tensor: Tensor) -> Tensor | None:
    """The same numbers, with other memory between them."""
    if tensor.layout is not torch.strided or tensor.ndim == 0 or tensor.numel() < 2:
        return None
    return tensor.detach().repeat_interleave(2, -1)[..., ::2]


def _conjugated(tensor: Tensor) -> Tensor | None:
    """The same numbers, kept as conjugates that are still to be taken."""
    if tensor.layout is not torch.strided or not tensor.is_complex():
        return None
    return tensor.detach().conj().resolve_conj().conj()


def _negated(tensor: Tensor) -> Tensor | None:
    """The same numbers, kept as their negatives."""
    if tensor.layout is not torch.strided or not tensor.is_floating_point():
        return None
    return torch._neg_view(-tensor.detach())


def _expanded(tensor: Tensor) -> Tensor | None:
    """The first row, again and again in the same memory."""
    if tensor.layout is not torch.strided or tensor.ndim == 0 or len(tensor) < 2:
        return None
    return tensor.detach()[:1].expand(tensor.shape)


_LAYOUTS = {
    Way.STRIDED: _strided,
    Way.CONJUGATED: _conjugated,
    Way.NEGATED: _negated,
    Way.EXPANDED: _expanded,
}
