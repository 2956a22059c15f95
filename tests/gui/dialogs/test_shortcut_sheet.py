from PySide6.QtWidgets import QWidget

from gui.commands.registry import ALL_ACTIONS
from gui.dialogs.shortcut_sheet import MOUSE, ShortcutSheet


def test_every_action_with_a_key_is_listed_and_can_be_filtered(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    sheet = ShortcutSheet(ALL_ACTIONS, parent)
    sheet.show()
    with_keys = {action.title for action in ALL_ACTIONS if action.shortcuts}
    assert set(sheet.shown_titles) == with_keys | {title for title, _keys in MOUSE}
    qtbot.keyClicks(sheet._filter, "ctrl+b")
    assert sheet.shown_titles == ["To the start of backward"]
