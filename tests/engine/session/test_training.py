"""Training runs in real workers: what they tell, how they are steered, and that watching changes nothing."""

import contextlib
import io
import math
import sys

import pytest
import torch

from engine.network.network import Setting
from engine.network.source import write_source
from engine.network.templates import templates
from engine.trace.batch import RunInfo
from engine.trace.facts import Phase
from engine.trace.invariants import check_recording
from engine.trace.outcome import OutcomeKind
from engine.training.checkpoint import read_head
from engine.training.commands import Pause, Play, SaveCheckpoint, SetHyper, TakeSample
from engine.training.facts import Hyper, MarkKind, Picture, SampleReason, TrainState, array_of
from engine.training.options import TrainingOptions
from engine.training.plan import Choice, GeneratedData, Shape, TrainingPlan
from engine.training.plane import plane_of
from engine.training.ring import Ring, recording_of
from engine.training.script import script_of
from engine.training.xray import xray
from tests.engine.session.runs import printed
from tests.engine.session.training_runs import TrainingRuns

pytestmark = pytest.mark.worker

TRANSFORMER = next(write_source(one.network) for one in templates() if one.title == "Tiny transformer")
MLP = next(write_source(template.network) for template in templates() if template.title == "Multilayer perceptron")
ONE_THREAD = "import torch\n\ntorch.set_num_threads(1)\n"


def program(**changes):
    """The script of a small plan, of 4 batches an epoch, on one thread."""
    plan = {
        "data": GeneratedData(shape=Shape.XOR, count=80),
        "network": MLP.replace("x = self.act2(x)", "x = nn.functional.dropout(self.act2(x), 0.1, self.training)"),
        "optimizer": Choice("AdamW", (Setting("lr", "0.01"),)),
        "batch_size": 16,
        "epochs": 3,
    }
    return ONE_THREAD + script_of(TrainingPlan(**plan | changes))


def losses_alone(text):
    """The losses of a script in plain Python, one an iteration."""
    names = {"__name__": "__main__"}
    found = []
    text = text.replace("    return loss.item()", "    found.append(loss.item())\n    return loss.item()")
    threads = torch.get_num_threads()
    try:
        with contextlib.redirect_stdout(io.StringIO()), torch.random.fork_rng():
            exec(compile(text, "script.py", "exec"), names | {"found": found})
    finally:
        torch.set_num_threads(threads)
    return found


@pytest.fixture(scope="module")
def shared():
    runs = TrainingRuns()
    runs.session.prepare()
    yield runs
    runs.session.close()


@pytest.fixture
def runs(shared):
    yield shared
    assert not shared.after_end


def test_a_watched_run_gives_the_losses_of_the_script_alone_bit_for_bit(runs):
    text = program()
    recording = runs.run(text, training=TrainingOptions(sample_every=3))
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


TYPED = """
import torch
torch.set_num_threads(1)
torch.manual_seed(1)
w = torch.zeros(3, requires_grad=True)
x, y = torch.randn(8, 3), torch.randn(8)
optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.5)
def learn():
    for step in range(6):
        optimizer.zero_grad()
        loss = ((x @ w - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        LOG
        print(repr(loss.item()))
learn()
"""


def test_any_typed_loop_is_watched(runs):
    text = TYPED.replace("LOG", "import engine; engine.log('own', step * 2)")
    recording = runs.run(text, training=TrainingOptions(norms_every=1))
    assert [repr(loss) for loss in runs.curve("loss").values()] == printed(recording).split()
    assert runs.curve("own") == {0: 0, 1: 2, 2: 4, 3: 6, 4: 8, 5: 10}
    assert "gradient norm/w" in runs.curves
    before = runs.curve("weight norm/w")
    assert before[0] == 0
    assert runs.curve("update ratio/w").keys() == {1, 2, 3, 4, 5}, "a weight of nothing has no ratio"


def test_one_batch_one_epoch_and_on(runs):
    text = program()
    runs.begin(text, training=TrainingOptions(play=None))
    first = runs.until_paused()
    assert (first.iteration, runs.curves) == (0, set())
    assert runs.steer(Play(iterations=1)).iteration == 1
    assert runs.progress[-1].reason == "one batch"
    second = runs.steer(Play(iterations=2))
    assert (second.iteration, second.batch) == (3, 3)
    assert runs.steer(Play(epochs=1)).iteration == 4
    assert 3 in runs.curve("accuracy"), "what the program does between epochs is done"
    runs.session.steer(Play())
    assert runs.wait().outcome.kind is OutcomeKind.FINISHED
    assert list(runs.curve("loss").values()) == losses_alone(text), "waiting changes nothing"


