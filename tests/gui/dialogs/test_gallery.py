from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from engine.program.catalogue import examples
from gui.dialogs.gallery import GalleryDialog
from gui.dialogs.thumbnail import Thumbnail, telling_lines
from gui.theme.theme import Theme
from gui.theme.tokens import ThemeName


def _dialog(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    chosen = []
    dialog = GalleryDialog(examples(), Theme(), chosen.append, parent)
    dialog.show()
    dialog.kept_parent = parent  # a parent that nobody holds takes its dialog with it
    return dialog, chosen


def test_every_example_has_a_card(qtbot):
    dialog, _chosen = _dialog(qtbot)
    assert dialog.shown_keys == [example.key for example in examples()]


def test_filter_and_enter_open_the_first_that_is_left(qtbot):
    dialog, chosen = _dialog(qtbot)
    qtbot.keyClicks(dialog._filter, "transformer")
    assert dialog.shown_keys == ["transformer"]
    qtbot.keyClick(dialog._filter, Qt.Key.Key_Return)
    assert [example.key for example in chosen] == ["transformer"]
    assert not dialog.isVisible()


def test_a_click_opens_a_card(qtbot):
    dialog, chosen = _dialog(qtbot)
    qtbot.mouseClick(dialog._cards[1][1], Qt.MouseButton.LeftButton)
    assert chosen == [examples()[1]]


def test_arrows_walk_over_the_cards(qtbot):
    dialog, chosen = _dialog(qtbot)
    dialog._cards[0][1].setFocus()
    qtbot.keyClick(dialog, Qt.Key.Key_Right)
    assert dialog.focusWidget() is dialog._cards[1][1]
    qtbot.keyClick(dialog, Qt.Key.Key_Down)
    assert dialog.focusWidget() is dialog._cards[4][1]
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
    assert chosen == [examples()[4]]


def test_walking_scrolls_to_the_card(qtbot):
    dialog, _chosen = _dialog(qtbot)
    for _ in range(6):
        qtbot.keyClick(dialog, Qt.Key.Key_Down)
    card = dialog.focusWidget()
    assert card is dialog._cards[15][1]
    assert not card.visibleRegion().isEmpty()


def test_cards_show_the_graph_in_the_colours_of_the_theme(qtbot):
    theme = Theme()
    parent = QWidget()
    qtbot.addWidget(parent)
    thumbnail = Thumbnail(examples()[0], theme, parent)
    thumbnail.resize(272, 144)
    assert thumbnail.has_picture
    light = thumbnail.grab().toImage().pixelColor(12, 20)
    theme.switch(ThemeName.DARK)
    dark = thumbnail.grab().toImage().pixelColor(12, 20)
    assert light.lightnessF() > 0.9
    assert dark.lightnessF() < 0.2


def test_thumbnails_leave_imports_and_comments_out():
    assert telling_lines("# hi\nimport torch\n\nx = 1\nfrom a import b\n  y = 2\n") == ["x = 1", "  y = 2"]
