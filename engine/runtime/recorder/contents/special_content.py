"""Tensors that are more than a block of numbers, and the plain tensors that hold what they are made of.

| kind | parts |
| --- | --- |
| quantized | the numbers that it stands for, and the whole numbers that are stored |
| nested | its values and offsets (jagged), or each of its tensors (strided) |
| sparse, too large to be written out | its indices and values |
| masked | its data and its mask |
| a class of its own that says what it is made of (``__tensor_flatten__``) | those tensors |

Each part is a value of its own, with the whole as its base and a name that tells which part it is. Meta and fake
tensors have no numbers at all.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TypeAlias

import torch
from torch import Tensor

from engine.protocol.request import SMALL_ELEMENTS
from engine.runtime.compat import has_own_dispatch, quiet
from engine.runtime.compat_special import coo_parts, inner_names, is_fake
from engine.trace.facts import Absence

Part: TypeAlias = tuple[str, Tensor]
"""What to write behind the name of the whole, and the part."""

LARGEST_UNPACKED_ELEMENTS = 1_000_000
"""Quantized tensors beyond this size are not unpacked."""

MOST_PARTS = 16
"""So many tensors of a strided nested tensor, or of a class of its own, are parts."""

_COMPRESSED = {
    torch.sparse_csr: ("crow_indices", "col_indices"),
    torch.sparse_bsr: ("crow_indices", "col_indices"),
    torch.sparse_csc: ("ccol_indices", "row_indices"),
    torch.sparse_bsc: ("ccol_indices", "row_indices"),
}


def is_special(tensor: Tensor) -> bool:
    """Whether a tensor may be more than a block of numbers."""
    return (
        tensor.layout is not torch.strided
        or tensor.is_quantized
        or tensor.is_nested
        or tensor.is_meta
        or has_own_dispatch(tensor)
    )


def parts_of(tensor: Tensor) -> tuple[Part, ...]:
    """Return the parts of a special tensor, none where its own numbers can be written, or where it has none."""
    try:
        return tuple(islice(_parts(tensor), MOST_PARTS))
    except (RuntimeError, NotImplementedError, AttributeError, TypeError):
        return ()  # of a class of the person's, or of a kind that torch itself cannot take apart


def memory_of(tensor: Tensor) -> list[Tensor]:
    """Return the plain tensors that a special one keeps its numbers in: writing it writes them."""
    try:
        with quiet():
            if has_own_dispatch(tensor):
                return [part for _, part in _inner(tensor)]
            if tensor.is_nested:
                return list(tensor.unbind())
            return [] if tensor.layout is torch.strided else [part for _, part in _sparse(tensor)]
    except (RuntimeError, NotImplementedError, AttributeError, TypeError):
        return []


def absence_of(tensor: Tensor, parts: tuple[Part, ...]) -> Absence:
    """Return why a special tensor that cannot be written out has no numbers itself."""
    if parts:
        return Absence.IN_PARTS
    return Absence.NO_NUMBERS if tensor.is_meta or is_fake(tensor) else Absence.NO_STORAGE


def kept(tensor: Tensor) -> Tensor:
    """Return a tensor that goes on having the present numbers of ``tensor``: a copy where it has no plain memory."""
    return tensor.detach().clone() if is_special(tensor) and not tensor.is_meta else tensor.detach()


def _parts(tensor: Tensor) -> Iterator[Part]:
    if tensor.is_meta or is_fake(tensor):
        return
    if has_own_dispatch(tensor):
        yield from _inner(tensor)
    elif tensor.is_nested:
        yield from ((f"[{index}]", part) for index, part in enumerate(tensor.unbind()))
    elif tensor.is_quantized:
        if tensor.numel() <= LARGEST_UNPACKED_ELEMENTS:
            yield ".dequantize()", tensor.dequantize()
            yield ".int_repr()", tensor.int_repr()
    elif tensor.numel() > SMALL_ELEMENTS:
        yield from _sparse(tensor)


def _sparse(tensor: Tensor) -> Iterator[Part]:
    if tensor.layout is torch.sparse_coo:
        yield from zip((".indices()", ".values()"), coo_parts(tensor), strict=True)
    for name in _COMPRESSED.get(tensor.layout, ()):
        yield f".{name}()", getattr(tensor, name)()
    if tensor.layout in _COMPRESSED:
        yield ".values()", tensor.values()


def _inner(tensor: Tensor) -> Iterator[Part]:
    for name, text in inner_names(tensor).items():
        part = getattr(tensor, name)
        if isinstance(part, Tensor):
            yield text, part
