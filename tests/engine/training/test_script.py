"""Scripts of plans: they run alone, whatever the data, and wrong plans are refused in one sentence."""

import ast
import contextlib
import io
import sys

import pytest
import torch

from engine.network.network import Setting
from engine.network.source import write_source
from engine.network.templates import templates
from engine.training.catalogue import losses, optimizers, schedules
from engine.training.errors import PlanError
from engine.training.plan import Choice, FileData, GeneratedData, PaintedData, Shape, TrainingPlan
from engine.training.script import script_of

SOURCES = {template.title: write_source(template.network) for template in templates()}
MLP = SOURCES["Multilayer perceptron"]
CLASSIFIER, TRANSFORMER = SOURCES["GRU classifier"], SOURCES["Tiny transformer"]
REGRESSOR = MLP.replace("nn.Linear(8, 2)", "nn.Linear(8, 1)")
LINE = REGRESSOR.replace("nn.Linear(2, 8)", "nn.Linear(1, 8)")
NETWORKS = {
    Shape.CURVE: LINE,
    Shape.SURFACE: REGRESSOR,
    Shape.THREE_SPIRALS: MLP.replace("nn.Linear(8, 2)", "nn.Linear(8, 3)"),
    Shape.NAMES: CLASSIFIER,
    Shape.PARITY: CLASSIFIER,
    Shape.COPY: TRANSFORMER,
    Shape.SORT: TRANSFORMER,
    Shape.DIGITS: SOURCES["Small ResNet"],
}


def run(plan):
    """Run the script of a plan and return its variables."""
    names = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()) as printed, torch.random.fork_rng():
        exec(compile(script_of(plan), "script.py", "exec"), names)
    names["printed"] = printed.getvalue()
    return names


@pytest.mark.parametrize("shape", [shape for shape in Shape if shape is not Shape.DIGITS])
def test_every_generated_shape_runs_alone(shape):
    loss = Choice("MSELoss" if shape in {Shape.CURVE, Shape.SURFACE} else "CrossEntropyLoss")
    network = NETWORKS.get(shape, MLP)
    plan = TrainingPlan(data=GeneratedData(shape=shape, count=64), network=network, loss=loss, epochs=2)
    names = run(plan)
    assert len(names["dataset"]) == 64
    assert names["printed"].count("epoch") == 2
    assert names["train_loss"] == pytest.approx(names["train_loss"])
    assert ("accuracy" in names) is (loss.name != "MSELoss")
    again = run(plan)
    assert again["printed"] == names["printed"], "the same seed gives the same numbers"


def test_digits():
    plan = TrainingPlan(
        data=GeneratedData(shape=Shape.DIGITS, count=64), network=NETWORKS[Shape.DIGITS], batch_size=16, epochs=1
    )
    assert run(plan)["all_inputs"].shape == (64, 1, 8, 8)


def test_digits_say_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    plan = TrainingPlan(data=GeneratedData(shape=Shape.DIGITS, count=64), network=NETWORKS[Shape.DIGITS], epochs=1)
    with pytest.raises(ImportError, match="pip install scikit-learn"):
        run(plan)


def test_learning_learns():
    plan = TrainingPlan(
        data=GeneratedData(shape=Shape.XOR, count=256, noise=0.0),
        network=MLP,
        optimizer=Choice("Adam", (Setting("lr", "0.05"),)),
        epochs=20,
    )
    assert run(plan)["accuracy"] > 0.9


@pytest.mark.filterwarnings("ignore:reduction:UserWarning")
@pytest.mark.parametrize("name", list(losses()))
def test_every_loss_runs(name):
    wants_numbers = losses()[name].targets == "numbers"
    shape = Shape.SURFACE if wants_numbers else Shape.MOONS
    network = REGRESSOR if wants_numbers else MLP
    if name in {"NLLLoss", "BCELoss"}:
        network = network.replace(
            "return x", "return torch.log_softmax(x, 1)" if name == "NLLLoss" else "return torch.sigmoid(x)"
        )
    run(TrainingPlan(data=GeneratedData(shape=shape, count=32), network=network, loss=Choice(name), epochs=1))


