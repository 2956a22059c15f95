"""What the curves of a run say in plain words, with what to try."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from engine.trace.numbers import number_text
from engine.training.advice import Advice
from engine.training.coach import CAUSES, advise
from gui.model.training_run import TrainingRun
from gui.train.section import Section

TITLE = "Coach"
AGAIN_MS = 1000
"""The curves are read once in this time: they are long, and what they say changes slowly."""
_MOST = 3
_LEAST_PX = 52


class AdviceRow(QFrame):
    """One advice: a click or Enter points at where it began; ``when`` a proposed rate is set, None: it cannot be.

    Signals:
        pointed_at: The iteration.
        rate_wanted: The learning rate that was proposed.
    """

    pointed_at = Signal(int)
    rate_wanted = Signal(float)

    def __init__(self, advice: Advice, parent: QWidget, *, when: str | None) -> None:
        super().__init__(parent)
        self._advice = advice
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{advice.sentence} {advice.hint}")
        self.setToolTip(f"Show iteration {advice.since:,} on the charts")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 4)
        column.setSpacing(1)
        for text, look in ((advice.sentence, ""), (advice.hint, "faint")):
            if text:
                column.addWidget(_words(text, look, self))
        if advice.rate is not None and when is not None:
            change = QPushButton(f"Set the learning rate to {number_text(advice.rate, 1)}{when}", self)
            change.setProperty("look", "link")
            change.clicked.connect(lambda: self.rate_wanted.emit(advice.rate))
            column.addWidget(change, 0, Qt.AlignmentFlag.AlignLeft)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Point at where it began."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pointed_at.emit(self._advice.since)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The same by keyboard."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pointed_at.emit(self._advice.since)
        else:
            super().keyPressEvent(event)


class _Sheet(QScrollArea):
    """As high as what lies on it where there is room, else it scrolls."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setWidgetResizable(True)
        body = QWidget(self)
        self.lines = QVBoxLayout(body)
        self.lines.setContentsMargins(0, 0, 4, 0)
        self.lines.setSpacing(0)
        self.setWidget(body)

    def sizeHint(self) -> QSize:
        """All lines at this width."""
        return QSize(super().sizeHint().width(), max(0, self.lines.heightForWidth(self.viewport().width())))

    def minimumSizeHint(self) -> QSize:
        """It may give way but for a line or two."""
        return QSize(0, min(_LEAST_PX, self.sizeHint().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other lines break at another width."""
        super().resizeEvent(event)
        self.updateGeometry()


class AdviceCard(Section):
    """What the curves of the run that is looked at say; hidden while there is no run.

    Signals:
        pointed_at: An iteration that an advice speaks of.
        rate_wanted: A learning rate that was proposed.
    """

    pointed_at = Signal(int)
    rate_wanted = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(TITLE, "", parent)
        self._shown: tuple[TrainingRun | None, bool, tuple[Advice, ...]] = (None, False, ())
        self._run: TrainingRun | None = None
        self._read_at: tuple[int, bool] | None = None
        self._later = QTimer(self, interval=AGAIN_MS, singleShot=True)
        self._later.timeout.connect(self._read)
        self._rows: list[AdviceRow] = []
        self._sheet = _Sheet(self)
        self.column.addWidget(self._sheet)
        self.hide()

    @property
    def rows(self) -> tuple[AdviceRow, ...]:
        """What is said."""
        return tuple(self._rows)

    def refresh(self, run: TrainingRun | None) -> None:
        """Read the curves again: of another run at once, else at most once a second."""
        is_other = run is not self._run
        self._run = run
        self.setVisible(run is not None and run.iteration >= 0)
        if is_other:
            self._read_at = None
        if is_other or not self._later.isActive():
            self._read()

    def _read(self) -> None:
        run = self._run
        state = None if run is None or run.iteration < 0 else (run.iteration, run.is_alive)
        if run is not None and state != self._read_at:
            self._read_at = state
            self._show(run, advise(run.curves)[:_MOST])
            self._later.start()

    def _show(self, run: TrainingRun, said: tuple[Advice, ...]) -> None:
        self.note.show_text("" if said else f"nothing stands out · {len(CAUSES) + 1} checks")
        if (run, run.is_alive, said) == self._shown:
            return
        self._shown = (run, run.is_alive, said)
        for row in self._rows:
            self._sheet.lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        when = "" if run.is_alive else " for the next run"
        can_set = run.is_alive or not run.is_typed  # a typed program that has ended sets its own rate
        self._rows = [AdviceRow(advice, self._sheet, when=when if can_set else None) for advice in said]
        for row in self._rows:
            row.pointed_at.connect(self.pointed_at)
            row.rate_wanted.connect(self.rate_wanted)
            self._sheet.lines.addWidget(row)
        self._sheet.updateGeometry()


def _words(text: str, look: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("look", look)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return label
