"""The list of decisions as a person uses it."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.console.decisions import DecisionsPanel
from gui.model.document import Document
from gui.model.playhead import Playhead
from gui.model.selection import Selection
from gui.theme.fonts import load_fonts
from gui.theme.theme import Theme
from tests.support.decided import decided_recording


class Stage:
    """The panel and the models around it."""

    def __init__(self, qtbot: QtBot) -> None:
        load_fonts()
        self.document, self.playhead, self.selection = Document(), Playhead(), Selection()
        self.panel = DecisionsPanel(self.document, self.playhead, self.selection, Theme())
        self.lines: list[tuple[int, int]] = []
        self.panel.go_to_line_requested.connect(lambda line, column: self.lines.append((line, column)))
        qtbot.addWidget(self.panel)
        self.panel.resize(600, 200)
        self.panel.show()

    def show_decided(self) -> None:
        recording = decided_recording()
        self.document.show_recording(recording)
        self.playhead.resize(len(recording))

    @property
    def rows(self) -> list[str]:
        model = self.panel.list
        return [str(model.data(model.index(row, 0))) for row in range(model.rowCount())]


def test_each_decision_is_a_row_with_line_numbers_and_way(qtbot: QtBot) -> None:
    stage = Stage(qtbot)
    assert not stage.panel.view.isVisible()
    stage.show_decided()
    assert stage.rows == [
        "line 4    while x = 1 > 0.3 → yes",
        "line 4    while x = 0.5 > 0.3 → yes",
        "line 4    while x = 0.25 > 0.3 → no",
    ]
    tip = stage.panel.list.data(stage.panel.list.index(1, 0), Qt.ItemDataRole.ToolTipRole)
    assert tip == "After 3 steps\nround 1 of while x > 0.3"


def test_a_click_goes_to_the_moment_and_the_line(qtbot: QtBot) -> None:
    stage = Stage(qtbot)
    stage.show_decided()
    view = stage.panel.view
    place = view.visualRect(stage.panel.list.index(1, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert stage.playhead.current == 2
    assert stage.lines == [(4, 6)]
    assert stage.selection.current.value is not None


def test_decisions_come_while_the_program_runs(qtbot: QtBot) -> None:
    stage = Stage(qtbot)
    stage.show_decided()
    stage.document.show_recording(None)
    assert stage.rows == []
    assert not stage.panel.view.isVisible()
