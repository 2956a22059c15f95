from hypothesis import given
from hypothesis import strategies as st

from gui.model.playhead import BEFORE_FIRST, Playhead, PlayheadMoved


def test_it_starts_before_the_first_step_and_moves_within_bounds() -> None:
    playhead = Playhead()
    playhead.resize(3)
    moves: list[PlayheadMoved] = []
    playhead.moved.connect(moves.append)
    for _ in range(5):
        playhead.move(1)
    assert playhead.current == 2
    assert [move.current for move in moves] == [0, 1, 2]
    playhead.move(-10)
    assert playhead.current == BEFORE_FIRST


def test_a_shorter_recording_pulls_it_back() -> None:
    playhead = Playhead()
    playhead.resize(10)
    playhead.seek(9)
    playhead.resize(4)
    assert playhead.current == 3


@given(st.lists(st.tuples(st.sampled_from(["seek", "move", "resize"]), st.integers(-20, 20)), max_size=30))
def test_it_never_leaves_the_recording(actions: list[tuple[str, int]]) -> None:
    playhead = Playhead()
    for action, number in actions:
        match action:
            case "seek":
                playhead.seek(number)
            case "move":
                playhead.move(number)
            case _:
                playhead.resize(abs(number))
        assert BEFORE_FIRST <= playhead.current < max(1, playhead.step_count)
