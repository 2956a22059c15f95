"""The search field of the top bar."""

from PySide6.QtCore import Qt


def test_where_nothing_is_found_it_says_what_can_be_asked_for(ran, qtbot):
    box = ran.window.parts.top.search
    ran.desk.window.search("")
    qtbot.keyClicks(box, "zzz")
    qtbot.waitUntil(lambda: any("norm > 10" in result.title for result in box.results), timeout=2000)
    assert all(result.reason for result in box.results)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.text() == "zzz"
    box.clear()
    qtbot.keyClicks(box, "relu")
    qtbot.waitUntil(lambda: any(result.title == "relu" for result in box.results), timeout=2000)
