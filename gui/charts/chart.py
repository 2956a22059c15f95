"""One chart: title, a line about the entry at the playhead, and the plot."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from engine.trace.ids import StepIndex
from engine.trace.numbers import number_text
from gui.charts.plot import Plot
from gui.charts.series import Series
from gui.theme.tokens import Tokens
from gui.widgets.elided_label import ElidedLabel


class Chart(QWidget):
    """Draws one series and asks to go to the step of an entry that is clicked."""

    def __init__(
        self, series: Series, tokens: Tokens, seek: Callable[[StepIndex], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._series = series
        self._seek = seek
        self._step = StepIndex(-1)
        self.setMinimumWidth(180)
        self._title = QLabel(series.title, self)
        self._title.setProperty("look", "heading")
        self._note = ElidedLabel("", self)
        self._note.setProperty("look", "faint")
        self._log = QToolButton(self)
        self._log.setText("log")
        self._log.setCheckable(True)
        self._log.setProperty("look", "quiet")
        self._log.setToolTip("Logarithmic scale")
        self._log.setAccessibleName(f"Logarithmic scale of {series.title}")
        self._log.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._log.toggled.connect(self._on_log)
        self.plot = Plot(tokens, self._on_click, self)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._note, 1)
        head.addWidget(self._log)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 6)
        layout.setSpacing(2)
        layout.addLayout(head)
        layout.addWidget(self.plot.widget, 1)
        self.setAccessibleName(f"Chart of {series.title}")

    @property
    def series(self) -> Series:
        """What is drawn."""
        return self._series

    @property
    def note(self) -> str:
        """The line beside the title."""
        return self._note.whole_text

    @property
    def log_button(self) -> QToolButton:
        """The switch of the y axis."""
        return self._log

    def refresh(self, step: StepIndex) -> None:
        """Draw the series as it is now, with the playhead at ``step``."""
        self._title.setText(self._series.title)
        self.plot.show_series(self._series)
        self.show_step(step)

    def show_step(self, step: StepIndex) -> None:
        """Move the crosshair."""
        self._step = step
        index = self._series.index_at(step) if step >= 0 else None
        number = float("nan") if index is None else self._series.number(index)
        self.plot.show_crosshair(index, number)
        count = len(self._series)
        if index is None:
            self._note.show_text(f"{count} update{'' if count == 1 else 's'}")
        else:
            self._note.show_text(f"{number_text(number)} at update {index + 1} of {count}")

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.plot.set_tokens(tokens)

    def _on_log(self, is_log: bool) -> None:  # noqa: FBT001  # Qt's signal
        self.plot.set_log(is_log=is_log)
        self.refresh(self._step)

    def _on_click(self, position: float) -> None:
        if len(self._series):
            self._seek(self._series.step_at(position))