def test_until_the_loss_is_low_enough(runs):
    text = program(data=GeneratedData(shape=Shape.GAUSSIANS, count=80), epochs=200)
    runs.begin(text, training=TrainingOptions(play=Play(loss_below=0.3)))
    paused = runs.until_paused()
    assert paused.reason == "loss below 0.3"
    *others, last = runs.curve("loss").values()
    assert last < 0.3 <= min(others)
    runs.session.stop()
    assert runs.wait().outcome.kind is OutcomeKind.STOPPED


def test_pausing_and_stopping_keep_everything(runs):
    runs.begin(program(epochs=100_000), training=TrainingOptions())
    runs.until(lambda: len(runs.curve("loss")) > 20)
    runs.session.steer(Pause())
    paused = runs.until_paused()
    count = len(runs.curve("loss"))
    assert paused.iteration == count
    runs.session.stop()
    assert runs.wait().outcome.kind is OutcomeKind.STOPPED
    assert len(runs.curve("loss")) == count
    assert runs.progress[-1].state is TrainState.ENDED


def test_a_live_edit_has_its_effect_in_the_next_step(runs):
    runs.begin(program(epochs=100_000), training=TrainingOptions())
    runs.until(lambda: runs.curve("learning rate"))
    runs.session.steer(SetHyper(name="lr", numbers=(0.003,)))
    runs.until(lambda: runs.marks(MarkKind.EDIT))
    mark = runs.marks(MarkKind.EDIT)[0]
    assert mark.text == "lr 0.01 → 0.003"
    assert mark.took_ms > 0
    runs.session.steer(SetHyper(name="betas", numbers=(0.5, 0.9)))
    runs.session.steer(SetHyper(name="clip norm", numbers=(0.001,)))
    runs.session.steer(SetHyper(name="speed", numbers=(1.0,)))
    runs.session.steer(SetHyper(name="lr", numbers=(-1.0,)))
    runs.until(lambda: len(runs.marks(MarkKind.TROUBLE)) == 2)
    assert [one.text for one in runs.marks(MarkKind.EDIT)[1:]] == [
        "betas 0.9, 0.999 → 0.5, 0.9",
        "clip norm none → 0.001",
    ]
    assert [one.text for one in runs.marks(MarkKind.TROUBLE)] == [
        "AdamW has no number called speed.",
        "lr cannot be negative.",
    ]
    runs.until(lambda: runs.curve("learning rate")[max(runs.curve("learning rate"))] == 0.003)
    runs.session.stop()
    runs.wait()
    rates = runs.curve("learning rate")
    assert rates.get(mark.iteration - 1, 0.01) == 0.01
    assert rates[mark.iteration] == 0.003


def test_a_schedule_goes_on_from_an_edited_rate(runs):
    schedule = Choice("LambdaLR")
    text = program(schedule=Choice("StepLR", (Setting("step_size", "1"), Setting("gamma", "0.5"))))
    assert schedule.name not in text
    runs.begin(text, training=TrainingOptions(play=Play(iterations=2)))
    runs.until_paused()
    runs.session.steer(SetHyper(name="lr", numbers=(0.1,)))
    runs.session.steer(Play())
    runs.wait()
    assert [*runs.curve("learning rate").values()] == [0.01] * 2 + [0.1] * 2 + [0.05] * 4 + [0.025] * 4


def test_kept_iterations_are_whole_recordings(runs):
    text = program()
    runs.begin(text, training=TrainingOptions(play=None))
    runs.until_paused()
    runs.steer(Play(iterations=2, kept=True))
    runs.session.steer(TakeSample())
    runs.session.steer(Play(iterations=3))
    runs.until(lambda: runs.progress[-1].iteration == 5 and runs.progress[-1].state is TrainState.PAUSED)
    runs.session.stop()
    runs.wait()
    assert [(sample.iteration, sample.reason) for sample in runs.samples] == [
        (0, SampleReason.ASKED), (1, SampleReason.ASKED), (2, SampleReason.ASKED),
    ]  # fmt: skip
    info = RunInfo(program=text)
    for sample in runs.samples:
        recording = recording_of(sample, info)
        check_recording(recording)
        assert [step.name for step in recording.steps if step.phase is Phase.OPTIMIZER] == ["AdamW.step"]
    for sample in runs.samples:
        for position, parameter in enumerate(sample.update.parameters):
            opened = xray(sample.update, position)
            assert (opened.kind, opened.agreement.holds, parameter.steps) == ("AdamW", True, sample.iteration)
    assert [parameter.name for parameter in runs.samples[0].update.parameters][:2] == ["fc1.weight", "fc1.bias"]
    recording = recording_of(runs.samples[1], info)
    loss = next(step for step in recording.steps if step.name == "cross_entropy")
    assert recording.array(loss.outputs[0]).item() == pytest.approx(runs.curve("loss")[1])
    assert text.splitlines()[loss.span.line - 1].strip() == "loss = loss_function(outputs, targets)"
    update = recording.steps[-1] if recording.steps[-1].phase is Phase.OPTIMIZER else None
    names = {name for value in recording.values for name in recording.names(value.id)}
    assert update is None or update.outputs
    assert {"model.fc1.weight", "inputs", "loss"} <= names


