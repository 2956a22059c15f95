"""The chain-rule card in the window: closed is closed, also at the next start."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from gui.inspector.chain_rule_card import SHARE
from tests.support.workbench import build, destroy, run_starter


def _close(card, qtbot):
    button = next(b for b in card.findChildren(QToolButton) if "Close" in b.accessibleName())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_closed_it_stays_away_at_the_next_start_until_alt_r(ran, qtbot, tmp_path):
    card = ran.panels.card
    ran.models.playhead.seek(5)
    assert card.isVisible()
    _close(card, qtbot)
    assert not card.isVisible()
    qtbot.waitUntil(lambda: not ran.book.qaction("view.card").isChecked(), timeout=2000)
    ran.window.close()
    second = build(tmp_path)
    with qtbot.waitExposed(second.window):
        second.window.show()
    run_starter(second)
    qtbot.waitUntil(lambda: second.models.playhead.step_count == 9, timeout=3000)
    second.models.playhead.seek(5)
    assert not second.panels.card.isVisible()
    second.book.qaction("view.card").trigger()
    assert second.panels.card.isVisible()
    assert second.models.preferences.choices.shows_card
    destroy(second)


def test_it_never_covers_most_of_the_graph(ran):
    ran.models.playhead.seek(5)
    centre = ran.window.parts.centre
    assert ran.panels.card.height() <= max(150, SHARE * centre.height())
