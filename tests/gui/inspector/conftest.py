"""Models with the hand-made recording, as the window connects them."""

from dataclasses import dataclass

import pytest

from gui.model.document import Document
from gui.model.playhead import Playhead
from gui.model.selection import Selection
from gui.theme.fonts import load_fonts
from gui.theme.theme import Theme
from tests.support.recordings import starter_recording


@dataclass
class Models:
    """What every panel is built from."""

    document: Document
    playhead: Playhead
    selection: Selection
    theme: Theme

    def args(self):
        return self.document, self.playhead, self.selection, self.theme


@pytest.fixture
def models(qapp):
    load_fonts()
    found = Models(Document(), Playhead(), Selection(), Theme())
    found.document.show_recording(starter_recording())
    found.playhead.resize(9)
    return found
