"""The runs: which there are, how far each came, which are drawn beside the one looked at."""

from functools import partial

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QScrollArea, QVBoxLayout, QWidget

from gui.model.training_book import RunBook
from gui.model.training_difference import differences
from gui.model.training_run import Phase, TrainingRun
from gui.model.training_sentences import run_loss_text, run_summary
from gui.theme.fonts import BASE_PX, mono_font, words_font
from gui.theme.tokens import Tokens
from gui.train.hues import run_hue
from gui.train.section import Section

ROW_PX = 38
_BAR_PX = 4
EMPTY = "Every run is listed here, with its loss."


class RunRow(QWidget):
    """One run: a click looks at it, a click on its colour draws it beside the others, or no longer.

    Signals:
        chosen: It shall be looked at.
        toggled: It shall be drawn beside the others, or no longer.
        asked: Its menu is wanted, at a point on the screen.
        renamed: It has another name.
        removed: It shall go.
    """

    chosen = Signal()
    toggled = Signal()
    asked = Signal(QPoint)
    renamed = Signal(str)
    removed = Signal()

    def __init__(self, run: TrainingRun, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.run = run
        self._tokens = tokens
        self._is_current = False
        self._state: tuple[object, ...] = ()
        self.setFixedHeight(ROW_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(200, ROW_PX)

    def show_state(self, tokens: Tokens, beside: TrainingRun | None) -> None:
        """Paint it as it is now, if it looks different; ``beside`` is the run that is looked at."""
        run = self.run
        is_current = run is beside
        tip = _tip(run, beside)
        state = (tokens.name, beside, run.is_shown, run.name, run_summary(run), run_loss_text(run), run.phase, tip)
        if state == self._state:
            return
        self._state = state
        self._tokens, self._is_current = tokens, is_current
        self.setAccessibleName(f"{run.name}, {run_summary(run)}, loss {run_loss_text(run)}")
        self.setToolTip(tip)
        self.update()

    def begin_renaming(self) -> None:
        """Let the name be typed."""
        field = QLineEdit(self.run.name, self)
        field.setGeometry(10, 2, self.width() - 80, 26)
        field.selectAll()
        field.editingFinished.connect(partial(self._end_renaming, field))
        field.show()
        field.setFocus()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose, or show beside."""
        if event.button() == Qt.MouseButton.LeftButton:
            (self.toggled if event.position().x() < 12 else self.chosen).emit()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Rename."""
        self.begin_renaming()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu."""
        self.asked.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter looks at it, F2 renames, Delete forgets."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.chosen.emit()
            case Qt.Key.Key_F2:
                self.begin_renaming()
            case Qt.Key.Key_Delete:
                self.removed.emit()
            case _:
                super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Paint anew where the mouse or the keyboard is."""
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave, QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint colour, name, summary, loss."""
        tokens = self._tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent)) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(area.adjusted(8, 1, 0, -1), 6, 6)
        hue = QColor(run_hue(tokens, self.run.hue) if self.run.is_shown or self._is_current else tokens.hairline)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(hue)
        painter.drawRoundedRect(QRectF(0, 5, _BAR_PX, ROW_PX - 10), 2, 2)
        words = QRectF(14, 4, self.width() - 84, 16)
        weight = words_font().Weight.DemiBold if self._is_current else words_font().Weight.Normal
        painter.setFont(words_font(BASE_PX, weight))
        painter.setPen(QColor(tokens.text))
        name = painter.fontMetrics().elidedText(self.run.name, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(words_font(11))
        painter.setPen(QColor(tokens.muted))
        summary = run_summary(self.run)
        if self.run.phase is Phase.FAILED:
            painter.setPen(QColor(tokens.error))
            summary = "failed"
        painter.drawText(words.translated(0, 16), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, summary)
        painter.setFont(mono_font(BASE_PX))
        painter.setPen(QColor(tokens.text))
        painter.drawText(
            area.adjusted(0, 0, -2, 0),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            run_loss_text(self.run),
        )
        painter.end()

    def _end_renaming(self, field: QLineEdit) -> None:
        field.hide()
        field.deleteLater()
        self.renamed.emit(field.text())


def _tip(run: TrainingRun, beside: TrainingRun | None) -> str:
    """Return what is other in a run than in the one looked at, and what clicks do."""
    use = "A click looks at this run, a click on its colour draws it beside the others or hides it."
    if beside is None or beside is run:
        return use
    told = differences(run, beside)
    return "\n".join((f"Beside {beside.name}:", *(f"  {line}" for line in told or ("the same settings",)), use))


class RunsCard(Section):
    """The list.

    Signals:
        forgotten: A run was moved to the trash; it can be brought back.
    """

    forgotten = Signal(object)

    def __init__(self, book: RunBook, tokens: Tokens, parent: QWidget) -> None:
        super().__init__("Runs", "", parent)
        self._book = book
        self._tokens = tokens
        self._rows: list[RunRow] = []
        self._empty = QLabel(EMPTY, self)
        self._empty.setProperty("look", "muted")
        self._empty.setWordWrap(True)
        self._list = QWidget(self)
        self._lines = QVBoxLayout(self._list)
        self._lines.setContentsMargins(0, 0, 4, 0)
        self._lines.setSpacing(0)
        self._lines.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._list)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.column.addWidget(self._empty)
        self.column.addWidget(area, 1)
        self.setMinimumHeight(96)
        book.changed.connect(lambda _nothing: self._rebuild())
        self._rebuild()

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """The rows, the newest run first."""
        return tuple(self._rows)

    def refresh(self) -> None:
        """Show the losses of now."""
        for row in self._rows:
            row.show_state(self._tokens, self._book.current)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.refresh()

    def _rebuild(self) -> None:
        if [row.run for row in self._rows] != list(self._book.runs):
            for row in self._rows:
                self._lines.removeWidget(row)
                row.hide()
                row.deleteLater()
            self._rows = [self._row(run) for run in self._book.runs]
            for place, row in enumerate(self._rows):
                self._lines.insertWidget(place, row)
        self._empty.setVisible(not self._rows)
        self.note.show_text(f"{len(self._rows)}" if self._rows else "")
        self.refresh()

    def _row(self, run: TrainingRun) -> RunRow:
        row = RunRow(run, self._tokens, self._list)
        row.chosen.connect(lambda: self._book.choose(run))
        row.toggled.connect(lambda: self._book.show_beside(run, shown=not run.is_shown))
        row.asked.connect(lambda point: self._open_menu(row, point))
        row.renamed.connect(lambda name: self._book.rename(run, name))
        row.removed.connect(lambda: self._forget(run))
        return row

    def _open_menu(self, row: RunRow, point: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction("Look at it").triggered.connect(row.chosen)
        word = "Hide beside the others" if row.run.is_shown else "Draw beside the others"
        menu.addAction(word).triggered.connect(row.toggled)
        menu.addAction("Rename").triggered.connect(row.begin_renaming)
        forget = menu.addAction("Move to the trash")
        forget.setEnabled(not row.run.is_alive)
        forget.triggered.connect(row.removed)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(point)

    def _forget(self, run: TrainingRun) -> None:
        if not run.is_alive:
            self._book.remove(run)
            self.forgotten.emit(run)
