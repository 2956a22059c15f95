"""Two recordings side by side: edits, seeds, shapes, loops, decisions; and a recording beside itself."""

import math
import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.compare import ChangeKind, Comparison, compare
from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.control import Decision, DecisionKind, Region, RegionKind
from engine.trace.execution import Clock, StepCost
from engine.trace.facts import Data, Span, Statistics
from engine.trace.file import read_recording
from engine.trace.ids import RegionId, StepIndex, ValueId
from engine.trace.recording import Recording
from engine.trace.split import batches
from tests.engine.trace.made import chain, made_value
from tests.engine.trace.test_execution_facts import described
from tests.engine.trace.test_file_versions import CORPUS
from tests.support.recorded import record_text
from tests.support.recordings import starter_recording

PROGRAM = """import torch

torch.manual_seed(0)
x = torch.randn(4, 3)
w = torch.randn(3, 2, requires_grad=True)
h = torch.relu(x @ w)
loss = (h * h).mean()
loss.backward()
"""


def recorded(text: str) -> Recording:
    run = record_text(text)
    assert run.error is None
    return run.recording


def kinds(comparison: Comparison) -> list[tuple[str, str]]:
    """The steps that are not kept, with their names."""
    return [(change.kind.value, change.name) for change in comparison.changes if change.kind is not ChangeKind.KEPT]


def everyday() -> list[Recording]:
    return [
        starter_recording(),
        described(),
        chain(50),
        *(read_recording(path) for path in sorted(CORPUS.glob("*/*.chainrule"))),
    ]


@pytest.mark.parametrize("number", range(len(everyday())))
def test_a_recording_beside_itself_shows_nothing(number: int) -> None:
    recording = everyday()[number]
    comparison = compare(recording, recording, tolerance=0.0)
    assert comparison.is_same
    assert comparison.first_difference is None
    assert comparison.partners_of_a == comparison.partners_of_b == tuple(range(len(recording)))
    assert all(change.absolute == change.relative == 0 and not change.notes for change in comparison.changes)
    assert not comparison.decisions


def test_the_same_program_twice_shows_nothing() -> None:
    assert compare(recorded(PROGRAM), recorded(PROGRAM), tolerance=0.0).is_same


def test_another_seed_changes_values_and_their_gradients_from_the_first_op_on() -> None:
    comparison = compare(recorded(PROGRAM), recorded(PROGRAM.replace("seed(0)", "seed(1)")))
    assert comparison.count(ChangeKind.ADDED) == comparison.count(ChangeKind.REMOVED) == 0
    first = comparison.changes[comparison.first_difference or 0]
    assert first.name == "matmul"
    assert first.outputs is not None
    assert first.gradients is not None
    assert first.outputs.absolute > 0.1
    assert first.gradients.absolute > 0


def test_the_difference_is_the_largest_of_all_elements() -> None:
    a = recorded("import torch\nx = torch.tensor([1.0, 2.0, -4.0]) * 1\n")
    b = recorded("import torch\nx = torch.tensor([1.0, 2.5, -4.0]) * 1\n")
    (change,) = compare(a, b).changes
    assert change.kind is ChangeKind.CHANGED
    assert change.outputs is not None
    assert (change.outputs.absolute, change.outputs.relative) == (0.5, 0.125)
    assert compare(a, b, tolerance=0.2).is_same
    assert compare(a, b, tolerance=0.2).changes[0].outputs == change.outputs


def test_an_inserted_line_is_added_forward_and_backward() -> None:
    edited = PROGRAM.replace("loss = ", "h = torch.sigmoid(h)\nloss = ")
    comparison = compare(recorded(PROGRAM), recorded(edited), tolerance=math.inf)
    assert kinds(comparison) == [("added", "sigmoid"), ("added", "SigmoidBackward0")]
    added = [change for change in comparison.changes if change.kind is ChangeKind.ADDED]
    assert [change.a for change in added] == [None, None]
    assert added[0].span is not None
    assert added[0].span.line == 7
    back = compare(recorded(edited), recorded(PROGRAM), tolerance=math.inf)
    assert kinds(back) == [("removed", "sigmoid"), ("removed", "SigmoidBackward0")]


def test_renamed_variables_and_moved_lines_change_nothing() -> None:
    renamed = re.sub(r"\bh\b", "hidden_layer", PROGRAM)
    renamed = "# a comment\n\n" + renamed.replace("seed(0)\n", "seed(0)\n\n\n")
    comparison = compare(recorded(PROGRAM), recorded(renamed), tolerance=0.0)
    assert kinds(comparison) == []


