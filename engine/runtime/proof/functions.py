"""The functions that a recorded name may stand for: those of torch that take tensors, and no others.

The list is torch's own (``get_overridable_functions``), under the names that the recorder gives them. What reads or
writes files, loads, compiles or calls back is not in it.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.overrides import get_overridable_functions

from engine.runtime.recorder.watch.kinds import FunctionInfo, Kind, learn

_RUN = frozenset({Kind.ORDINARY, Kind.WRITES, Kind.FLAGGED, Kind.RENORMS, Kind.STATISTICS})
_TURNS = frozenset({"t_", "transpose_", "swapaxes_", "swapdims_", "squeeze_", "unsqueeze_"})
"""Give a tensor another shape in the memory that it has."""
_NEVER = frozenset({"apply_", "map_", "map2_", "from_file", "as_subclass", "_make_subclass", "_make_wrapper_subclass"})
_ROOMS = ("torch", "torch.Tensor", "torch.nn.functional", "torch.linalg", "torch.fft", "torch.special")


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A function of torch with what the recorder knows about it."""

    call: Callable[..., Any]
    info: FunctionInfo


def known_functions() -> dict[str, Known]:
    """Return every function that may be run, by the full name that recordings call it."""
    found: dict[str, Known] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of functions that it is about to drop
        functions = [function for members in get_overridable_functions().values() for function in members]
        functions.append(torch.Tensor.unflatten)
        functions += [getattr(torch, name) for name in dir(torch) if name.startswith("_foreach_")]
        # torch leaves ``torch.relu_`` out, which writes as the method of that name does.
        functions += [getattr(torch, name) for name in dir(torch) if name.endswith("_") and hasattr(torch.Tensor, name)]
        for function in functions:
            info = learn(function)
            room, _, last = info.target.rpartition(".")
            may_run = info.kind in _RUN or last in _TURNS
            if not may_run or room not in _ROOMS or last in _NEVER:
                continue
            # Several may share a name (``__radd__`` is told as ``add``): the one that is called so stands for it.
            if info.target not in found or getattr(function, "__name__", "") == last:
                found[info.target] = Known(function, info)
    return found
