"""Two iterations of one recording beside each other."""

from PySide6.QtCore import Qt

from engine.compare import ChangeKind
from tests.engine.compare.test_walk import training
from tests.engine.overlay.test_overlay import branch

KEY = Qt.Key


def test_two_iterations_stand_beside_each_other_and_follow_the_playhead(window):
    window.show(training(rounds=3, extra_in=1), 0)
    second = window.bench.compare.side.pair.of(window.bench.models.document.recording)[1]
    window.bench.models.playhead.seek(second.first_step)
    window.press(window.a, KEY.Key_I)
    window.put_beside()
    panes = list(window.bench.compare.split.panes.values())
    assert [pane.title.whole_text for pane in panes] == [
        "here.py  ·  iteration 2 of 3",
        "here.py  ·  iteration 1 of 3",
    ]
    assert "tanh" in window.titles(window.a)
    assert "tanh" not in window.titles(window.b)
    assert window.looks(window.a, "tanh").change is ChangeKind.REMOVED
    window.press(window.a, KEY.Key_Right)
    assert window.steps() == (second.first_step + 1, 0)
    assert window.texts()[1].startswith("Waits at step 1 of ")
    window.b.header._next.click()
    assert panes[1].title.whole_text.endswith("iteration 2 of 3")
    window.b.header._next.click()
    assert panes[1].title.whole_text.endswith("iteration 3 of 3")
    window.a.header._back.click()
    assert [pane.title.whole_text[-6:] for pane in panes] == ["1 of 3", "3 of 3"]
    assert window.bench.compare.split.bar.sentence.whole_text.startswith("The iterations are the same")


def test_stepping_over_the_end_of_an_iteration_goes_on_in_the_next_one(window):
    recording = training(rounds=3)
    window.show(recording, 0)
    first, second, _third = window.bench.compare.side.pair.of(recording)
    window.press(window.a, KEY.Key_I)
    window.put_beside()
    window.bench.models.playhead.seek(first.last_step)
    window.press(window.a, KEY.Key_Right)
    assert window.steps() == (second.first_step, second.first_step)
    window.press(window.a, KEY.Key_Left)
    assert window.steps()[0] == first.last_step


def test_one_iteration_alone_has_nothing_to_compare(window):
    window.show(branch("relu"), 0)
    window.bench.book.refresh()
    action = window.bench.book.qaction("compare.iterations")
    assert not action.isEnabled()
    assert "one iteration only" in action.toolTip()
