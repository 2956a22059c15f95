"""An editor with the starter recording."""

from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from gui.editor.code_edit import CodeEdit
from gui.editor.panel import EditorPanel
from gui.model.document import Document
from gui.model.playhead import Playhead
from gui.model.selection import Selection
from gui.theme.fonts import load_fonts
from gui.theme.theme import Theme
from tests.support.recordings import starter_recording


@dataclass
class Stage:
    """The panel and the models around it."""

    panel: EditorPanel
    document: Document
    playhead: Playhead
    selection: Selection
    theme: Theme

    @property
    def edit(self) -> CodeEdit:
        return self.panel.edit

    def open(self, text: str) -> None:
        self.document.replace_program(text, "test.py")

    @property
    def text(self) -> str:
        return self.document.program


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    load_fonts()
    document, playhead, selection, theme = Document(), Playhead(), Selection(), Theme()
    recording = starter_recording()
    document.replace_program(recording.info.program, "starter.py")
    document.show_recording(recording)
    playhead.resize(len(recording))
    panel = EditorPanel(document, playhead, selection, theme)
    qtbot.addWidget(panel)
    panel.resize(420, 500)
    panel.show()
    panel.activateWindow()
    panel.edit.setFocus()
    return Stage(panel, document, playhead, selection, theme)
