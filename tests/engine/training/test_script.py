"""Scripts of plans: they run alone, whatever the data, and wrong plans are refused in one sentence."""

import ast
import contextlib
import io
import sys
from dataclasses import replace

import pytest
import torch

from engine.network.network import Setting
from engine.network.source import write_source
from engine.network.templates import templates
from engine.training.catalogue import losses, metrics, optimizers, schedules
from engine.training.errors import PlanError
from engine.training.metric_source import metric_label
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
    with pytest.raises(ValueError, match="line 2: even in column kind is not a number"):
        run(numbers)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,y,kind\n1,2,a\n3,,b\n", "line 3: an empty cell in column y is not a number"),
        ("x,y,kind\n1,2,a\n3,oh,b\n", "line 3: oh in column y is not a number"),
        ("x,y,kind\n1,2,a\n3,nan,b\n", "line 3: nan in column y is not a number"),
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
    np.savez(path, inputs=np.array([[1.0, np.nan], [2.0, 3.0]]), targets=np.arange(2))
    with pytest.raises(ValueError, match="some of inputs are nan or inf"):
        run(TrainingPlan(data=FileData(path=str(path)), network=MLP))
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
        ({"metrics": (Choice("Nothing"),)}, "no metric called Nothing"),
        ({"metrics": (Choice("R2Score"),)}, "R2Score compares numbers, but this data has classes to be told"),
        ({"metrics": (Choice("FBetaScore"),)}, "FBetaScore needs beta"),
        ({"metrics": (Choice("F1Score", (Setting("speed", "1"),)),)}, "F1Score has no argument speed"),
        ({"precision": "int8"}, "no mixed precision with int8"),
        ({"data": FileData(path="")}, "Choose a file"),
        ({"data": FileData(path="x.pkl")}, "no known kind"),
        ({"data": PaintedData()}, "Paint at least two points"),
        ({"data": PaintedData(points=((0.0, 0.0, 0), (1.0, 1.0, 2)))}, "Class 1 has no points"),
        ({"data": GeneratedData(shape=Shape.CURVE)}, "try MSELoss"),
        ({"data": GeneratedData(shape=Shape.XOR, count=1)}, "cannot be learned from"),
    ],
)
def test_plans_that_cannot_be(changed, said):
    with pytest.raises(PlanError, match=said) as error:
        script_of(TrainingPlan(**{"network": MLP, **changed}))
    assert str(error.value).endswith(".")


@pytest.mark.parametrize("name", list(metrics()))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_every_metric_runs(name):
    has_classes = metrics()[name].task == "classes"
    needed = {"beta": "2.0", "p": "2.0", "threshold": "0.5"}
    parameters = metrics()[name].parameters
    settings = tuple(Setting(one.name, needed[one.name]) for one in parameters if one.default is None)
    plan = TrainingPlan(
        data=GeneratedData(shape=Shape.MOONS if has_classes else Shape.SURFACE, count=64),
        network=MLP if has_classes else REGRESSOR,
        loss=Choice("CrossEntropyLoss" if has_classes else "MSELoss"),
        metrics=(Choice(name, settings),),
        epochs=1,
    )
    names = run(plan)
    label = metric_label(name)
    for scores in (names["train_scores"], names["validation_scores"]):
        assert list(scores) == [label]
        assert scores[label].shape == ((2, 2) if metrics()[name].is_matrix else scores[label].shape)


@pytest.mark.parametrize(
    ("loss", "network"),
    [
        ("CrossEntropyLoss", MLP),
        ("NLLLoss", MLP.replace("return x", "return torch.log_softmax(x, 1)")),
        ("BCEWithLogitsLoss", MLP),
        ("BCEWithLogitsLoss", REGRESSOR),
        ("BCELoss", REGRESSOR.replace("return x", "return torch.sigmoid(x)")),
        ("SoftMarginLoss", REGRESSOR),
        ("MSELoss", REGRESSOR),
        ("MSELoss", MLP),
    ],
)
def test_metrics_agree_with_the_accuracy_that_a_script_counts_itself(loss, network):
    plan = TrainingPlan(
        data=GeneratedData(shape=Shape.MOONS, count=128),
        network=network,
        loss=Choice(loss),
        optimizer=Choice("Adam", (Setting("lr", "0.02"),)),
        metrics=(Choice("Accuracy", (Setting("average", "'micro'"),)), Choice("AUROC")),
        epochs=3,
    )
    names = run(plan)
    assert names["validation_scores"]["accuracy"].item() == pytest.approx(names["accuracy"])
    assert names["validation_scores"]["AUROC"].item() > 0.8


