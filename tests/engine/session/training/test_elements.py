"""Single numbers of what is trained: looked at, changed between two iterations, in a real worker."""

import pytest

from engine.training.commands import LookAt, Play, SetElement
from engine.training.facts import Edited, Element, MarkKind, SampleReason, Tensors, array_of
from engine.training.options import TrainingOptions
from tests.engine.session.training.programs import losses_alone, program

pytestmark = pytest.mark.worker


def facts_of(runs, kind):
    return [fact for fact in runs.facts if isinstance(fact, kind)]


def test_a_weight_changed_between_two_iterations_is_as_if_the_program_had_done_it(runs):
    text = program()
    runs.begin(text, training=TrainingOptions(play=Play(iterations=2)))
    runs.until_paused()
    told = facts_of(runs, Tensors)[0]
    assert told.shapes[told.names.index("fc1.weight")] == (8, 2)
    assert set(told.types) == {"float32"}
    runs.session.steer(LookAt(tensor="fc1.weight", index=(3, 1)))
    runs.until(lambda: facts_of(runs, Element))
    before = facts_of(runs, Element)[0]
    assert before.iteration == 2
    assert before.gradient is not None
    runs.session.steer(SetElement(tensor="fc1.weight", index=(3, 1), number=2.5))
    runs.until(lambda: facts_of(runs, Edited))
    assert facts_of(runs, Edited) == [Edited(2, "fc1.weight", (3, 1), before.number, 2.5)]
    runs.until(lambda: any(fact.number == 2.5 for fact in facts_of(runs, Element)))
    runs.until(lambda: any(weights(fact)[3, 1] == 2.5 for fact in runs.facts if is_picture(fact)))
    mark = runs.marks(MarkKind.EDIT)[0]
    assert mark.text == f"fc1.weight[3, 1] {before.number:.4g} → 2.5"
    assert mark.took_ms > 0
    runs.session.steer(Play())
    runs.wait()
    assert list(runs.curve("loss").values()) == losses_alone(edited(text))


def edited(text):
    """The script with the same edit in it, before its third batch."""
    edit = "    if len(found) == 2:\n        model.fc1.weight.data[3, 1] = 2.5\n"
    changed = text.replace("    optimizer.zero_grad()\n", f"    optimizer.zero_grad()\n{edit}")
    assert changed != text
    return changed


def is_picture(fact):
    return getattr(fact, "name", "") == "weight/fc1.weight"


def weights(fact):
    return array_of(fact)


def test_an_edit_in_a_running_program_keeps_what_is_recorded_true(runs):
    runs.begin(program(epochs=100_000), training=TrainingOptions(sample_every=5, sample_share=None))
    runs.until(lambda: len(runs.samples) > 2)
    count = len(runs.samples)
    for turn in range(20):
        runs.session.steer(SetElement(tensor="fc1.bias", index=(0,), number=turn / 8))
        runs.until(lambda turn=turn: len(facts_of(runs, Edited)) > turn)
    runs.until(lambda: len(runs.samples) > count + 3)
    runs.session.stop()
    runs.wait()
    assert [fact.after for fact in facts_of(runs, Edited)] == [turn / 8 for turn in range(20)]
    assert not runs.marks(MarkKind.TROUBLE)
    assert all(sample.reason is SampleReason.PERIODIC for sample in runs.samples)


def test_what_cannot_be_changed_is_told_in_one_sentence(runs):
    network = program().replace("nn.Tanh()", "nn.BatchNorm1d(8)", 1)
    runs.begin(network, training=TrainingOptions(play=Play(iterations=1)))
    runs.until_paused()
    for name, index, number in (
        ("fc9.weight", (0, 0), 1.0),
        ("fc1.weight", (8, 0), 1.0),
        ("fc1.weight", (0,), 1.0),
        ("fc1.weight", (0, 0), 1e300),
        ("act1.num_batches_tracked", (), 0.5),
        ("act1.num_batches_tracked", (), 7.0),
    ):
        runs.session.steer(SetElement(tensor=name, index=index, number=number))
    runs.until(lambda: facts_of(runs, Edited))
    assert [mark.text for mark in runs.marks(MarkKind.TROUBLE)] == [
        "Nothing that is trained is called fc9.weight.",
        "fc1.weight[8, 0] does not exist: fc1.weight is 8 × 2.",
        "fc1.weight[0] does not exist: fc1.weight is 8 × 2.",
        "fc1.weight cannot hold 1e+300.",
        "act1.num_batches_tracked holds whole numbers.",
    ]
    assert facts_of(runs, Edited)[0].after == 7.0
    runs.session.stop()
    runs.wait()
