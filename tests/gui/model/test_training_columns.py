import numpy as np
import pytest

from engine.network.edits import add
from engine.network.network import Node, NodeKind, NodeName
from engine.network.templates import templates
from gui.model.training_columns import columns_of, columns_told


def network(title):
    return next(template.network for template in templates() if template.title == title)


def test_a_perceptron_is_its_input_and_a_column_for_each_linear_layer():
    columns = columns_of(network("Multilayer perceptron"))
    assert [(column.title, column.units, column.weight) for column in columns] == [
        ("Input", 2, ""),
        ("Linear · Tanh", 8, "fc1.weight"),
        ("Linear · Tanh", 8, "fc2.weight"),
        ("Linear", 2, "fc3.weight"),
    ]


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.title)
def test_every_layer_of_every_template_stands_in_one_column(template):
    columns = columns_of(template.network)
    placed = [layer for column in columns for layer in column.layers]
    layers = [str(node.name) for node in template.network.nodes if node.kind.value == "layer"]
    assert sorted(placed) == sorted(layers)


def test_a_typed_program_shows_what_it_told():
    answers = {
        "0": np.zeros((4, 3, 3), np.float32),
        "1": np.zeros((4, 3, 3), np.float32),
        "2": np.zeros((1, 3, 3), np.float32),
    }
    weights = {"0.weight": np.zeros((4, 2), np.float32), "2.weight": np.zeros((1, 4), np.float32)}
    told = columns_told(answers, weights)
    assert [(column.title, column.units) for column in told] == [("Input", 2), ("0 · 1", 4), ("2", 1)]
    alone = columns_told({}, weights)
    assert [(column.title, column.units, column.weight) for column in alone] == [
        ("Input", 2, ""), ("0", 4, "0.weight"), ("2", 1, "2.weight")
    ]  # fmt: skip
    assert columns_told({}, {}) == ()


def test_a_layer_that_stands_alone_is_no_column():
    free = add(network("Logistic regression"), Node(name=NodeName("drop"), kind=NodeKind.LAYER, type="Dropout"))
    assert columns_of(free) == columns_of(network("Logistic regression"))
