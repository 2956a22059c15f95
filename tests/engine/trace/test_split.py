"""A recording as batches: short ones, whatever refers to what, that give the same recording again."""

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from engine.trace.file import read_recording, write_recording
from engine.trace.file.frames import FrameKind, frames_in
from engine.trace.invariants import check_batch, holder
from engine.trace.recording import Recording
from engine.trace.split import STEPS_PER_BATCH, batches
from tests.engine.trace.made import arrays_of
from tests.support.recordings import starter_recording


@pytest.fixture(scope="module")
def late_backward() -> Recording:
    """A long forward pass that one backward call at the end links to autograd's nodes."""
    with engine.record() as run:
        w = torch.ones(2, requires_grad=True)
        y = w
        for _ in range(3000):
            y = y * 1.0
        y.sum().backward()
    return run.recording


@pytest.fixture(scope="module")
def training() -> Recording:
    """Modules, an optimizer, a second derivative, in-place writes."""
    torch.manual_seed(0)
    with engine.record() as run:
        model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
        optimizer = torch.optim.Adam(model.parameters())
        for _ in range(4):
            optimizer.zero_grad()
            x = torch.randn(2, 3, requires_grad=True)
            loss = model(x).pow(2).mean()
            (slope,) = torch.autograd.grad(loss, x, create_graph=True)
            (loss + slope.norm()).backward()
            optimizer.step()
            engine.log("own", loss)
        x = torch.zeros(3)
        x += 1
        x[0].mul_(2)
    return run.recording


def lookups(recording: Recording) -> list[object]:
    """Everything that a recording can be asked."""
    return [
        recording.steps,
        recording.values,
        recording.grad_nodes,
        recording.grad_edges,
        recording.backward_calls,
        recording.module_calls,
        recording.metrics,
        recording.outputs,
        recording.failures,
        recording.stops,
        recording.files,
        recording.all_grad_changes(),
        [
            (
                recording.names(value.id),
                recording.data(value.id),
                repr(recording.statistics(value.id)),
                recording.consumers(value.id),
                recording.versions(value.tensor),
                recording.accumulator_of(value.tensor),
                recording.grad_changes(value.tensor),
            )
            for value in recording.values
        ],
        [
            (recording.runs_of(node.id), recording.edges_from(node.id), recording.edges_into(node.id))
            for node in recording.grad_nodes
        ],
    ]


def rebuilt(recording: Recording, steps_per_batch: int) -> tuple[Recording, list[int]]:
    """Return the recording made of its batches again, each checked, and the largest count of facts in each."""
    again = Recording(recording.info, recording.store)
    sizes = []
    for batch in batches(recording, steps_per_batch):
        check_batch(again, batch, holder(recording.store))
        again.append(batch)
        sizes.append(max(len(batch.steps), len(batch.grad_nodes), len(batch.values)))
    again.end(recording.outcome)
    return again, sizes


def test_a_late_backward_call_makes_no_long_batch(late_backward: Recording) -> None:
    again, sizes = rebuilt(late_backward, 500)
    assert len(late_backward) > 6000
    assert max(sizes) < 1100
    assert lookups(again) == lookups(late_backward)


@settings(max_examples=15, deadline=None)
@given(steps_per_batch=st.integers(1, 60))
def test_all_facts_and_look_ups_come_back(training: Recording, steps_per_batch: int) -> None:
    for recording in (training, starter_recording()):
        again, _sizes = rebuilt(recording, steps_per_batch)
        assert lookups(again) == lookups(recording)


def test_a_cut_file_loses_only_its_end(tmp_path: Path, late_backward: Recording) -> None:
    path = tmp_path / "late.chainrule"
    write_recording(path, late_backward)
    content = path.read_bytes()
    frames = [frame for frame in frames_in(memoryview(content)) if frame.kind is FrameKind.BATCH]
    assert len(frames) >= len(late_backward) // STEPS_PER_BATCH
    cut = tmp_path / "cut.chainrule"
    cut.write_bytes(content[: len(content) // 2])
    part = read_recording(cut)
    assert 1500 < len(part) < len(late_backward)
    assert arrays_of(part) == arrays_of(late_backward)[: len(part.values)]
    assert lookups(read_recording(path)) == lookups(late_backward)
