"""Checkpoints, and runs that go on from them bit for bit."""

import pytest

from engine.trace.outcome import OutcomeKind
from engine.training.checkpoint import read_head
from engine.training.commands import Play, SaveCheckpoint, SetHyper
from engine.training.facts import MarkKind, TrainState
from engine.training.options import TrainingOptions
from engine.training.plan import Choice
from tests.engine.session.runs import printed
from tests.engine.session.training.programs import TYPED, losses_alone, resumable

pytestmark = pytest.mark.worker


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
    assert early.text == "The checkpoint could not be written: no batch was learned yet."
    assert lost.text.startswith("The checkpoint could not be written: ")
    runs.session.stop()
    runs.wait()
    assert [one.name for one in tmp_path.iterdir()] == ["run.safetensors"]


def test_metrics_in_the_middle_of_an_epoch_and_clipping_that_was_asked_for_go_on(runs, tmp_path):
    metrics = tuple(Choice(name) for name in ("F1Score", "AUROC", "ConfusionMatrix"))
    text, path = resumable(metrics=metrics), str(tmp_path / "run.safetensors")
    runs.begin(text, training=TrainingOptions(play=Play(iterations=6)))
    runs.until_paused()
    runs.session.steer(SetHyper(name="clip norm", numbers=(0.05,)))
    runs.session.steer(SaveCheckpoint(path=path))
    runs.until(lambda: runs.marks(MarkKind.CHECKPOINT))
    runs.session.steer(Play())
    runs.wait()
    whole = {name: runs.curve(name) for name in ("loss", "F1 score", "AUROC", "validation F1 score")}
    matrix = runs.picture("scores/confusion matrix")
    assert list(whole["F1 score"]) == [3, 7, 11, 15]
    assert list(whole["loss"].values())[:6] == losses_alone(text)[:6]
    assert list(whole["loss"].values())[6:] != losses_alone(text)[6:], "clipping changes what is learned"
    runs.run(text, training=TrainingOptions(resume=path))
    for name, points in whole.items():
        resumed = runs.curve(name)
        assert resumed == {at: number for at, number in points.items() if at >= min(resumed)}
        assert len(resumed) >= 3
    assert runs.picture("scores/confusion matrix").data == matrix.data


PLAIN = """
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
torch.set_num_threads(1)
torch.manual_seed(3)
x = torch.randn(40, 3)
loader = DataLoader(TensorDataset(x, x.sum(1, keepdim=True)), batch_size=8, shuffle=True)
model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.2), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.8)
history, total = [], 0.0
for round in range(2, 6):
    for inputs, targets in loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(inputs), targets)
        loss.backward()
        optimizer.step()
        total += loss.item()
        history.append(loss.item())
    scheduler.step()
print(repr(total), history)
"""


