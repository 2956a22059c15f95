"""The place of the graph: one canvas, or two beside each other while recordings are compared."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from engine.compare import Side
from engine.graph import iteration_at
from engine.trace.recording import Recording
from gui.commands.book import ActionBook
from gui.compare.bar import CompareBar
from gui.compare.pane import Pane
from gui.compare.texts import iteration_text, step_text, waiting_text
from gui.model.document import Document
from gui.model.playhead import Playhead
from gui.model.sentences import DOT
from gui.model.side_by_side import SideBySide
from gui.theme.theme import Theme

_HALF_PX = 10_000
"""More than there is: each side gets half of the room, whatever comes free when the editor gives way."""


class CompareSplit(QWidget):
    """The canvas of the window, and at its right another one when it is needed.

    Attributes:
        bar: The row above, while something is compared.
        panes: One of each side; the second one is made when it is shown first, in a turn of its own.

    Signals:
        other_placed: The second canvas has just been made.
    """

    other_placed = Signal()

    def __init__(
        self,
        canvas: QWidget,
        make_other: Callable[[], QWidget],
        side: SideBySide,
        document: Document,
        playhead: Playhead,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._make_other = make_other
        self._side = side
        self._models = {Side.A: (document, playhead), Side.B: (side.document, side.playhead)}
        self.bar: CompareBar | None = None
        self._was_on = False
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self.panes = {Side.A: Pane(Side.A, canvas, self)}
        self.panes[Side.A].show_head(shown=False)
        self._splitter.addWidget(self.panes[Side.A])
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._splitter, 1)
        side.changed.connect(lambda _side: self._refresh())
        side.stood.connect(lambda _stand: self._tell())
        for _document, own in self._models.values():
            own.moved.connect(lambda _moved: None if side.is_moving else self._tell())

    def use_actions(self, book: ActionBook, theme: Theme) -> None:
        """Put the row with the actions above."""
        self.bar = CompareBar(book, theme, self._models[Side.A][1].seek, self)
        self._column.insertWidget(0, self.bar)
        self._refresh()

    def _refresh(self) -> None:
        side = self._side
        compared = side.compared
        if self.bar is not None:
            self.bar.setVisible(compared is not None)
            if compared is not None and compared.comparison is not None:
                things = "recordings" if compared.iterations is None else "iterations"
                self.bar.show_comparison(compared.comparison, things)
        if side.is_on and Side.B not in self.panes:
            QTimer.singleShot(0, self, self._place_other)
        elif side.is_on is not self._was_on:
            self._was_on = side.is_on
            self.panes[Side.A].show_head(shown=side.is_on)
            self.panes[Side.B].setVisible(side.is_on)
            self._splitter.setSizes([_HALF_PX, _HALF_PX])
        self._tell()

    def _place_other(self) -> None:
        if not self._side.is_on or Side.B in self.panes:
            return
        self.panes[Side.B] = Pane(Side.B, self._make_other(), self)
        self._splitter.addWidget(self.panes[Side.B])
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 1)
        self._refresh()
        self.other_placed.emit()

    def _tell(self) -> None:
        """Say where both stand."""
        if not self._side.is_on:
            return
        stand = self._side.stand
        for here, pane in self.panes.items():
            document, playhead = self._models[here]
            recording, other = document.recording, self._models[here.other][0].recording
            if recording is None or other is None:
                continue
            is_waiting = stand is not None and stand.waiting is here
            place = step_text(recording, playhead.current)
            if stand is not None and is_waiting:
                place = waiting_text(stand, other, len(recording))
            title = [part for part in (document.title, self._iteration(recording, playhead)) if part]
            pane.show_texts(DOT.join(title), place, is_waiting=is_waiting)

    def _iteration(self, recording: Recording, playhead: Playhead) -> str:
        found = self._side.pair.of(recording)
        return iteration_text(found.index(iteration_at(found, playhead.current)), len(found))
