"""A log that lets go of large tensors tells the same as one that holds them."""

import gc
import linecache
import sys
import weakref

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.program.source import SourceMap
from engine.protocol.request import ValuePolicy
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.runtime.recorder.log import METRIC, SET_GRAD
from engine.runtime.recorder.watch.weak_log import ShadowBook, WeakLog
from engine.trace.bytestore import MemoryBytes
from tests.conformance import ways_of_autograd, ways_of_tensors, ways_of_torch
from tests.conformance.random_programs import programs
from tests.engine.runtime.recorder.programs import HEAD
from tests.support.recorded import FILENAME, Recorded, record_text

PROGRAMS = ways_of_autograd.PROGRAMS | ways_of_torch.PROGRAMS | ways_of_tensors.PROGRAMS
pytestmark = pytest.mark.filterwarnings("ignore")
OTHERWISE = frozenset({"threads", "grad accumulate alias"})
"""Threads run in another order each time; gradients that were passed in are linked to as such, not by an alias."""
STRONG = RecorderOptions(values=ValuePolicy.NONE, weak_bytes=sys.maxsize, measures=False)
WEAK = RecorderOptions(values=ValuePolicy.NONE, weak_bytes=8, measures=False)


def told(run: Recorded) -> dict[str, list[object]]:
    """Everything that a recording tells but for times, and for memory: torch keeps gradients that nobody holds."""
    recording = run.recording
    return {
        "error": [repr(run.error)],
        "steps": [replace(step, started_ns=0, duration_ns=0) for step in recording.steps],
        "values": [replace(fact, storage=None) for fact in recording.values],
        "nodes": list(recording.grad_nodes),
        "edges": list(recording.grad_edges),
        "names": [recording.names(fact.id) for fact in recording.values],
        "regions": [*recording.regions, *recording.decisions],
        "gradients": [recording.grad_changes(fact.tensor) for fact in recording.values],
    }


def compare(text, *, drains, marks=False):
    record_text(text, STRONG)  # torch computes some things only at the first time
    strong, weak = (told(record_text(text, options, drains=drains, marks=marks)) for options in (STRONG, WEAK))
    for before, after in zip(strong["values"], weak["values"], strict=True):
        # The strong log may hold an alias in place of a gradient, and cannot ask a view for its node when its base was
        # written since.
        node, base = (before.grad_node, before.grad_slot), before.base
        assert before == replace(
            after,
            grad_node=node[0],
            grad_slot=node[1],
            base=base,
        )
        assert node[0] is None or node == (after.grad_node, after.grad_slot)
        assert base is None or base == after.base
    for kind in strong.keys() - {"values"}:
        assert weak[kind] == strong[kind], kind


@pytest.mark.parametrize("name", sorted(PROGRAMS.keys() - OTHERWISE))
@pytest.mark.parametrize("drains", [False, True], ids=["one drain", "many drains"])
def test_tells_the_same(name, drains):
    text = HEAD + PROGRAMS[name]
    linecache.cache[FILENAME] = (len(text), None, text.splitlines(keepends=True), FILENAME)
    compare(text, drains=drains)


def test_tells_the_same_of_marked_programs():
    text = (
        HEAD
        + """
def idle(n):
    for _ in range(n):
        pass

def block(x):
    idle(3)
    for _ in range(2):
        if x.sum() > 0:
            x = x * 2
        idle(1)
    return x

x = torch.ones(4, 4, requires_grad=True)
for k in range(40):
    idle(k)
    y = block(x - k)
y.sum().backward()
"""
    )
    compare(text, drains=False, marks=True)
    compare(text, drains=True, marks=True)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), st.booleans())
def test_tells_the_same_of_random_programs(text, drains):
    compare(text, drains=drains)


def recorder_of(options):
    return Recorder(options, MemoryBytes(), SourceMap(FILENAME, ""))


def test_what_the_program_lets_go_of_is_gone():
    with recorder_of(RecorderOptions(values=ValuePolicy.NONE)) as recorder:
        large = torch.randn(200, 200)
        small = torch.randn(2)
        gone, kept = [weakref.ref(tensor * 2) for tensor in (large, small)]
        for _ in range(100):
            small = small * 1.5  # records are looked through now and then
        gc.collect()
        assert gone() is None
        assert kept() is not None
    assert len(recorder.drain().steps) == 102
    assert kept() is None


def test_what_a_pass_has_saved_is_gone_when_its_node_has_run():
    seen = []

    def drain(_gradient):
        recorder.drain()
        seen.append(saved() is None)

    with recorder_of(RecorderOptions(values=ValuePolicy.NONE)) as recorder:
        leaf = torch.randn(200, 200, requires_grad=True)
        middle = leaf * 2
        middle.register_hook(drain)
        root = middle.exp()
        last = root.exp()
        saved = weakref.ref(root)
        del root
        last.sum().backward()
    assert seen == [True]


def test_a_finalizer_in_the_middle_of_looking_through_is_taken_in():
    log = WeakLog(ShadowBook(8))
    large = torch.ones(100)

    class Odd(tuple):
        __slots__ = ()

        def __iter__(self):  # stands for a finalizer that the collector runs at this moment
            log.extend((METRIC, "inner", 1.0))
            return super().__iter__()

    log.extend((SET_GRAD, Odd((large, large)), None))
    log.extend((METRIC, "last", 2.0))
    taken = log.take()
    assert taken[0] == SET_GRAD
    assert [taken[place + 1] for place in range(3, len(taken), 3)] == ["inner", "inner", "last"]
