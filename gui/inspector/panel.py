"""The inspector: everything about what is selected, or about the step at the playhead."""

from typing import assert_never

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from engine.trace.batch import Batch
from engine.trace.outcome import Outcome
from engine.trace.recording import Recording
from gui.inspector.block_view import BlockView
from gui.inspector.blocks import Block, Link, ToElement, ToStep, ToValue
from gui.inspector.head import Head
from gui.inspector.pages import Tab, empty_page, page
from gui.inspector.subject import Subject, subject_of
from gui.inspector.tabs import TabRow
from gui.inspector.titles import titles
from gui.model.document import Document
from gui.model.playhead import Playhead, PlayheadMoved
from gui.model.selection import Origin, Selected, Selection
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens

_WHILE_RUNNING_MS = 100
"""While a program runs the page is drawn anew at most this often."""


class InspectorPanel(QWidget):
    """Name, five pages, one truth: a function of recording, selection and playhead."""

    def __init__(
        self, document: Document, playhead: Playhead, selection: Selection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._playhead = playhead
        self._selection = selection
        self._theme = theme
        self._subject: Subject | None = None
        self._picked: ToElement | None = None
        self.setObjectName("inspector")
        self._build()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WHILE_RUNNING_MS)
        self._later.timeout.connect(self.refresh)
        playhead.moved.connect(self._on_moved)
        selection.changed.connect(self._on_selected)
        document.recording_replaced.connect(self._on_replaced)
        document.recording_extended.connect(self._on_extended)
        document.run_ended.connect(self._on_ended)
        theme.changed.connect(self._on_theme)
        self.refresh()

    def _build(self) -> None:
        tokens = self._theme.tokens
        self._head = Head(self)
        self._tabs = TabRow(tokens, self)
        self._tabs.tab_chosen.connect(self._on_tab)
        self._view = BlockView(tokens, self)
        self._view.link_activated.connect(self._on_link)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._view)
        self._scroll.viewport().setAutoFillBackground(False)
        self._view.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self._tabs)
        layout.addWidget(self._scroll, 1)
        self.setFocusProxy(self._tabs)

    @property
    def subject(self) -> Subject | None:
        """What is shown."""
        return self._subject

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The page that is shown, as data."""
        return self._view.blocks

    @property
    def title(self) -> str:
        """The name at the top."""
        return self._head.name

    @property
    def subtitle(self) -> str:
        """The line below the name."""
        return self._head.subtitle

    @property
    def tabs(self) -> TabRow:
        """The row of tabs."""
        return self._tabs

    def show_tab(self, tab: Tab) -> None:
        """Turn to a page."""
        self._tabs.choose(tab)

    def refresh(self) -> None:
        """Draw the page anew."""
        self._later.stop()
        recording = self._document.recording
        self._subject = subject_of(recording, self._selection.current, self._playhead.current)
        if recording is None or self._subject is None:
            self._head.show_titles("Inspector", "")
            self._tabs.hide()
            self._view.show_blocks(empty_page())
            return
        self._head.show_titles(*titles(recording, self._subject))
        self._tabs.show()
        self._view.show_blocks(page(recording, self._subject, self._tabs.current, self._playhead.current, self._picked))

    def _on_tab(self, _tab: Tab) -> None:
        self._scroll.verticalScrollBar().setValue(0)
        self.refresh()

    def _on_link(self, target: Link) -> None:
        match target:
            case ToStep(step):
                self._selection.clear()
                self._playhead.seek(step)
            case ToValue(value):
                self._selection.select(Selected(value=value, origin=Origin.INSPECTOR))
            case ToElement():
                self._picked = target
                self.refresh()
            case _:
                assert_never(target)

    def _on_moved(self, _moved: PlayheadMoved) -> None:
        self.refresh()

    def _on_selected(self, _selected: Selected) -> None:
        self._scroll.verticalScrollBar().setValue(0)
        self.refresh()

    def _on_replaced(self, _recording: Recording | None) -> None:
        self._picked = None
        self.refresh()

    def _on_extended(self, _batch: Batch) -> None:
        if not self._later.isActive():
            self._later.start()

    def _on_ended(self, _outcome: Outcome) -> None:
        self.refresh()

    def _on_theme(self, tokens: Tokens) -> None:
        self._tabs.set_tokens(tokens)
        self._view.set_tokens(tokens)
