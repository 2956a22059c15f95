"""Files of data become plans whose programs run."""

import contextlib
import io
import os

import numpy as np
import pytest
from PIL import Image

from engine.network.source import write_source
from engine.network.templates import templates
from engine.training.errors import PlanError
from engine.training.file_look import look_into
from engine.training.plan import Choice, FileData, TrainingPlan
from engine.training.script import script_of
from gui.model.training_fit import fits, fitting_loss, need_of_file, network_for_file

MLP = next(template.network for template in templates() if template.title == "Multilayer perceptron")


def table(path, count=24):
    lines = [f"{at},{at % 5},{at / 7:.3f},{['red', 'green', 'blue'][at % 3]}" for at in range(count)]
    path.write_text("a,b,size,kind\n" + "\n".join(lines) + "\n\n")


def arrays(path, **more):
    random = np.random.default_rng(0)
    np.savez(path, x=random.normal(size=(20, 6)).astype("f4"), y=np.arange(20) % 4, **more)


def signs(path):
    np.savez(path, x=np.arange(24 * 7).reshape(24, 7) % 20, y=np.arange(24) % 2)


def pictures(path, size=(10, 12)):
    for number, kind in enumerate(("cat", "dog", "fox")):
        (path / kind).mkdir(parents=True)
        for at in range(6):
            Image.new("RGB", size, (40 * number, at, 9)).save(path / kind / f"{at}.png")


@pytest.mark.parametrize(
    ("name", "make", "target", "inputs", "answers", "has_classes"),
    [
        ("t.csv", table, "", (3,), 3, True),
        ("t.csv", table, "size", (3,), 1, False),
        ("t.csv", table, "b", (3,), 5, True),
        ("a.npz", arrays, "", (6,), 4, True),
        ("s.npz", signs, "", (7,), 2, True),
        ("folder", pictures, "", (3, 12, 10), 3, True),
    ],
)
def test_a_file_gets_a_network_and_its_program_runs(tmp_path, name, make, target, inputs, answers, has_classes):
    path = tmp_path / name
    make(path)
    look = look_into(path, target)
    assert (look.inputs, look.answers, look.has_classes) == (inputs, answers, has_classes)
    network = network_for_file(MLP, look)
    assert fits(network, need_of_file(look))
    if target and name == "t.csv" and target != "kind":
        return  # the column of words is no number: the program says so itself
    loss = Choice(fitting_loss("CrossEntropyLoss", has_classes=has_classes))
    plan = TrainingPlan(data=FileData(path=str(path), target=target), network=write_source(network), loss=loss,
                        optimizer=Choice("SGD"), batch_size=8, epochs=1)  # fmt: skip
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(script_of(plan), "script.py", "exec"), {"__name__": "__main__"})
    assert "epoch 1: loss" in out.getvalue()


def test_what_cannot_be_learned_from_is_told(tmp_path):
    def told(name, raw=None):
        path = tmp_path / name
        if raw is not None:
            path.write_bytes(raw)
        with pytest.raises(PlanError) as caught:
            look_into(path)
        return str(caught.value)

    assert told("gone.csv") == "“gone.csv” cannot be read: No such file or directory."
    assert told("one.csv", b"a\n1\n") == "“one.csv” has one column only; inputs and a target are needed."
    assert told("empty.csv", b"") == "“empty.csv” has no rows below a head line."
    assert told("head.csv", b"a,b\n") == "“head.csv” has no rows below a head line."
    assert told("raw.csv", bytes(range(256))) == "“raw.csv” cannot be read: it is damaged, or of another kind."
    assert told("raw.npz", b"PK nothing") == "“raw.npz” cannot be read: it is damaged, or of another kind."
    np.savez(tmp_path / "lone.npz", x=np.zeros(3))
    assert told("lone.npz") == "“lone.npz” has to hold an array of inputs and one of targets."
    np.savez(tmp_path / "objects.npz", x=np.array([object(), None]), y=np.zeros(2))
    assert told("objects.npz") == "“objects.npz” holds objects, which are not read."
    (tmp_path / "pictures" / "only").mkdir(parents=True)
    assert told("pictures") == "“pictures” has to hold one folder for each of at least two classes."
    (tmp_path / "pictures" / "second").mkdir()
    assert told("pictures") == "The class only has no pictures."
    (tmp_path / "pictures" / "only" / "x.png").write_bytes(b"no picture")
    assert told("pictures") == "“pictures” cannot be read: it is damaged, or of another kind."
    if os.geteuid() != 0:
        (tmp_path / "closed.csv").write_text("a,b\n1,2\n")
        (tmp_path / "closed.csv").chmod(0)
        assert told("closed.csv") == "“closed.csv” cannot be read: Permission denied."
