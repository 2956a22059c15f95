"""Regions and decisions in words."""

import pytest

from engine.interchange.recording_json import recording_json
from engine.interchange.summary_text import summary_text
from engine.trace.control import Region, RegionKind
from engine.trace.ids import RegionId
from engine.trace.whereabouts import decision_place, decision_text, region_text, whereabouts
from tests.support.decided import decided_recording


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (RegionKind.FUNCTION, "f(), call 3"),
        (RegionKind.ITERATION, "round 3 of f"),
        (RegionKind.GROUP, "group f"),
        (RegionKind.COMPILED, "compiled f"),
        (RegionKind.RECOMPUTED, "f, computed again"),
    ],
)
def test_each_kind_of_region_has_words(kind: RegionKind, text: str) -> None:
    assert region_text(Region(RegionId(0), kind, "f", None, None, 2)) == text


def test_a_step_tells_where_it_ran() -> None:
    recording = decided_recording()
    assert whereabouts(recording, recording.steps[3].region) == "round 2 of while x > 0.3 › halve(), call 2"
    assert whereabouts(recording, None) == ""


def test_a_decision_tells_place_numbers_and_way() -> None:
    recording = decided_recording()
    assert [decision_text(one) for one in recording.decisions][-1] == "while x = 0.25 > 0.3 → no"
    assert decision_place(recording, recording.decisions[0]) == "line 4"


def test_inspect_tells_regions_and_decisions() -> None:
    recording = decided_recording()
    told = recording_json(recording)
    regions, decisions = told["regions"], told["decisions"]
    assert isinstance(regions, list)
    assert isinstance(decisions, list)
    assert regions[1] | {"line": 2, "column": 0} == regions[1]
    assert [one["outcome"] for one in decisions] == [True, True, False]
    assert "Decisions that depended on a tensor: 3" in summary_text(recording)
    assert "line 4  step 5  while x = 0.25 > 0.3 → no" in summary_text(recording)


def test_a_value_without_a_name_gets_one_made_of_its_step() -> None:
    recording = decided_recording()
    made = [recording.shown_name(output) for step in recording.steps for output in step.outputs if output is not None]
    assert made == ["gt_1", "div_1", "gt_2", "div_2", "gt_3"]
    first = recording.steps[0].inputs[0]
    assert first is not None
    assert recording.shown_name(first) == "x"
