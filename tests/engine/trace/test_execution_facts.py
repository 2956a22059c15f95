"""Regions, decisions, costs, kernels, random states and histograms: through batches, pieces and files unchanged."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.trace.batch import Batch
from engine.trace.control import Decision, DecisionKind, Region, RegionKind
from engine.trace.execution import Clock, Kernel, KernelOperand, RandomState, StepCost
from engine.trace.facts import Histogram, Span
from engine.trace.file import read_recording, write_recording
from engine.trace.ids import RegionId, StepIndex, ValueId
from engine.trace.invariants import InvariantError, check_batch, check_recording, holder
from engine.trace.pieces import pieces
from engine.trace.recording import Recording
from engine.trace.split import batches
from tests.engine.trace.made import chain

COUNT = 40
SPAN = Span(0, 1, 0, 1, 4)


def described() -> Recording:
    """A chain of which everything is known: each step lies in a round of a loop of its own."""
    plain = chain(COUNT)
    recording = Recording(plain.info, plain.store)
    whole = next(batches(plain))
    facts = range(COUNT)
    recording.append(
        replace(
            whole,
            steps=tuple(replace(step, region=RegionId(step.index + 1)) for step in whole.steps),
            regions=(
                Region(RegionId(0), RegionKind.FUNCTION, "train", None, SPAN, 0),
                *(Region(RegionId(n + 1), RegionKind.ITERATION, "for k", RegionId(0), SPAN, n) for n in facts),
            ),
            decisions=tuple(
                Decision(StepIndex(n + 1), DecisionKind.IF, SPAN, ValueId(n), True, RegionId(n + 1), "1 < 2")
                for n in facts
            ),
            costs=tuple(StepCost(StepIndex(n), "cpu", 0, Clock.HOST, n, 3, 12, 12, None, None) for n in facts),
            kernels=tuple(
                Kernel(StepIndex(n), "aten.add.Tensor", (operand(n),), (operand(n + 1),), "1", n, 1) for n in facts
            ),
            random_states=tuple(RandomState(StepIndex(n), "cpu", 4 * n, 4) for n in facts),
            histograms=tuple(Histogram(ValueId(n), 0.0, 1.0, (1, 2), (0.5,), False) for n in facts),
        )
    )
    recording.end(plain.outcome)
    return recording


def operand(value: int) -> KernelOperand:
    return KernelOperand(ValueId(value), -1, (3,), "float32")


def everything(recording: Recording) -> list[object]:
    steps = [step.index for step in recording.steps]
    return [
        recording.steps,
        recording.regions,
        recording.decisions,
        [(recording.cost(step), recording.kernels(step), recording.random_states(step)) for step in steps],
        [recording.histogram(value.id) for value in recording.values],
        [
            bytes(recording.store.read(state.offset, state.nbytes))
            for s in steps
            for state in recording.random_states(s)
        ],
    ]


@pytest.mark.parametrize("size", [1, 7, 2000])
def test_batches_give_the_same_recording_again(size: int) -> None:
    recording = described()
    again = Recording(recording.info, recording.store)
    for batch in batches(recording, size):
        check_batch(again, batch, holder(recording.store))
        again.append(batch)
    assert everything(again) == everything(recording)


@pytest.mark.parametrize("size", [1, 7])
def test_pieces_tell_nothing_before_what_it_refers_to(size: int) -> None:
    recording = described()
    (whole,) = batches(recording)
    again = Recording(recording.info, recording.store)
    parts = pieces(whole, size)
    assert len(parts) > 2
    assert max(len(part.kernels) for part in parts) <= 2 * size
    for part in parts:
        check_batch(again, part, holder(recording.store))
        again.append(part)
    assert everything(again) == everything(recording)


def test_a_file_keeps_them_with_the_bytes_of_random_states(tmp_path: Path) -> None:
    path = tmp_path / "described.chainrule"
    plain = described()
    recording = Recording(plain.info, plain.store)
    (whole,) = batches(plain)
    recording.append(replace(whole, data=()))  # only the random states need bytes
    recording.end(plain.outcome)
    write_recording(path, recording)
    assert everything(read_recording(path)) == everything(recording)


@pytest.mark.parametrize(
    "wrong",
    [
        Batch(regions=(Region(RegionId(41), RegionKind.GROUP, "g", RegionId(41), None, 0),)),
        Batch(regions=(Region(RegionId(50), RegionKind.GROUP, "g", None, None, 0),)),
        Batch(costs=(StepCost(StepIndex(COUNT), "cpu", 0, Clock.HOST, 1, None, 0, 0, None, None),)),
        Batch(kernels=(Kernel(StepIndex(0), "aten.add", (operand(900),), (), "", 0, 1),)),
        Batch(random_states=(RandomState(StepIndex(0), "cpu", 10**9, 4),)),
        Batch(decisions=(Decision(StepIndex(0), DecisionKind.IF, SPAN, None, True, RegionId(900), ""),)),
        Batch(histograms=(Histogram(ValueId(900), 0.0, 1.0, (1,), (), False),)),
    ],
)
def test_contradictions_are_refused(wrong: Batch) -> None:
    recording = described()
    check_recording(recording)
    with pytest.raises(InvariantError):
        check_batch(recording, wrong, holder(recording.store))
