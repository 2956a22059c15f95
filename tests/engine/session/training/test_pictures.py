"""Pictures of networks while they learn."""

import contextlib
import io

import numpy as np
import pytest
import torch

from engine.network.source import write_source
from engine.network.templates import templates
from engine.training.commands import Play
from engine.training.facts import Picture, array_of
from engine.training.options import TrainingOptions
from engine.training.plan import Choice, GeneratedData, Shape
from engine.training.plane import plane_of
from tests.engine.session.training.programs import MLP, TYPED, losses_alone, program

pytestmark = pytest.mark.worker


def pictures(runs):
    """The newest picture of each name."""
    return {fact.name: fact for fact in runs.facts if isinstance(fact, Picture)}


def test_pictures_show_the_network_and_change_nothing(runs):
    text = program(network=MLP.replace("nn.Tanh()", "nn.ReLU()", 1))
    plane = plane_of(GeneratedData(shape=Shape.XOR))
    runs.begin(text, training=TrainingOptions(play=None, plane=plane, pictures_every_s=0.0, cost_share=1.0))
    runs.until_paused()
    runs.until(lambda: "boundary" in pictures(runs))
    first = array_of(pictures(runs)["boundary"])
    assert first.shape == (48, 48, 2)
    runs.session.steer(Play())
    runs.wait()
    assert list(runs.curve("loss").values()) == losses_alone(text)
    shown = {name: array_of(picture) for name, picture in pictures(runs).items()}
    assert pictures(runs)["boundary"].iteration == 12
    assert shown["unit/act1"].shape == (8, 48, 48)
    assert shown["unit/act1"].min() == 0
    assert shown["histogram/fc1.weight"][2:].sum() == 16
    assert shown["batch/inputs"].shape == (16, 2)
    assert shown["batch/targets"].shape == shown["batch/answers"].shape == (16,)
    assert set(shown["batch/targets"]) | set(shown["batch/answers"]) <= {0.0, 1.0}
    rows = {tuple(row) for row in shown["data/train"].tolist()}
    assert {tuple(row) for row in np.column_stack([shown["batch/inputs"], shown["batch/targets"]]).tolist()} <= rows
    assert shown["activations/act2"][2:].sum() == 16 * 8
    assert runs.curve("dead units/act1")
    assert runs.curve("saturation/act2")
    names = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()), torch.random.fork_rng():
        exec(compile(text, "script.py", "exec"), names)
    corner = torch.softmax(names["model"](torch.tensor([[plane.left, plane.bottom]])), 1).detach().numpy()[0]
    assert shown["boundary"][0, 0] == pytest.approx(corner, abs=1e-5)


def test_a_curve_is_shown_along_its_line_and_pictures_of_convolutions(runs):
    line = MLP.replace("nn.Linear(2, 8)", "nn.Linear(1, 8)").replace("nn.Linear(8, 2)", "nn.Linear(8, 1)")
    data = GeneratedData(shape=Shape.CURVE, count=80)
    text = program(data=data, network=line, loss=Choice("MSELoss"))
    runs.run(text, training=TrainingOptions(plane=plane_of(data)))
    assert pictures(runs)["boundary"].shape == (1, 128, 1)
    convolving = TYPED.replace("LOG", "pass").replace(
        "w = torch.zeros(3, requires_grad=True)",
        "net = torch.nn.Sequential(torch.nn.Conv2d(1, 3, 2), torch.nn.Flatten())",
    )
    convolving = convolving.replace("[w]", "net.parameters()").replace(
        "((x @ w - y) ** 2)", "net(x[:, :1].expand(8, 9).reshape(8, 1, 3, 3))"
    )
    runs.run(convolving, training=TrainingOptions())
    assert pictures(runs)["kernels/0"].shape == (3, 2, 2)


def test_a_network_with_hooks_is_left_alone(runs):
    text = program().replace("model = MLP()", "model = MLP()\nmodel.act1.register_forward_hook(print)")
    runs.run(text, training=TrainingOptions(plane=plane_of(GeneratedData(shape=Shape.XOR))))
    assert "boundary" not in pictures(runs)
    assert "histogram/fc1.weight" in pictures(runs)


def test_pictures_of_pictures_and_of_sequences(runs):
    classifier = next(write_source(one.network) for one in templates() if one.title == "GRU classifier")
    runs.run(program(data=GeneratedData(shape=Shape.NAMES, count=80), network=classifier), training=TrainingOptions())
    assert pictures(runs)["hidden norms/rnn"].shape == (12,)
    by_place = pictures(runs)["answers by place/rnn"]
    assert by_place.shape[1:] == (1, 12)
    assert np.abs(array_of(by_place)).max() <= 1, "the state of a GRU lies between -1 and 1"
    resnet = next(write_source(one.network) for one in templates() if one.title == "Small ResNet")
    text = program(data=GeneratedData(shape=Shape.NAMES, count=80), network=resnet)
    text = text.replace("dataset = TensorDataset(", "all_inputs = torch.rand(80, 1, 8, 8)\ndataset = TensorDataset(")
    runs.run(text, training=TrainingOptions())
    shown = {name: picture.shape for name, picture in pictures(runs).items()}
    assert shown["mistakes"][1:] == (1, 8, 8)
    assert shown["feature maps/stem"] == (8, 8, 8)
    assert shown["kernels/conv2"] == (16, 3, 3)
