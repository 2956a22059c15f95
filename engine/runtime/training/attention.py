"""What attention layers look at: their weights for the first sample of a batch.

A layer of a copied network is called a second time with what it was given, asked for its weights. The caller sees to it
that the copy is in evaluation mode, that nothing is differentiated and that random states are put back.
"""

import inspect
from typing import Any

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

MOST_HEADS = 16
MOST_PLACES = 64


class AttentionTaker:
    """Remembers how the attention layers of a network are called during one forward pass."""

    def __init__(self, network: nn.Module) -> None:
        self._calls: dict[str, tuple[nn.MultiheadAttention, tuple[Any, ...], dict[str, Any]]] = {}
        self._handles: list[RemovableHandle] = []
        for name, module in network.named_modules():
            if type(module) is nn.MultiheadAttention:
                self._handles.append(module.register_forward_pre_hook(self._keeping(name), with_kwargs=True))

    def remove(self) -> None:
        """Take the hooks off again."""
        for handle in self._handles:
            handle.remove()
        self._handles = []

    def weights(self) -> dict[str, Tensor]:
        """Return how much each place looks at each other one in the first sample, by layer: [heads, places, places].

        At most the first 16 heads and 64 places. Layers without a call are left out; of several calls the last counts.
        """
        return {name: _weights(*call)[:MOST_HEADS, :MOST_PLACES, :MOST_PLACES] for name, call in self._calls.items()}

    def _keeping(self, name: str) -> Any:  # noqa: ANN401 - a hook as torch has it
        def keep(module: nn.MultiheadAttention, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            self._calls[name] = (module, args, kwargs)

        return keep


def _weights(layer: nn.MultiheadAttention, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
    given = inspect.signature(layer.forward).bind(*args, **kwargs).arguments
    mask = given.get("attn_mask")
    if given["query"].ndim == 3:
        for name in ("query", "key", "value"):
            given[name] = given[name][:1] if layer.batch_first else given[name][:, :1]
        if given.get("key_padding_mask") is not None:
            given["key_padding_mask"] = given["key_padding_mask"][:1]
        if mask is not None and mask.ndim == 3:
            given["attn_mask"] = mask[: layer.num_heads]
    weights: Tensor = layer(**given | {"need_weights": True, "average_attn_weights": False})[1]
    return weights[0] if weights.ndim == 4 else weights
