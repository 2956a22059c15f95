"""What scripted functions write into, wherever among their arguments it is."""

import linecache

import pytest

from engine.trace.invariants import check_recording
from tests.support.recorded import FILENAME, record_text

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")
PROGRAM = """
import torch
from typing import Dict, List
@torch.jit.script
def f(given: KIND):
    given[FIRST].add_(1)
    return given[FIRST] * 2
a = torch.ones(3)
b = a * 2
z = f(GIVEN)
c = a * 3
"""


@pytest.mark.parametrize(
    ("kind", "first", "given"),
    [("Dict[str, torch.Tensor]", '"a"', '{"a": a}'), ("List[torch.Tensor]", "0", "[a]")],
    ids=["dict", "list"],
)
def test_a_tensor_in_a_container_that_a_script_writes_has_both_its_values(kind, first, given):
    text = PROGRAM.replace("KIND", kind).replace("FIRST", first).replace("GIVEN", given)
    linecache.cache[FILENAME] = (len(text), None, text.splitlines(keepends=True), FILENAME)  # torch.jit reads it
    run = record_text(text)
    assert run.error is None
    check_recording(run.recording)
    before, after = run.named("a")
    assert run.recording.array(before.id).tolist() == [1, 1, 1]
    assert run.recording.array(after.id).tolist() == [2, 2, 2]
    multiplied, script, tripled = run.steps()
    assert multiplied.inputs == (before.id,)
    assert after.producer == script.index
    assert tripled.inputs == (after.id,)