def test_metrics_of_a_regression_agree_with_scikit_learn():
    from sklearn.metrics import mean_absolute_error, r2_score

    plan = TrainingPlan(
        data=GeneratedData(shape=Shape.SURFACE, count=64),
        network=REGRESSOR,
        loss=Choice("MSELoss"),
        metrics=(Choice("R2Score"), Choice("MeanAbsoluteError")),
        epochs=2,
    )
    names = run(plan)
    held_back = names["validation_data"]
    with torch.no_grad():
        right = torch.stack([target for _, target in held_back])
        told = names["model"](torch.stack([inputs for inputs, _ in held_back]))
    scores = {name: score.item() for name, score in names["validation_scores"].items()}
    assert scores["R2 score"] == pytest.approx(r2_score(right, told), abs=1e-5)
    assert scores["mean absolute error"] == pytest.approx(mean_absolute_error(right, told), abs=1e-5)


def test_metrics_of_every_kind_of_data_and_optimizer():
    tokens = TrainingPlan(
        data=GeneratedData(shape=Shape.COPY, count=32), network=TRANSFORMER, metrics=(Choice("F1Score"),), epochs=1
    )
    assert run(tokens)["train_scores"]["F1 score"].ndim == 0
    for changes in ({"optimizer": Choice("LBFGS")}, {"precision": "bfloat16"}, {"precision": "float16"}):
        data = GeneratedData(shape=Shape.XOR, count=64)
        names = run(TrainingPlan(data=data, network=MLP, metrics=(Choice("AUROC"),), epochs=1, **changes))
        assert 0 <= names["validation_scores"]["AUROC"].item() <= 1
        assert 0 <= names["train_scores"]["AUROC"].item() <= 1


def test_metrics_with_lbfgs_count_each_batch_once():
    data = GeneratedData(shape=Shape.XOR, count=64)
    plan = TrainingPlan(
        data=data, network=MLP, optimizer=Choice("LBFGS"), metrics=(Choice("Accuracy"),), epochs=1, train_share=1.0
    )
    text = script_of(plan).replace("loss.backward()", "loss.backward(), told.append(None)")
    text = text.replace("train_metrics.update(", "counted.append(None), train_metrics.update(")
    names = {"__name__": "__main__", "told": (told := []), "counted": (counted := [])}
    exec(compile(text, "script.py", "exec"), names)
    assert len(told) > len(counted) == len(names["train_loader"])
    assert 0 <= names["train_scores"]["accuracy"] <= 1


def test_lbfgs_learns_sequences_too():
    tokens = TrainingPlan(
        data=GeneratedData(shape=Shape.COPY, count=32), network=TRANSFORMER, optimizer=Choice("LBFGS"), epochs=1
    )
    assert run(tokens)["validation_loss"] > 0
    assert run(replace(tokens, metrics=(Choice("F1Score"),)))["train_scores"]["F1 score"].ndim == 0


def test_metrics_for_classes_are_refused_for_numbers():
    plan = TrainingPlan(data=GeneratedData(shape=Shape.SURFACE), network=REGRESSOR, loss=Choice("MSELoss"))
    with pytest.raises(PlanError, match=r"AUROC tells classes apart, .* try R2Score\."):
        script_of(replace(plan, metrics=(Choice("AUROC"),)))


def test_a_script_without_metrics_knows_nothing_of_torchmetrics():
    assert "metrics" not in script_of(TrainingPlan(network=MLP))


@pytest.mark.parametrize(
    ("name", "label"),
    [("F1Score", "F1 score"), ("AUROC", "AUROC"), ("R2Score", "R2 score"), ("FBetaScore", "F beta score"),
     ("MeanAbsoluteError", "mean absolute error"), ("ConfusionMatrix", "confusion matrix")],
)  # fmt: skip
def test_labels_of_metrics(name, label):
    assert metric_label(name) == label
