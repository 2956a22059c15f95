"""Programs that use torch in all its ways: recorded they compute the same, and the backward passes are as spied on."""

import linecache
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from engine.trace.facts import Phase
from engine.trace.invariants import check_recording
from tests.conformance import ways_of_autograd, ways_of_tensors, ways_of_torch
from tests.conformance.oracle import raw, recorded_graph
from tests.conformance.spies import spying
from tests.engine.runtime.recorder.programs import HEAD
from tests.engine.runtime.recorder.test_identity import assert_same
from tests.support.recorded import FILENAME, Recorded, record_text, run_bare

PROGRAMS = ways_of_autograd.PROGRAMS | ways_of_torch.PROGRAMS | ways_of_tensors.PROGRAMS
UNORDERED = frozenset({"threads"})
"""Programs whose backward passes run at the same time."""

UNREADABLE = frozenset(
    {
        "subclass",
        "nested",
        "masked",
        "meta",
        "torch func",
        "custom functions under torch.func",
        "functional autograd",
        "grad fn args",
    }
)
"""Programs with gradients that are no plain tensors: nested, masked, without numbers, or batches seen from inside."""


def assert_shown(run: Recorded, name: str) -> None:
    """The newest value of a variable has its numbers; a function may have given the same name to another tensor."""
    tensor = run.variables[name]
    last = {value.tensor: value.id for value in run.named(name)}
    found = [data for data in map(run.recording.data, last.values()) if data is not None and data.absence is None]
    if len(found) == len(last):
        assert raw(tensor) in [bytes(run.recording.store.read(data.offset, data.nbytes)) for data in found], name
    else:
        assert tensor.is_quantized or tensor.is_meta, name


@pytest.fixture(params=PROGRAMS)
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    text = HEAD + PROGRAMS[request.param]
    linecache.cache[FILENAME] = (len(text), None, text.splitlines(keepends=True), FILENAME)  # torch.jit reads it
    dtype = torch.get_default_dtype()
    yield request.param
    torch.set_default_dtype(dtype)
    del linecache.cache[FILENAME]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("drains", [False, True], ids=["drained once", "drained often"])
def test_recorded_equals_bare(name: str, drains: bool) -> None:
    text = HEAD + PROGRAMS[name]
    bare = run_bare(text)
    state = torch.get_rng_state()
    run = record_text(text, drains=drains)
    if run.error is not None:
        raise run.error
    assert torch.equal(torch.get_rng_state(), state), "the random numbers that follow are others"
    for key, value in bare.items():
        if not key.startswith("__"):
            assert_same(value, run.variables[key], key)
            if isinstance(value, Tensor) and run.named(key):
                assert_shown(run, key)
    check_recording(run.recording)


@pytest.mark.filterwarnings("ignore")
def test_backward_passes_are_as_spied_on(name: str) -> None:
    text = HEAD + PROGRAMS[name]
    reads = name not in UNREADABLE
    with spying(reads=reads) as spied:
        run_bare(text)
    recording = record_text(text).recording
    calls = [(call.function, recorded_graph(recording, call)[1]) for call in recording.backward_calls]
    steps = [step for step in recording.steps if step.phase is Phase.BACKWARD]
    for node in recording.grad_nodes:
        if node.name == "AccumulateGrad":
            assert node.variable is not None
        else:
            assert (node.step is None) != (node.made_by is None), node
    if name in UNORDERED:
        assert sorted(calls) == sorted(spied.calls)
        assert sorted(step.name for step in steps) == sorted(row[0] for row in spied.ran)
        return
    assert calls == spied.calls
    assert [step.name for step in steps] == [row[0] for row in spied.ran]
    for step, (_, sent, came) in zip(steps, spied.ran, strict=True):
        if step.name == "AccumulateGrad":
            continue
        for values, tensors in ((step.outputs, sent), (step.inputs, came)):
            assert [value is None for value in values] == [tensor is None for tensor in tensors], step
            for value, numbers in zip(values, tensors, strict=True):
                data = None if value is None or not reads else recording.data(value)
                if data is not None:
                    assert bytes(recording.store.read(data.offset, data.nbytes)) == numbers, step
