"""How wide program, graph and inspector are."""

import pytest

from tests.support.workbench import build, destroy


@pytest.mark.parametrize("width", [1120, 1280, 1600])
def test_in_a_small_window_the_graph_keeps_the_most_room(workbench, width):
    workbench.window.resize(width, 800)
    left, centre, right = workbench.window.columns.sizes()
    assert centre > 1.4 * left
    assert centre > 1.6 * right


def test_widths_that_a_person_chose_stay(workbench, qtbot, tmp_path):
    workbench.window.resize(900, 700)
    workbench.window.columns.moveSplitter(260, 1)
    workbench.window.resize(920, 700)
    assert workbench.window.columns.sizes()[0] == 260
    workbench.window.close()
    second = build(tmp_path)
    with qtbot.waitExposed(second.window):
        second.window.show()
    assert second.window.has_own_columns
    assert second.window.columns.sizes()[0] == 260
    destroy(second)
