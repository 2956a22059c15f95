"""Loops and decisions of a program and of its own modules, as a real worker records them."""

from pathlib import Path

from engine.trace.control import RegionKind
from engine.trace.outcome import OutcomeKind
from engine.trace.whereabouts import decision_place, decision_text, whereabouts
from tests.engine.session.runs import Runs

MODULE = """\
import torch

def shrink(v):
    for k in range(2):
        v = v / 2
    if v.item() < 0.1:
        v = v * 0
    return v
"""

PROGRAM = """\
import torch
import {name}

x = torch.tensor(1.0)
while x > 0:
    x = {name}.shrink(x)
print(__file__, sorted(name for name in dir() if not name.startswith("_")))
"""


def test_own_modules_are_marked_with_their_file(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "shrinking_beside.py").write_text(MODULE)
    program = PROGRAM.format(name="shrinking_beside")
    recording = runs.run(program, filename=str(tmp_path / "main.py"))
    assert recording.outcome.kind is OutcomeKind.FINISHED, recording.outcome.detail
    divided = [step for step in recording.steps if step.name == "div"]
    assert [whereabouts(recording, step.region) for step in divided[:2]] == [
        "round 1 of while x > 0 › shrink(), call 1 › round 1 of for k in range(2)",
        "round 1 of while x > 0 › shrink(), call 1 › round 2 of for k in range(2)",
    ]
    assert {recording.files[step.span.file].rsplit("/", 1)[-1] for step in divided if step.span} == {
        "shrinking_beside.py"
    }
    told = [f"{decision_place(recording, one)}: {decision_text(one)}" for one in recording.decisions]
    assert told[:2] == [
        "line 5: while x = 1 > 0 → yes",
        "shrinking_beside.py, line 6: if v.item() = 0.25 < 0.1 → no",
    ]
    assert told[-1] == "line 5: while x = 0 > 0 → no"
    assert not list(tmp_path.glob("__pycache__/*"))
    assert recording.outputs[0].text.endswith("['shrinking_beside', 'torch', 'x']\n")


def test_libraries_are_not_marked(runs: Runs) -> None:
    program = "import torch, statistics\nx = torch.ones(2)\nfor k in range(2):\n    x = torch.nn.functional.relu(x)\n"
    recording = runs.run(program)
    assert {region.kind for region in recording.regions} == {RegionKind.ITERATION}


def test_an_error_inside_of_a_loop_is_placed_as_without_marks(runs: Runs) -> None:
    recording = runs.run("import torch\nfor k in range(3):\n    if k == 1:\n        torch.ones(2) @ torch.ones(3)\n")
    assert recording.outcome.line == 4
    assert "chainrule" not in recording.outcome.detail
    assert "engine" not in recording.outcome.detail