@pytest.mark.parametrize("after", [1, 5, 12])
def test_a_typed_program_that_counts_epochs_by_a_range_is_resumed_as_it_is(runs, tmp_path, after):
    path = str(tmp_path / "run.safetensors")
    runs.begin(PLAIN, training=TrainingOptions(play=Play(iterations=after)))
    runs.until_paused()
    runs.session.steer(SaveCheckpoint(path=path))
    runs.until(lambda: runs.marks(MarkKind.CHECKPOINT))
    runs.session.steer(Play())
    whole = runs.wait()
    losses, rates = runs.curve("loss"), runs.curve("learning rate")
    head = read_head(path)
    assert (head.loop_line, head.epoch) == (13, 2 + (after - 1) // 5)
    assert head.program == PLAIN
    resumed = runs.run(PLAIN, training=TrainingOptions(resume=path))
    assert runs.curve("loss") == {at: loss for at, loss in losses.items() if at >= after}
    assert runs.curve("learning rate") == {at: rate for at, rate in rates.items() if at >= after}
    assert printed(resumed) == printed(whole), "numbers and rows of numbers go on, too"
    assert resumed.info.program == PLAIN


LINES = PLAIN.strip().splitlines()
START = next(place for place, line in enumerate(LINES) if line.startswith("for round"))
HIDDEN = "\n".join(
    [*LINES[:START], "def learn():", "    total = 0.0", *(f"    {line}" for line in LINES[START:]), "learn()"]
)
BY_HAND = PLAIN.replace("for inputs, targets in loader:", "for inputs, targets in drawn():").replace(
    "model = nn.Seq", """def drawn():
    for places in torch.randperm(40).split(8):
        yield x[places], x[places].sum(1, keepdim=True)
model = nn.Seq""", 1
)  # fmt: skip
UNSEEDED = BY_HAND.replace("torch.manual_seed(3)", "import random")
CANNOT_BE_SET = {"epochs in a function": HIDDEN, "batches by hand": BY_HAND, "no seed": UNSEEDED}


@pytest.mark.parametrize("after", [1, 5, 12])
@pytest.mark.parametrize("name", CANNOT_BE_SET)
def test_a_program_that_cannot_be_set_is_run_again_up_to_there(runs, tmp_path, name, after):
    text, path = CANNOT_BE_SET[name], str(tmp_path / "run.safetensors")
    runs.begin(text, training=TrainingOptions(play=Play(iterations=after)))
    runs.until_paused()
    runs.session.steer(SaveCheckpoint(path=path))
    runs.until(lambda: runs.marks(MarkKind.CHECKPOINT))
    runs.session.steer(Play())
    whole = runs.wait()
    losses, rates = runs.curve("loss"), runs.curve("learning rate")
    assert read_head(path).boundary > 0
    resumed = runs.run(text, training=TrainingOptions(resume=path, play=Play()))
    assert resumed.outcome.kind is OutcomeKind.FINISHED, resumed.outcome
    assert [mark.iteration for mark in runs.marks(MarkKind.RESUMED)] == [after]
    assert runs.curve("loss") == {at: loss for at, loss in losses.items() if at >= after}
    assert runs.curve("learning rate") == {at: rate for at, rate in rates.items() if at >= after}
    assert printed(resumed) == printed(whole)


def test_what_a_person_changed_is_there_again_where_a_program_was_run_again(runs, tmp_path):
    path, later = str(tmp_path / "one"), str(tmp_path / "two")
    runs.begin(BY_HAND, training=TrainingOptions(play=Play(iterations=3)))
    runs.until_paused()
    runs.session.steer(SetHyper(name="lr", numbers=(0.5,)))
    runs.session.steer(Play(iterations=4))
    runs.until(lambda: runs.progress[-1].iteration == 7 and runs.progress[-1].state is TrainState.PAUSED)
    runs.session.steer(SaveCheckpoint(path=path))
    runs.until(lambda: runs.marks(MarkKind.CHECKPOINT))
    runs.session.steer(Play())
    runs.wait()
    losses = runs.curve("loss")
    runs.begin(BY_HAND, training=TrainingOptions(resume=path, play=Play(iterations=2)))
    runs.until_paused()
    assert runs.progress[-1].iteration == 9
    runs.session.steer(SaveCheckpoint(path=later))
    runs.until(lambda: runs.marks(MarkKind.CHECKPOINT))
    runs.session.steer(Play())
    runs.wait()
    assert runs.curve("loss") == {at: loss for at, loss in losses.items() if at >= 7}
    runs.run(BY_HAND, training=TrainingOptions(resume=later, play=Play()))
    assert runs.curve("loss") == {at: loss for at, loss in losses.items() if at >= 9}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("torch.manual_seed(3)", "import time; torch.manual_seed(time.time_ns())", "draws other random numbers"),
        ("lr=0.01", "lr=0.02", "does not learn the same"),
        ("range(2, 6)", "range(2, 3)", "it ended before the iteration"),
    ],
)
def test_a_program_that_does_not_do_the_same_again_says_why(runs, tmp_path, old, new, said):
    path = str(tmp_path / "run.safetensors")
    begun = BY_HAND.replace(old, new) if "time" in new else BY_HAND
    runs.begin(begun, training=TrainingOptions(play=Play(iterations=7)))
    runs.until_paused()
    runs.session.steer(SaveCheckpoint(path=path))
    runs.until(lambda: runs.marks(MarkKind.CHECKPOINT))
    runs.session.stop()
    runs.wait()
    ended = runs.run(BY_HAND.replace(old, new), training=TrainingOptions(resume=path, play=Play())).outcome
    assert ended.kind is OutcomeKind.FAILED
    assert said in ended.message