def test_another_width_changes_shapes_and_says_which() -> None:
    comparison = compare(recorded(PROGRAM), recorded(PROGRAM.replace("(3, 2,", "(3, 5,")), tolerance=math.inf)
    reshaped = [change for change in comparison.changes if change.kind is ChangeKind.RESHAPED]
    assert ("matmul", ("[4, 2] f32 → [4, 5] f32",)) in [(change.name, change.notes) for change in reshaped]
    assert all(change.kind is not ChangeKind.ADDED for change in comparison.changes)


def test_another_dtype_is_a_change_of_shape() -> None:
    a, b = (recorded(f"import torch\ny = torch.ones(2, dtype=torch.{name}) + 1\n") for name in ("float32", "float64"))
    (change,) = compare(a, b).changes
    assert (change.kind, change.notes) == (ChangeKind.RESHAPED, ("[2] f32 → [2] f64",))


def test_a_longer_loop_adds_its_last_rounds() -> None:
    text = "import torch\nx = torch.ones(3)\nfor k in range({}):\n    x = x * 2\n    x = x + 1\nz = x.sum()\n"
    comparison = compare(recorded(text.format(3)), recorded(text.format(5)), tolerance=math.inf)
    assert [kind for kind, _name in kinds(comparison)] == ["added"] * 4
    assert comparison.changes[-1].name == "sum"
    assert (comparison.changes[-1].a, comparison.changes[-1].b) == (6, 10)


def looped(rounds: list[int]) -> Recording:
    """An outer loop with so many inner rounds each; every step is the same line."""
    whole = chain(sum(rounds))
    regions = []
    of_step = []
    for outer, count in enumerate(rounds):
        around = len(regions)
        regions.append(Region(RegionId(around), RegionKind.ITERATION, "for i", None, Span(0, 1, 0, 1, 3), outer))
        for inner in range(count):
            of_step.append(len(regions))
            span = Span(0, 2, 0, 2, 3)
            regions.append(Region(RegionId(of_step[-1]), RegionKind.ITERATION, "while", RegionId(around), span, inner))
    recording = Recording(whole.info, whole.store)
    (batch,) = batches(whole)
    steps = tuple(replace(step, region=RegionId(of_step[step.index]), span=Span(0, 3, 0, 3, 9)) for step in batch.steps)
    recording.append(replace(batch, steps=steps, regions=tuple(regions)))
    recording.end(whole.outcome)
    return recording


def test_rounds_of_loops_find_their_like() -> None:
    comparison = compare(looped([2, 2, 2]), looped([2, 3, 2]), tolerance=math.inf)
    assert comparison.partners_of_a == (0, 1, 2, 3, 5, 6)
    assert [change.b for change in comparison.changes if change.kind is ChangeKind.ADDED] == [4]


def decided(outcome: bool) -> Recording:
    recording = chain(2)
    where = Span(0, 2, 3, 2, 8)
    recording.append(
        Batch(decisions=(Decision(StepIndex(1), DecisionKind.IF, where, ValueId(1), outcome, None, "1 < 2"),))
    )
    return recording


def test_decisions_that_went_the_other_way_are_told() -> None:
    comparison = compare(decided(outcome=True), decided(outcome=False))
    (change,) = comparison.decisions
    assert (change.a.outcome, change.b.outcome) == (True, False)
    assert not comparison.is_same
    assert compare(decided(outcome=True), decided(outcome=True)).is_same


def timed(clock: Clock, duration_ns: int) -> Recording:
    recording = chain(1)
    recording.append(Batch(costs=(StepCost(StepIndex(0), "cuda:0", 7, clock, duration_ns, None, 0, 0, None, None),)))
    return recording


def test_times_are_those_of_the_device_where_both_have_them() -> None:
    (change,) = compare(timed(Clock.DEVICE, 400), timed(Clock.DEVICE, 100)).changes
    assert (change.a_ns, change.b_ns, change.ratio, change.is_device_time) == (400, 100, 0.25, True)
    (change,) = compare(timed(Clock.HOST, 400), timed(Clock.LAUNCH, 100)).changes
    assert (change.a_ns, change.b_ns, change.ratio, change.is_device_time) == (1, 1, 1.0, False)


