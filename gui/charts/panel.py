"""Charts of a training loop, live while it runs."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from engine.trace.batch import Batch
from engine.trace.ids import StepIndex
from engine.trace.outcome import Outcome
from engine.trace.recording import Recording
from gui.charts.series import Series, SeriesBook
from gui.model.document import Document
from gui.model.playhead import Playhead, PlayheadMoved
from gui.model.selection import Selection
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens

if TYPE_CHECKING:
    from gui.charts.chart import Chart

_REDRAW_MS = 100
"""While a program runs the charts are drawn at most ten times a second."""
_MOST_CHARTS = 8
EMPTY_TEXT = "Charts appear when a loop calls step()."


class ChartsPanel(QWidget):
    """One chart for each metric, side by side; a click goes to the step of that entry."""

    def __init__(
        self, document: Document, playhead: Playhead, selection: Selection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._playhead = playhead
        self._selection = selection
        self._theme = theme
        self._book = SeriesBook()
        self._charts: list[Chart] = []
        self.setObjectName("charts")
        self._build()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_REDRAW_MS)
        self._later.timeout.connect(self.refresh)
        playhead.moved.connect(self._on_moved)
        document.recording_replaced.connect(self._on_replaced)
        document.recording_extended.connect(self._on_extended)
        document.run_ended.connect(self._on_ended)
        theme.changed.connect(self._on_theme)
        self._on_replaced(document.recording)

    def _build(self) -> None:
        empty = QWidget(self)
        title = QLabel("Charts", empty)
        title.setProperty("look", "heading")
        hint = QLabel(EMPTY_TEXT, empty)
        hint.setProperty("look", "muted")
        column = QVBoxLayout(empty)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(4)
        column.addWidget(title)
        column.addWidget(hint)
        column.addStretch(1)
        self._row_widget = QWidget(self)
        self._row = QHBoxLayout(self._row_widget)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(empty)
        self._stack.addWidget(self._row_widget)

    @property
    def charts(self) -> "tuple[Chart, ...]":
        """The charts that are shown."""
        return tuple(self._charts)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw yet."""
        return self._stack.currentIndex() == 0

    def refresh(self) -> None:
        """Draw all series as they are now."""
        self._later.stop()
        shown = self._book.all[:_MOST_CHARTS]
        for series in shown[len(self._charts) :] if self._is_prefix(shown) else self._cleared(shown):
            self._add(series)
        self._stack.setCurrentIndex(1 if self._charts else 0)
        for chart in self._charts:
            chart.refresh(self._playhead.current)

    def _is_prefix(self, shown: tuple[Series, ...]) -> bool:
        return all(chart.series is series for chart, series in zip(self._charts, shown, strict=False))

    def _cleared(self, shown: tuple[Series, ...]) -> tuple[Series, ...]:
        for chart in self._charts:
            self._row.removeWidget(chart)
            chart.hide()
            chart.deleteLater()
        self._charts = []
        return shown

    def _add(self, series: Series) -> None:
        # pyqtgraph takes a quarter second to import: the window must not wait for it at its start.
        from gui.charts.chart import Chart  # noqa: PLC0415  # lazy for the reason above

        chart = Chart(series, self._theme.tokens, self._go, self._row_widget)
        self._row.addWidget(chart, 1)
        self._charts.append(chart)

    def _go(self, step: StepIndex) -> None:
        self._playhead.seek(step)

    def _on_replaced(self, recording: Recording | None) -> None:
        self._book = SeriesBook()
        self._cleared(())
        if recording is not None:
            self._book.extend(recording.metrics, recording)
        self.refresh()

    def _on_extended(self, batch: Batch) -> None:
        if batch.metrics and self._document.recording is not None:
            self._book.extend(batch.metrics, self._document.recording)
            if not self._later.isActive():
                self._later.start()

    def _on_ended(self, _outcome: Outcome) -> None:
        self.refresh()

    def _on_moved(self, moved: PlayheadMoved) -> None:
        for chart in self._charts:
            chart.show_step(moved.current)

    def _on_theme(self, tokens: Tokens) -> None:
        for chart in self._charts:
            chart.set_tokens(tokens)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the hairlines between the charts."""
        painter = QPainter(self)
        for chart in self._charts[1:]:
            painter.fillRect(QRectF(chart.x() - 1, 0, 1, self.height()), QColor(self._theme.tokens.hairline))
        painter.end()
