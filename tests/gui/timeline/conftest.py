"""A timeline with the starter recording."""

from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from engine.trace.recording import Recording
from gui.model.document import Document
from gui.model.playhead import Playhead
from gui.model.selection import Selection
from gui.theme.fonts import load_fonts
from gui.theme.theme import Theme
from gui.timeline.panel import TimelinePanel
from tests.support.recordings import starter_recording


@dataclass
class Stage:
    """The panel and the models around it."""

    panel: TimelinePanel
    document: Document
    playhead: Playhead
    selection: Selection
    theme: Theme

    def show(self, recording: Recording) -> None:
        self.document.show_recording(recording)
        self.playhead.resize(len(recording))


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    load_fonts()
    document, playhead, selection, theme = Document(), Playhead(), Selection(), Theme()
    panel = TimelinePanel(document, playhead, selection, theme)
    qtbot.addWidget(panel)
    panel.resize(1280, 140)
    panel.show()
    stage = Stage(panel, document, playhead, selection, theme)
    stage.show(starter_recording())
    return stage
