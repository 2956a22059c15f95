"""What training runs in real workers tell, and that watching changes nothing."""

import sys

import pytest
import torch

from engine.network.network import Setting
from engine.trace.batch import RunInfo
from engine.trace.invariants import check_recording
from engine.trace.outcome import OutcomeKind
from engine.training.facts import Hyper, MarkKind, TrainState
from engine.training.options import TrainingOptions
from engine.training.plan import Choice, GeneratedData, Shape
from engine.training.ring import recording_of
from tests.engine.session.runs import printed
from tests.engine.session.training.programs import TRANSFORMER, TYPED, losses_alone, program

pytestmark = pytest.mark.worker


def test_a_watched_run_gives_the_losses_of_the_script_alone_bit_for_bit(runs):
    text = program()
    recording = runs.run(text, training=TrainingOptions(sample_every=3, sample_share=None))
    assert recording.outcome.kind is OutcomeKind.FINISHED
    alone = losses_alone(text)
    assert list(runs.curve("loss")) == list(range(12))
    assert list(runs.curve("loss").values()) == alone
    assert [sample.iteration for sample in runs.samples] == [3, 6, 9]


def test_what_a_run_tells(runs):
    text = program(clip_norm=1.0)
    recording = runs.run(text, training=TrainingOptions(norms_every=2))
    names = ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "fc3.weight", "fc3.bias"]
    kinds = ("gradient norm", "weight norm", "update ratio")
    assert runs.curves == {
        "saturation/act1", "saturation/act2", "loss", "learning rate", "gradient norm", "validation loss", "accuracy",
        *(f"{kind}/{name}" for kind in kinds for name in names),
    }  # fmt: skip
    assert set(runs.curve("learning rate").values()) == {0.01}
    assert list(runs.curve("gradient norm/fc1.weight")) == [0, 2, 4, 6, 8, 10]
    assert max(runs.curve("gradient norm").values()) <= 1.0 + 1e-5, "after the program's own clipping"
    assert list(runs.curve("accuracy")) == [3, 7, 11]
    last = runs.progress[-1]
    assert (last.state, last.iteration, last.epoch, last.batch, last.batches, last.epochs) == (
        TrainState.ENDED, 12, 2, 4, 4, 3,
    )  # fmt: skip
    hyper = next(fact for fact in runs.facts if isinstance(fact, Hyper))
    told = dict(zip(hyper.names, hyper.numbers, strict=True))
    assert hyper.optimizer == "AdamW"
    assert (told["lr"], told["betas"], told["clip norm"]) == ((0.01,), (0.9, 0.999), (1.0,))
    assert printed(recording).count("epoch") == 3
    assert not recording.steps, "only single iterations are recorded"


def test_any_typed_loop_is_watched(runs):
    text = TYPED.replace("LOG", "import engine; engine.log('own', step * 2)")
    recording = runs.run(text, training=TrainingOptions(norms_every=1))
    assert [repr(loss) for loss in runs.curve("loss").values()] == printed(recording).split()
    assert runs.curve("own") == {0: 0, 1: 2, 2: 4, 3: 6, 4: 8, 5: 10}
    assert "gradient norm/w" in runs.curves
    before = runs.curve("weight norm/w")
    assert before[0] == 0
    assert runs.curve("update ratio/w").keys() == {1, 2, 3, 4, 5}, "a weight of nothing has no ratio"


def test_two_optimizers_count_as_the_first_that_steps(runs):
    text = TYPED.replace("LOG", "other.step()").replace("def learn", "other = torch.optim.SGD([x], lr=1.0)\ndef learn")
    runs.run(text, training=TrainingOptions(sample_every=2, sample_share=None))
    assert list(runs.curve("loss")) == list(range(6))
    assert set(runs.curve("learning rate").values()) == {0.1}
    assert [sample.iteration for sample in runs.samples] == [2, 4]


