"""Attention weights of the first sample, against those that a layer itself gives for the whole batch."""

import pytest
import torch
from torch import nn

from engine.runtime.training.attention import AttentionTaker


@pytest.mark.parametrize("is_batch_first", [True, False])
@pytest.mark.parametrize("way", ["plain", "causal", "padded", "mask of each head", "without a batch", "crossed"])
def test_the_weights_are_those_of_the_layer_on_the_whole_batch(way, is_batch_first):
    torch.manual_seed(0)
    layer = nn.MultiheadAttention(8, 2, batch_first=is_batch_first).eval()
    query = torch.randn((3, 5, 8) if is_batch_first else (5, 3, 8))
    key = query
    more = {}
    if way == "causal":
        more = {"attn_mask": nn.Transformer.generate_square_subsequent_mask(5), "is_causal": True}
    elif way == "padded":
        more = {"key_padding_mask": torch.tensor([[False] * 3 + [True] * 2, [False] * 5, [False] * 5])}
    elif way == "mask of each head":
        more = {"attn_mask": torch.randn(6, 5, 5)}
    elif way == "without a batch":
        query = key = torch.randn(5, 8)
    elif way == "crossed":
        key = torch.randn((3, 7, 8) if is_batch_first else (7, 3, 8))
    with torch.no_grad():
        wanted = layer(query, key, key, average_attn_weights=False, **more)[1]
        taker = AttentionTaker(layer)
        layer(query, key, value=key, need_weights=False, **more)
        taker.remove()
        shown = taker.weights()[""]
    assert not layer._forward_pre_hooks
    torch.testing.assert_close(shown, wanted[0] if wanted.ndim == 4 else wanted)
    assert shown.shape == (2, 5, key.shape[1 if is_batch_first and key.ndim == 3 else 0])
