import pytest
from hypothesis import given, settings

from engine.graph import Folding, iterations, scenery_of
from engine.graph.edges import view_edges
from engine.graph.scopes import ROOT
from engine.graph.stage import stage_of
from engine.graph.view import WHOLE_PROGRAM
from tests.engine.drawing.test_quality import RECORDINGS, programs

FOLDINGS = [Folding(), Folding().with_all_open(), *(Folding().with_level(level) for level in range(3))]


def check(recording):
    """Arrows found by the reach of the steps are those found by asking every step for all of its arrows."""
    for iteration in iterations(recording):
        scenery = scenery_of(recording, iteration)
        everywhere = dict.fromkeys(scenery.reach, ROOT)
        for folding in FOLDINGS:
            stage = stage_of(recording, scenery.cast, folding)
            if stage.box[ROOT] is None:
                found = view_edges(recording, scenery.cast, stage, scenery.reach)
                assert found == view_edges(recording, scenery.cast, stage, everywhere)


@pytest.mark.parametrize("name", RECORDINGS)
def test_no_arrow_is_lost_where_steps_are_passed_over(name):
    check(RECORDINGS[name])


@settings(max_examples=60, deadline=None)
@given(programs())
def test_no_arrow_of_any_program_is_lost(recording):
    check(recording)


def test_one_scenery_gives_the_picture_of_every_folding():
    recording = RECORDINGS["u-net"]
    scenery = scenery_of(recording, iterations(recording)[-1])
    whole = scenery.view(Folding().with_level(0))
    opened = scenery.view(Folding().with_all_open())
    assert scenery.view(Folding().with_level(0)) == whole
    assert scenery.view(Folding().with_all_open()) == opened
    assert len(whole.nodes) < len(opened.nodes)
    assert WHOLE_PROGRAM not in {group.key for group in opened.groups}
