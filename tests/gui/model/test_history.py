from hypothesis import given
from hypothesis import strategies as st

from gui.model.history import History


def test_undo_and_redo():
    history = History("a")
    history.record("b")
    history.record("c")
    assert history.undo() == "b"
    assert history.undo() == "a"
    assert not history.can_undo
    assert history.undo() == "a"
    assert history.redo() == "b"


def test_a_new_state_forgets_what_was_undone():
    history = History("a")
    history.record("b")
    history.undo()
    history.record("c")
    assert not history.can_redo
    assert history.undo() == "a"


def test_the_same_state_again_is_nothing_new():
    history = History("a")
    history.record("a")
    assert not history.can_undo


def test_restart_forgets():
    history = History("a")
    history.record("b")
    history.restart("z")
    assert not history.can_undo
    assert history.state == "z"


@given(st.lists(st.integers(0, 5), max_size=40))
def test_undoing_everything_leads_back(states):
    history = History(-1)
    for state in states:
        history.record(state)
    last = history.state
    while history.can_undo:
        history.undo()
    assert history.state == -1
    while history.can_redo:
        history.redo()
    assert history.state == last
