# ruff: noqa: SLF001 - torch keeps these private
"""What the recorder needs of ``torch.func.functionalize``, which torch keeps private.

| private name | used for | without it |
| --- | --- | --- |
| ``_functorch.TransformType``, ``is_functionaltensor`` | knowing its tensors | its in-place calls are told wrong |
| ``_sync`` | bringing a tensor up to date before it is read, as the call itself would | as above |
| ``_propagate_functional_input_mutation`` | what it writes into the arguments at its end | that write is not seen |
"""

from types import ModuleType

import torch
from torch import Tensor
from torch._functorch import eager_transforms

from engine.runtime.compat import functorch_level

_FUNCTORCH = torch._C._functorch
_KEY = getattr(getattr(_FUNCTORCH, "TransformType", None), "Functionalize", None)

WRITE_BACK = "_propagate_functional_input_mutation"
WRITE_BACK_MODULE: ModuleType | None = eager_transforms if hasattr(eager_transforms, WRITE_BACK) else None
"""The module with the function that writes into arguments, None where this torch has none."""


def is_functionalizing() -> bool:
    """Whether the innermost running transform is ``functionalize``."""
    level = functorch_level()
    return level is not None and _KEY is not None and level.key() == _KEY  # type: ignore[attr-defined] # torch's own


def is_functional(tensor: Tensor) -> bool:
    """Whether a tensor stands for others: a call that writes into it puts a new one in the place of the last."""
    return bool(_FUNCTORCH.is_functionaltensor(tensor))


def shared_block(tensor: Tensor) -> int:
    """Return what a functional tensor and its views have in common."""
    return int(tensor.untyped_storage()._cdata)


def bring_up_to_date(tensor: Tensor) -> None:
    """Compute a functional tensor again from what was written through others."""
    torch._sync(tensor)  # type: ignore[attr-defined, no-untyped-call] # torch's own