def test_the_batch_in_which_nan_first_comes_is_kept_before_it_is_applied(runs):
    text = program().replace("        train_loss = train_batch", "        seen += 1\n        train_loss = train_batch")
    text = text.replace("for epoch in", "seen = 0\nfor epoch in").replace(
        "    loss = loss_function(outputs, targets)\n    loss.backward()",
        "    loss = loss_function(outputs, targets)\n"
        "    loss = loss + torch.log(torch.tensor(-1.0 if seen == 6 else 1.0)) * outputs.sum()\n    loss.backward()",
    )
    runs.begin(text, training=TrainingOptions())
    paused = runs.until_paused()
    assert (paused.iteration, paused.reason) == (5, "loss is nan")
    assert runs.marks(MarkKind.ALERT)[0].iteration == 5
    (sample,) = runs.samples
    assert (sample.iteration, sample.reason) == (5, SampleReason.ALERT)
    assert "same gradients bit for bit" in sample.note
    recording = recording_of(sample, RunInfo(program=text))
    check_recording(recording)
    assert not [step for step in recording.steps if step.phase is Phase.OPTIMIZER], "nothing was applied"
    assert [step.name for step in recording.steps].count("log") == 1
    weights = [value for value in recording.values if "model.fc1.weight" in recording.names(value.id)]
    assert all(math.isfinite(number) for number in recording.array(weights[0].id).ravel())
    runs.session.stop()
    runs.wait()


def test_a_nan_in_an_iteration_that_is_recorded_anyway_is_shown_up_to_there(runs):
    text = TYPED.replace("LOG", "pass").replace(".mean()", ".mean() + (float('nan') if step == 2 else 0)")
    runs.begin(text, training=TrainingOptions(sample_every=2))
    runs.until_paused()
    (sample,) = runs.samples
    assert (sample.iteration, sample.reason) == (2, SampleReason.ALERT)
    runs.session.steer(Play(on_nan=False))
    runs.wait()
    assert [one.iteration for one in runs.samples] == [2, 2, 4]
    whole = recording_of(runs.samples[1], RunInfo(program=text))
    assert whole.steps[-1].phase is Phase.OPTIMIZER
    ring = Ring(RunInfo(program=text), 1_000_000)
    for one in runs.samples:
        ring.add(one)
    assert [one.iteration for one in ring.samples] == [2, 4]


def test_a_typed_loop_says_that_its_batch_cannot_be_computed_again(runs):
    text = TYPED.replace("LOG", "pass").replace(".mean()", ".mean() + (float('nan') if step == 2 else 0)")
    runs.run(text, training=TrainingOptions(play=Play(on_nan=False)))
    assert "cannot be computed again" in runs.marks(MarkKind.TROUBLE)[0].text
    assert [sample.iteration for sample in runs.samples] == [3]


def test_an_iteration_that_fails_is_kept_up_to_its_fault(runs):
    text = TYPED.replace("LOG", "pass").replace("(x @ w - y)", "(x @ (w if step < 4 else w[:2]) - y)")
    recording = runs.run(text, training=TrainingOptions(sample_every=4))
    assert recording.outcome.kind is OutcomeKind.FAILED
    (sample,) = runs.samples
    failed = recording_of(sample, RunInfo(program=text))
    assert sample.note == "The program failed in it."
    assert failed.failures or failed.steps


def resumable(**changes):
    """A script with a schedule, momentum, dropout and batch norm: everything that a checkpoint has to hold."""
    network = MLP.replace("self.act1 = nn.Tanh()", "self.act1 = nn.BatchNorm1d(8)")
    network = network.replace("x = self.act2(x)", "x = nn.functional.dropout(self.act2(x), 0.1, self.training)")
    schedule = Choice("OneCycleLR", (Setting("max_lr", "0.05"),))
    return program(network=network, schedule=schedule, epochs=4, **changes)


