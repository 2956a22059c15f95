# ruff: noqa: SLF001 - torch keeps these private
"""What special tensors are made of, under the names that torch keeps private.

| private name | used for | without it |
| --- | --- | --- |
| ``Tensor._indices``, ``Tensor._values`` | the parts of a COO tensor; the public names refuse one that is not coalesced | it has no parts |
| ``_masked_data``, ``_masked_mask`` | the parts of a masked tensor; the public name copies | it has no parts |
| ``_values``, ``_offsets`` | the parts of a jagged tensor; the public name makes an autograd node | it has no parts |
| ``torch._subclasses`` | telling fake tensors apart without loading the compiler | they have no plain storage |
"""  # noqa: E501 - a table

import torch
from torch import Tensor


def is_fake(tensor: Tensor) -> bool:
    """Whether a tensor is one of ``FakeTensorMode``: it has a shape and no numbers."""
    return type(tensor).__name__ == "FakeTensor" and type(tensor).__module__.startswith("torch._subclasses")


def coo_parts(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """Return indices and values of a sparse COO tensor."""
    return tensor._indices(), tensor._values()


def inner_names(tensor: Tensor) -> dict[str, str]:
    """Return the attributes with the tensors that a tensor of a class of its own is made of.

    Each comes with what the program writes to get it.

    Raises:
        AttributeError: If the class does not say.
    """
    if hasattr(tensor, "_masked_data"):
        return {"_masked_data": ".get_data()", "_masked_mask": ".get_mask()"}
    if tensor.layout is torch.jagged:
        return {"_values": ".values()", "_offsets": ".offsets()"}
    flattened, _ = tensor.__tensor_flatten__()  # type: ignore[attr-defined] # the classes that have it
    return {name: f".{name}" for name in flattened}