def test_hooks_of_the_program_itself_do_not_get_in_the_way(runs):
    hooks = (
        "from torch.optim.optimizer import register_optimizer_step_post_hook as after\n"
        "from torch.optim.optimizer import register_optimizer_step_pre_hook as before\n"
        "seen = []\nbefore(lambda *_: seen.append('b'))\nafter(lambda *_: seen.append('a'))\ndef learn"
    )
    text = TYPED.replace("LOG", "pass").replace("def learn", hooks) + "print(''.join(seen))\n"
    recording = runs.run(text, training=TrainingOptions(sample_every=1, sample_share=None))
    assert recording.outcome.kind is OutcomeKind.FINISHED, recording.outcome
    assert printed(recording).split()[-1] == "ba" * 6
    assert [sample.iteration for sample in runs.samples] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "changes",
    [
        {"workers": 1},
        {"precision": "bfloat16"},
        {"precision": "float16", "clip_norm": 1.0},
        {"optimizer": Choice("LBFGS", (Setting("max_iter", "2"),))},
        {"schedule": Choice("ReduceLROnPlateau", (Setting("patience", "0"),))},
        {"data": GeneratedData(shape=Shape.SORT, count=64), "network": TRANSFORMER},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_every_way_of_training_is_watched_and_recorded_and_comes_out_the_same(runs, changes):
    text = program(epochs=2, **changes)
    recording = runs.run(text, training=TrainingOptions(sample_every=3, sample_share=None, norms_every=2))
    assert recording.outcome.kind is OutcomeKind.FINISHED, recording.outcome
    seen = list(runs.curve("loss").values())
    alone = losses_alone(text)
    assert seen == alone
    assert runs.samples
    for sample in runs.samples:
        check_recording(recording_of(sample, RunInfo(program=text)))


@pytest.mark.skipif(sys.platform != "linux", reason="the size of a process is read from /proc")
def test_a_run_of_very_many_steps_keeps_its_memory(runs):
    text = (
        TYPED.replace("LOG", "pass").replace("range(6)", "range(4_000)").replace("print(repr(loss.item()))", "look()")
    )
    text = text.replace("def learn", MEMORY + "def learn") + "print(sizes[0], sizes[-1])\n"
    recording = runs.run(text, training=TrainingOptions())
    early, late = map(int, printed(recording).split())
    assert len(runs.curve("loss")) == 4_000
    assert late - early < 8_000_000


MEMORY = """
sizes, count = [], 0
def look():
    global count
    count += 1
    if count % 1000 == 0:
        import pathlib
        lines = pathlib.Path("/proc/self/status").read_text().splitlines()
        sizes.append(int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) * 1024)
"""


def test_a_fault_in_watching_does_not_reach_the_program(runs):
    odd = "class Odd(float):\n    def __float__(self): raise TypeError('odd')\ndef learn"
    text = TYPED.replace("LOG", "if step == 2: optimizer.param_groups[0]['lr'] = Odd(0.1)").replace("def learn", odd)
    recording = runs.run(text, training=TrainingOptions())
    assert recording.outcome.kind is OutcomeKind.FINISHED, recording.outcome
    assert len(printed(recording).split()) == 6
    (mark,) = runs.marks(MarkKind.TROUBLE)
    assert mark.text == "Watching stopped because of a fault in it (TypeError: odd); the program went on."
    assert list(runs.curve("learning rate")) == [0, 1, 2]


def test_complex_and_sparse_parameters_are_watched(runs):
    text = TYPED.replace("LOG", "pass").replace(
        "torch.zeros(3, requires_grad=True)", "torch.zeros(3, dtype=torch.cfloat, requires_grad=True)"
    )
    text = text.replace("(x @ w - y) ** 2", "(x.to(w.dtype) @ w - y).abs() ** 2")
    assert runs.run(text, training=TrainingOptions(norms_every=3)).outcome.kind is OutcomeKind.FINISHED
    assert len(runs.curve("loss")) == 6
    assert not runs.marks(MarkKind.TROUBLE)
    sparse = TYPED.replace("LOG", "pass").replace(
        "w = torch.zeros(3, requires_grad=True)", "e = torch.nn.Embedding(4, 3, sparse=True)"
    )
    sparse = sparse.replace("[w]", "e.parameters()").replace("(x @ w - y)", "e(torch.tensor([1, 2]))")
    sparse = sparse.replace(", momentum=0.5", "")
    assert runs.run(sparse, training=TrainingOptions(norms_every=3)).outcome.kind is OutcomeKind.FINISHED
    assert not runs.marks(MarkKind.TROUBLE), runs.marks(MarkKind.TROUBLE)
    assert "gradient norm/e.weight" in runs.curves or "gradient norm/weight" in runs.curves


def test_metrics_of_a_plan_are_those_of_the_script_alone(runs, capsys):
    text = program(metrics=(Choice("F1Score"), Choice("Recall", (Setting("average", "'none'"),))))
    recording = runs.run(text, training=TrainingOptions(sample_every=3, sample_share=None))
    scores = [eval("{" + line.partition("{")[2]) for line in printed(recording).splitlines() if "{" in line]
    with torch.random.fork_rng():
        exec(compile(text, "script.py", "exec"), {"__name__": "__main__"})
    alone = [eval("{" + line.partition("{")[2]) for line in capsys.readouterr().out.splitlines() if "{" in line]
    assert scores == alone
    assert len(alone) == 6, "training and validation in each of three epochs"
    for curve, rows in (("", alone[::2]), ("validation ", alone[1::2])):
        assert runs.curve(f"{curve}F1 score") == {at: row["F1 score"] for at, row in zip((3, 7, 11), rows, strict=True)}
        assert runs.curve(f"{curve}recall 1") == {
            at: row["recall"][1] for at, row in zip((3, 7, 11), rows, strict=True)
        }


def test_torchmetrics_is_not_loaded_by_a_worker_for_programs_without_it(runs):
    recording = runs.run(program() + "import sys\nprint('torchmetrics' in sys.modules)\n", training=TrainingOptions())
    assert printed(recording).splitlines()[-1] == "False"


def test_a_second_optimizer_has_curves_of_its_own(runs):
    text = """
import torch
torch.manual_seed(0)
critic, actor = torch.nn.Linear(2, 1), torch.nn.Linear(2, 2)
first = torch.optim.SGD(critic.parameters(), lr=0.25)
second = torch.optim.Adam(actor.parameters(), lr=0.5)
for _ in range(4):
    made = actor(torch.ones(2))
    loss = critic(made.detach()).pow(2).sum()
    first.zero_grad(); loss.backward(); first.step()
    other = -critic(made).sum()
    second.zero_grad(); other.backward(); second.step()
    print(repr(loss.item()), repr(other.item()))
"""
    recording = runs.run(text, training=TrainingOptions())
    rows = [line.split() for line in printed(recording).splitlines()]
    assert [repr(number) for number in runs.curve("loss").values()] == [row[0] for row in rows]
    assert [repr(number) for number in runs.curve("loss of Adam 2").values()] == [row[1] for row in rows]
    assert set(runs.curve("learning rate of Adam 2").values()) == {0.5}
    assert not runs.marks(MarkKind.TROUBLE)