@pytest.mark.parametrize("name", ["BCEWithLogitsLoss", "SoftMarginLoss"])
def test_one_output_tells_two_classes_apart(name):
    plan = TrainingPlan(
        data=GeneratedData(shape=Shape.GAUSSIANS, count=128, noise=0.0),
        network=REGRESSOR,
        loss=Choice(name),
        optimizer=Choice("Adam", (Setting("lr", "0.05"),)),
        epochs=8,
    )
    names = run(plan)
    assert names["all_targets"].shape == (names["all_inputs"].shape[0], 1) or names["all_targets"].ndim == 2
    assert names["accuracy"] > 0.9


@pytest.mark.parametrize("name", list(optimizers()))
def test_every_optimizer_runs(name):
    network = MLP if name != "Muon" else MLP.replace(", 8)", ", 8, bias=False)").replace("8, 2)", "8, 2, bias=False)")
    run(TrainingPlan(data=GeneratedData(shape=Shape.XOR, count=32), network=network, optimizer=Choice(name), epochs=1))


@pytest.mark.parametrize("name", list(schedules()))
def test_every_schedule_runs(name):
    needed = {
        "StepLR": (Setting("step_size", "2"),),
        "MultiStepLR": (Setting("milestones", "[1, 2]"),),
        "ExponentialLR": (Setting("gamma", "0.9"),),
        "CyclicLR": (Setting("base_lr", "0.001"), Setting("max_lr", "0.01"), Setting("cycle_momentum", "False")),
        "CosineAnnealingWarmRestarts": (Setting("T_0", "2"),),
        "OneCycleLR": (Setting("max_lr", "0.1"),),
    }.get(name, ())
    schedule = Choice(name, needed)
    names = run(TrainingPlan(data=GeneratedData(shape=Shape.XOR, count=64), network=MLP, schedule=schedule, epochs=3))
    assert names["scheduler"].last_epoch > 0


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_mixed_precision_and_clipping(precision):
    plan = TrainingPlan(
        data=GeneratedData(shape=Shape.XOR, count=64), network=MLP, precision=precision, clip_norm=0.5, epochs=2
    )
    assert "clip_grad_norm_" in script_of(plan)
    run(plan)


def test_no_validation_where_everything_is_trained_on():
    plan = TrainingPlan(data=GeneratedData(shape=Shape.XOR, count=64), network=MLP, train_share=1.0, epochs=1)
    assert "evaluate" not in script_of(plan)
    assert "validation" not in run(plan)["printed"]


def test_workers_are_guarded_for_processes_that_import_again():
    text = script_of(TrainingPlan(network=MLP, workers=2))
    assert 'if __name__ == "__main__":\n    for epoch' in text
    ast.parse(text)


def test_painted_points(tmp_path):
    points = ((-0.5, 0.2, 0), (0.5, -0.2, 1), (0.4, 0.4, 1), (-0.4, -0.1, 0))
    names = run(TrainingPlan(data=PaintedData(points=points), network=MLP, train_share=1.0, epochs=1))
    assert names["all_targets"].tolist() == [0, 1, 1, 0]
    assert names["all_inputs"][1].tolist() == pytest.approx([0.5, -0.2])