def with_statistics(mean: float) -> Recording:
    recording = Recording(RunInfo(program=""), MemoryBytes())
    whole = chain(1)
    (batch,) = batches(whole)
    numbers = Statistics(ValueId(1), 0.0, 4.0, mean, 1.0, 4.0, 0, 0, 0)
    recording.append(replace(batch, data=(), statistics=(numbers,)))
    return recording


def test_without_numbers_statistics_give_a_lower_bound() -> None:
    (change,) = compare(with_statistics(1.0), with_statistics(2.0)).changes
    assert change.outputs is not None
    assert (change.outputs.absolute, change.outputs.relative, change.outputs.is_at_least) == (1.0, 0.25, True)


def of_array(array: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]", dtype: str) -> Recording:
    store = MemoryBytes()
    raw = memoryview(array.tobytes())
    offset = store.write(raw)
    assert offset is not None
    recording = Recording(RunInfo(program=""), store)
    (batch,) = batches(chain(1))
    value = replace(made_value(1, StepIndex(0), array.size), dtype=dtype, shape=array.shape)
    data = (Data(ValueId(1), offset, raw.nbytes, None),)
    recording.append(replace(batch, values=(batch.values[0], value), data=data))
    return recording


@pytest.mark.parametrize(
    ("dtype", "a", "b", "absolute"),
    [
        ("float32", [1.0, math.nan], [1.0, math.nan], 0.0),
        ("float32", [1.0, math.nan], [1.0, 2.0], math.inf),
        ("float32", [math.inf, 1.0], [math.inf, 1.5], 0.5),
        ("float32", [math.inf], [-math.inf], math.inf),
        ("float32", [0.0], [-0.0], 0.0),
        ("int64", [2**62], [2**62 + 1], 1.0),
        ("int64", [3, -5], [3, 5], 10.0),
        ("bool", [True, False], [True, True], 1.0),
        ("complex64", [1 + 1j], [1 + 4j], 3.0),
    ],
)
def test_numbers_of_every_kind(dtype: str, a: list[float], b: list[float], absolute: float) -> None:
    first, second = (of_array(np.array(numbers, dtype=dtype), dtype) for numbers in (a, b))
    (change,) = compare(first, second).changes
    assert change.absolute == absolute


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 100, 3_000_000]))
def test_differences_are_what_numpy_says(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    a = random.standard_normal(count).astype(np.float32)
    b = a + random.standard_normal(count).astype(np.float32) * np.float32(1e-3)
    (change,) = compare(of_array(a, "float32"), of_array(b, "float32")).changes
    wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
    assert change.absolute == np.abs(wide_a - wide_b).max()
    assert change.relative == change.absolute / max(np.abs(wide_a).max(), np.abs(wide_b).max())


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_removed_steps_are_found_wherever_they_are(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(["add", "mul", "relu"]), max_size=12))
    gone = data.draw(st.sets(st.integers(0, max(len(names) - 1, 0)), max_size=3)) if names else set()
    a, b = straight(names, set()), straight(names, gone)
    comparison = compare(a, b, tolerance=math.inf)
    assert comparison.count(ChangeKind.REMOVED) == len(gone)
    assert comparison.count(ChangeKind.ADDED) == 0
    assert [change.a for change in comparison.changes] == list(range(len(names)))
    assert {change.a for change in comparison.changes if change.kind is ChangeKind.REMOVED} == gone


def straight(names: list[str], gone: set[int]) -> Recording:
    """One op a line; the lines in ``gone`` are comments, so that the others stay where they are."""
    lines = [f"# {name}" if place in gone else f"x = {name}(x, {place})" for place, name in enumerate(names)]
    recording = Recording(RunInfo(program="\n".join(lines)), MemoryBytes())
    left = [place for place in range(len(names)) if place not in gone]
    (batch,) = batches(chain(len(left)))
    steps = tuple(
        replace(step, name=names[place], span=Span(0, place + 1, 4, place + 1, 9))
        for step, place in zip(batch.steps, left, strict=True)
    )
    recording.append(replace(batch, steps=steps, data=()))
    return recording


def test_fifty_thousand_steps() -> None:
    a, b = chain(50_000), chain(50_000)
    started = time.perf_counter()
    assert compare(a, b).is_same
    print(f"50,000 steps compared in {time.perf_counter() - started:.2f} s")


def test_an_empty_recording() -> None:
    empty = Recording(RunInfo(program=""), MemoryBytes())
    assert compare(empty, empty).is_same
    assert compare(empty, chain(2)).count(ChangeKind.ADDED) == 2
    assert compare(chain(2), empty).count(ChangeKind.REMOVED) == 2