@pytest.mark.parametrize("after", [2, 4, 7])
def test_a_resumed_run_gives_the_same_losses_bit_for_bit(runs, tmp_path, after):
    text, path = resumable(), str(tmp_path / "run.safetensors")
    runs.begin(text, training=TrainingOptions(play=Play(iterations=after)))
    runs.until_paused()
    runs.session.steer(SaveCheckpoint(path=path))
    runs.until(lambda: runs.marks(MarkKind.CHECKPOINT))
    runs.session.steer(Play())
    runs.wait()
    whole = {name: runs.curve(name) for name in ("loss", "learning rate", "validation loss", "accuracy")}
    assert list(whole["loss"].values()) == losses_alone(text)
    head = read_head(path)
    assert (head.iteration, head.epoch, head.batch) == (after, (after - 1) // 4, (after - 1) % 4 + 1)
    runs.run(text, training=TrainingOptions(resume=path))
    assert [mark.iteration for mark in runs.marks(MarkKind.RESUMED)] == [after]
    for name, points in whole.items():
        resumed = runs.curve(name)
        assert resumed == {at: number for at, number in points.items() if at >= min(resumed)}
        assert min(resumed) >= after - 1
    assert set(runs.curve("loss")) == set(range(after, 16))


def test_a_checkpoint_between_two_epochs_and_one_at_the_end(runs, tmp_path):
    text = resumable().replace("total_steps=epochs * len(train_loader)", "total_steps=64")
    between, end = str(tmp_path / "between"), str(tmp_path / "end")
    runs.begin(text, training=TrainingOptions(play=Play(epochs=2), keep_at_end=end))
    runs.until_paused()
    runs.session.steer(SaveCheckpoint(path=between))
    runs.session.steer(Play())
    runs.wait()
    losses = runs.curve("loss")
    runs.run(text, training=TrainingOptions(resume=between))
    assert runs.curve("loss") == {at: loss for at, loss in losses.items() if at >= 8}
    longer = text.replace("epochs = 4", "epochs = 6")
    runs.run(longer, training=TrainingOptions(resume=end))
    assert list(runs.curve("loss").values()) == losses_alone(longer)[16:]


def test_checkpoints_that_cannot_be(runs, tmp_path):
    text, path = resumable(), str(tmp_path / "run.safetensors")
    missing = runs.run(text, training=TrainingOptions(resume=path)).outcome
    assert (missing.kind, missing.message) == (
        OutcomeKind.FAILED, "run.safetensors cannot be read: No such file or directory.",
    )  # fmt: skip
    (tmp_path / "run.safetensors").write_bytes(b"something else")
    damaged = runs.run(text, training=TrainingOptions(resume=path)).outcome
    assert damaged.message == "run.safetensors is no checkpoint."
    runs.run(text, training=TrainingOptions(play=Play(), keep_at_end=path))
    typed = runs.run(TYPED.replace("LOG", "pass"), training=TrainingOptions(resume=path)).outcome
    assert "it has no variable start_epoch" in typed.message
    other = text.replace("nn.Linear(2, 8)", "nn.Linear(2, 9)").replace("nn.BatchNorm1d(8)", "nn.BatchNorm1d(9)")
    other = other.replace("nn.Linear(8, 8)", "nn.Linear(9, 8)").replace("epochs = 4", "epochs = 5")
    unfit = runs.run(other, training=TrainingOptions(resume=path)).outcome
    assert unfit.kind is OutcomeKind.FAILED
    assert "does not fit this program: a tensor of shape (8, 2) is to go into one of shape (9, 2)" in unfit.message
    runs.begin(text, training=TrainingOptions(play=None))
    runs.until_paused()
    runs.session.steer(SaveCheckpoint(path=path))
    runs.session.steer(Play(iterations=1))
    runs.until(lambda: runs.progress[-1].iteration == 1)
    runs.session.steer(SaveCheckpoint(path=str(tmp_path / "no" / "folder")))
    runs.until(lambda: len(runs.marks(MarkKind.TROUBLE)) == 2)
    early, lost = runs.marks(MarkKind.TROUBLE)
    assert early.text.startswith("The checkpoint could not be written: it needs a program that reads")
    assert lost.text.startswith("The checkpoint could not be written: ")
    runs.session.stop()
    runs.wait()
    assert [one.name for one in tmp_path.iterdir()] == ["run.safetensors"]


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


def test_two_optimizers_count_as_the_first_that_steps(runs):
    text = TYPED.replace("LOG", "other.step()").replace("def learn", "other = torch.optim.SGD([x], lr=1.0)\ndef learn")
    runs.run(text, training=TrainingOptions(sample_every=2))
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
    recording = runs.run(text, training=TrainingOptions(sample_every=1))
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
    recording = runs.run(text, training=TrainingOptions(sample_every=3, norms_every=2))
    assert recording.outcome.kind is OutcomeKind.FINISHED, recording.outcome
    seen = list(runs.curve("loss").values())
    alone = losses_alone(text)
    if "optimizer" not in changes:  # LBFGS computes several losses a step
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