def test_csv(tmp_path):
    path = tmp_path / "a b.csv"
    path.write_text("x,y,kind\n" + "".join(f"{i},{-i},{'odd' if i % 2 else 'even'}\n" for i in range(10)))
    names = run(TrainingPlan(data=FileData(path=str(path)), network=MLP, train_share=1.0, epochs=1))
    assert names["all_targets"].tolist() == [0, 1] * 5
    assert names["all_inputs"].shape == (10, 2)
    numbers = TrainingPlan(
        data=FileData(path=str(path), target="y"), network=MLP, loss=Choice("MSELoss"), train_share=1.0, epochs=1
    )
    with pytest.raises(ValueError, match="line 2: 'even' in column kind is not a number"):
        run(numbers)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,y,kind\n1,2,a\n3,,b\n", "line 3: '' in column y is not a number"),
        ("x,y,kind\n1,2,a\n3,oh,b\n", "line 3: 'oh' in column y is not a number"),
        ("x,y,kind\n1,2,a\n3,4,\n", "line 3: nothing stands in column kind"),
        ("x,y,kind\n1,2,a\n3,4,a\n", "column kind has one class only"),
        ("x,y,kind\n", "has no rows"),
        ("kind\na\nb\n", "has one column only"),
    ],
)
def test_bad_tables_are_told_in_one_sentence(tmp_path, text, said):
    path = tmp_path / "data.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=said):
        run(TrainingPlan(data=FileData(path=str(path)), network=MLP))


def test_npz(tmp_path):
    import numpy as np

    path = tmp_path / "data.npz"
    np.savez(path, inputs=np.random.default_rng(0).normal(size=(12, 2)).astype("f4"), targets=np.arange(12) % 2)
    names = run(TrainingPlan(data=FileData(path=str(path)), network=MLP, epochs=1))
    assert names["all_targets"].tolist() == [0, 1] * 6
    with pytest.raises(ValueError, match="has no array other"):
        run(TrainingPlan(data=FileData(path=str(path), target="other"), network=MLP))
    np.savez(path, only=np.zeros(3))
    with pytest.raises(ValueError, match="an array of inputs and one of targets"):
        run(TrainingPlan(data=FileData(path=str(path)), network=MLP))


def test_a_folder_of_pictures(tmp_path):
    from PIL import Image

    for kind, colour in (("cat", (255, 0, 0)), ("dog", (0, 0, 255))):
        (tmp_path / kind).mkdir()
        for number in range(4):
            Image.new("RGB", (4, 4), colour).save(tmp_path / kind / f"{number}.png")
    network = MLP.replace("x = self.fc1(x)", "x = self.fc1(x.flatten(1))").replace(
        "nn.Linear(2, 8)", "nn.Linear(48, 8)"
    )
    names = run(TrainingPlan(data=FileData(path=str(tmp_path)), network=network, epochs=1))
    assert names["dataset"].classes == ["cat", "dog"]
    assert names["dataset"][0][0].shape == (3, 4, 4)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="The class empty has no pictures"):
        run(TrainingPlan(data=FileData(path=str(tmp_path)), network=network))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"network": "x = 1"}, "defines no class"),
        ({"network": "class"}, "cannot be read"),
        ({"loss": Choice("Nothing")}, "no loss called Nothing"),
        ({"optimizer": Choice("Adam", (Setting("speed", "1"),))}, "Adam has no argument speed"),
        ({"optimizer": Choice("Adam", (Setting("lr", "open('x')"),))}, "lr cannot be"),
        ({"schedule": Choice("StepLR")}, "StepLR needs step_size"),
        ({"train_share": 0.0}, "between 0 and 1"),
        ({"batch_size": 0}, "at least 1"),
        ({"clip_norm": -1.0}, "above 0"),
        ({"precision": "int8"}, "no mixed precision with int8"),
        ({"data": FileData(path="")}, "Choose a file"),
        ({"data": FileData(path="x.pkl")}, "no known kind"),
        ({"data": PaintedData()}, "Paint at least two points"),
        ({"data": GeneratedData(shape=Shape.CURVE)}, "try MSELoss"),
        ({"data": GeneratedData(shape=Shape.XOR, count=1)}, "cannot be learned from"),
    ],
)
def test_plans_that_cannot_be(changed, said):
    with pytest.raises(PlanError, match=said) as error:
        script_of(TrainingPlan(**{"network": MLP, **changed}))
    assert str(error.value).endswith(".")
