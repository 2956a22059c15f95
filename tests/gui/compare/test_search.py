"""What a search finds is marked on both of two recordings beside each other."""

import pytest

from tests.engine.overlay.test_overlay import branch
from tests.gui.compare.test_beside import nested


def marked(panel):
    scene = panel.surface.scene
    return sorted(scene.nodes[index].node.title for index in panel.picks.picked.emphasis(scene).hits)


@pytest.mark.parametrize("in_step", [True, False])
def test_a_search_marks_what_it_finds_on_both_sides(beside, in_step):
    if not in_step:
        beside.bench.compare.side.keep_in_step(kept=False)
    beside.a.search("exp")
    assert marked(beside.a) == []
    assert marked(beside.b) == ["Exp", "exp"]
    beside.a.search("shape:3")
    assert "relu" in marked(beside.a)
    assert "tanh" in marked(beside.b)
    beside.a.search("")
    assert marked(beside.b) == marked(beside.a) == []


def test_what_was_searched_for_is_marked_on_a_side_that_comes_later(window):
    window.show(branch("relu", outcome=True))
    window.a.search("exp")
    window.compare(branch("tanh", "exp", outcome=False))
    window.put_beside()
    assert marked(window.b) == ["Exp", "exp"]


def test_what_a_search_found_is_marked_in_the_group_that_is_opened(window):
    window.show(nested("relu", "tanh"))
    window.a.collapse_all()
    window.a.search("tanh")
    assert len(marked(window.a)) == 1
    assert "tanh" not in marked(window.a)
    window.a.expand_all()
    assert marked(window.a) == ["tanh"]
