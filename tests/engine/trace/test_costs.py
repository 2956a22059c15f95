"""Sums and ranks of what steps cost, and how they are said."""

import pytest
from msgspec.structs import replace

from engine.trace.batch import Batch, RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.costs import CostKind, clock_text, intensity, intensity_text, ranked_steps, total_cost
from engine.trace.execution import Clock, StepCost
from engine.trace.facts import Phase
from engine.trace.ids import StepIndex
from engine.trace.numbers import flops_text
from engine.trace.recording import Recording
from tests.engine.trace.made import made_step


def cost(index: int, duration_ns: int, flops: int | None, moved: int, clock: Clock = Clock.HOST) -> StepCost:
    return StepCost(StepIndex(index), "cpu", 0, clock, duration_ns, flops, moved, 0, None, None)


@pytest.fixture
def recording() -> Recording:
    made = Recording(RunInfo(program=""), MemoryBytes())
    phases = (Phase.FORWARD, Phase.FORWARD, Phase.BACKWARD)
    steps = tuple(replace(made_step(index), phase=phase, inputs=(), outputs=()) for index, phase in enumerate(phases))
    made.append(Batch(steps=steps, costs=(cost(0, 30, 100, 50), cost(1, 10, None, 900), cost(2, 20, 700, 0))))
    return made


def test_sums_say_how_many_steps_were_not_counted(recording: Recording) -> None:
    forward = total_cost(recording, Phase.FORWARD)
    assert (forward.steps, forward.duration_ns, forward.flops, forward.uncounted) == (2, 40, 100, 1)
    assert forward.text == "at least 100 FLOP, 950 B moved"
    assert total_cost(recording, Phase.BACKWARD).text == "700 FLOP, 0 B moved"
    assert total_cost(recording).steps == 3


@pytest.mark.parametrize(
    ("kind", "order"), [(CostKind.TIME, [0, 2, 1]), (CostKind.FLOPS, [2, 0, 1]), (CostKind.BYTES, [1, 0, 2])]
)
def test_the_most_expensive_step_comes_first(recording: Recording, kind: CostKind, order: list[int]) -> None:
    assert [found.index for found, _ in ranked_steps(recording, kind)] == order


def test_intensity_needs_both_numbers() -> None:
    assert intensity(cost(0, 1, 200, 50)) == 4.0
    assert intensity_text(cost(0, 1, 200, 50)) == "4 FLOP a byte"
    assert intensity(cost(0, 1, None, 50)) is None
    assert intensity_text(cost(0, 1, 200, 0)) == ""


def test_what_a_time_means_is_said_where_it_is_not_plain() -> None:
    assert clock_text(cost(0, 1, 1, 1)) == ""
    assert clock_text(cost(0, 1, 1, 1, Clock.DEVICE)) == "on the device"
    assert "longer" in clock_text(cost(0, 1, 1, 1, Clock.LAUNCH))


@pytest.mark.parametrize(
    ("flops", "text"),
    [(0, "0 FLOP"), (999, "999 FLOP"), (1000, "1 kFLOP"), (2_360_000_000, "2.36 GFLOP"), (999_900, "1 MFLOP"),
     (5 * 10**17, "500 PFLOP"), (10**19, "10,000 PFLOP")],
)  # fmt: skip
def test_operations_have_a_fitting_unit(flops: int, text: str) -> None:
    assert flops_text(flops) == text
