import pytest

from engine.graph.view import NodeKey
from engine.trace.ids import StepIndex, ValueId
from gui.model.following import let_steps_follow
from gui.model.playhead import Playhead
from gui.model.selection import NOTHING, Origin, Selected, Selection


@pytest.fixture
def playhead() -> Playhead:
    made = Playhead()
    made.resize(10)
    return made


@pytest.fixture
def selection(playhead: Playhead) -> Selection:
    made = Selection()
    let_steps_follow(playhead, made)
    return made


@pytest.mark.parametrize("origin", [Origin.TIMELINE, Origin.EDITOR])
def test_walking_on_from_a_picked_step_lets_it_go(playhead: Playhead, selection: Selection, origin: Origin) -> None:
    selection.select(Selected(step=StepIndex(4), origin=origin))
    playhead.seek(4)
    assert selection.current.step == 4
    playhead.move(1)
    assert selection.current == NOTHING


@pytest.mark.parametrize(
    "picked",
    [
        Selected(node=NodeKey("op:1:relu"), step=StepIndex(4), origin=Origin.CANVAS),
        Selected(value=ValueId(2), origin=Origin.INSPECTOR),
    ],
)
def test_what_was_picked_for_itself_stays(playhead: Playhead, selection: Selection, picked: Selected) -> None:
    selection.select(picked)
    playhead.seek(7)
    assert selection.current == picked
