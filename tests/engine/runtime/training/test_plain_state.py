"""State dicts as JSON and tensors, and back."""

import math
from collections import Counter

import msgspec
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.training.plain_state import NotPlainError, PlainWriter, read_plain

numbers = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=5)
trees = st.recursive(
    numbers,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers(0, 9) | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


def round_trip(tree):
    writer = PlainWriter()
    text = msgspec.json.encode(writer.write(tree, "tree"))
    return read_plain(msgspec.json.decode(text), writer.tensors)


@given(trees)
def test_every_tree_comes_back_as_it_was(tree):
    assert repr(round_trip(tree)) == repr(tree)


def test_tensors_come_back_bit_for_bit_and_apart_from_the_old():
    old = torch.tensor([1.0, math.nan, -0.0])
    back = round_trip({"a": [old, (torch.tensor(3),)]})
    assert torch.equal(back["a"][0].view(torch.int32), old.view(torch.int32))
    assert back["a"][1][0].item() == 3
    old.zero_()
    assert back["a"][0][0] == 1


def test_counters_and_what_is_not_plain():
    assert round_trip(Counter({3: 2, 5: 1})) == Counter({3: 2, 5: 1})
    with pytest.raises(NotPlainError, match="tree/f is a function"):
        PlainWriter().write({"f": round_trip}, "tree")
    assert PlainWriter().write_known({"f": round_trip, "n": 1}, "x") == {"dict": [["n", 1]]}
    with pytest.raises(ValueError, match="unknown"):
        read_plain({"pickle": "x"}, {})
    deep = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(NotPlainError):
        PlainWriter().write(deep, "deep")
