"""Layers are found by a few letters, the likeliest first."""

import pytest

from engine.network import edits
from engine.network.catalogue import functions, layers
from gui.model.layer_search import find_layers
from gui.model.network_changes import After, NewNode, added, first_network


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("lin", "Linear"), ("dense", "Linear"), ("relu", "ReLU"), ("conv", "Conv2d"), ("bn2", "BatchNorm2d"),
        ("skip", "Add"), ("join", "Concat"), ("atten", "MultiheadAttention"), ("norm", "BatchNorm2d"),
        ("lstm", "LSTM"), ("mlp", "Multilayer perceptron"), ("softmax", "Softmax"), ("max pool", "MaxPool2d"),
        ("", "Linear"), ("python", "Expression"), ("input", "Input"), ("image cnn", "Conv2d"),
    ],
)  # fmt: skip
def test_the_likeliest_is_first(query: str, first: str) -> None:
    assert find_layers(query, first_network())[0].title == first


def test_everything_can_be_found_by_its_own_name() -> None:
    for name in layers():
        assert name in [hit.title for hit in find_layers(name, first_network())[:3]]
    for function in functions().values():
        assert function.name in [
            hit.new.type for hit in find_layers(function.shown, first_network())[:3] if hit.new is not None
        ]


def test_nothing_is_found_for_nonsense() -> None:
    assert find_layers("qqqq zzz", first_network()) == ()


def test_blocks_of_the_network_are_offered_and_a_second_output_is_not() -> None:
    hit = find_layers("lin", first_network())[0]
    assert hit.new == NewNode(hit.new.kind, "Linear") if hit.new is not None else False
    network, name = added(first_network(), hit.new or NewNode(), After((first_network().nodes[0].name,)))
    network = edits.group(network, [name], "stage")
    assert [found.title for found in find_layers("stage", network)] == ["stage"]
    assert "Output" not in [found.title for found in find_layers("output", network)]
