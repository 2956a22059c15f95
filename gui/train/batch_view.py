"""The last batch: its first samples, what is to be told of them, and what the network answers."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QDialog, QLabel, QScrollArea, QVBoxLayout, QWidget

from engine.trace.numbers import number_text
from gui.model.training_book import RunBook
from gui.model.training_data import DataLook, DataModel
from gui.model.training_run import TrainingRun
from gui.model.training_sentences import data_text
from gui.theme.fonts import SECONDARY_PX, mono_font, words_font
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens
from gui.train.hues import picture_image

Floats = npt.NDArray[np.float32]
_SIZE_PX = (760, 620)
_TILE_PX, _GAP_PX, _LABEL_PX = 72.0, 14.0, 18.0
_ROW_PX, _COLUMN_PX, _MARGIN_PX = 22.0, 74.0, 16.0
_MOST_COLUMNS = 64
NOTHING = "A batch is shown here as soon as a program that reads a DataLoader has trained a little."


class BatchView(QWidget):
    """Paints pictures as tiles, and rows of numbers as a table."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._inputs: Floats | None = None
        self._targets: list[str] = []
        self._names: tuple[str, ...] = ()
        self._answers: list[str] = []
        self.setAccessibleName("The last batch")

    @property
    def labels(self) -> list[tuple[str, str]]:
        """What is to be told of each sample, and what the network answers."""
        return list(zip(self._targets, self._answers, strict=False))

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def show_batch(
        self, inputs: Floats | None, targets: Floats | None, answers: Floats | None, look: DataLook | None = None
    ) -> None:
        """Show another batch; ``look`` knows what its columns and classes are called."""
        if inputs is not None and inputs.ndim == 3 and min(inputs.shape[1:]) > 2:
            inputs = inputs[:, None]
        elif inputs is not None and inputs.ndim not in (2, 4):
            inputs = inputs.reshape(len(inputs), -1)
        self._inputs = inputs
        self._targets, self._answers = _texts(targets), _texts(answers)
        self._names = () if look is None else look.answer.columns
        if look is not None and look.labels and targets is not None and targets.ndim == 1:
            self._targets = [look.label(float(number)) for number in targets]
        self.setMinimumSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        """As large as the batch is."""
        if self._inputs is None:
            return QSize(200, 80)
        if self._inputs.ndim == 4:
            rows = -(-len(self._inputs) // self._columns)
            return QSize(200, round(2 * _MARGIN_PX + rows * (_TILE_PX + _LABEL_PX + _GAP_PX)))
        columns = min(_MOST_COLUMNS, self._inputs.shape[1]) + 2
        return QSize(
            round(2 * _MARGIN_PX + columns * _COLUMN_PX), round(2 * _MARGIN_PX + (len(self._inputs) + 1) * _ROW_PX)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take as many rows as the width asks for."""
        super().resizeEvent(event)
        self.setMinimumHeight(self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint it."""
        painter = QPainter(self)
        painter.setPen(QColor(self._tokens.muted))
        painter.setFont(words_font(SECONDARY_PX))
        if self._inputs is None:
            wrap = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(30, 0, -30, 0), wrap, NOTHING)
        elif self._inputs.ndim == 4:
            self._paint_pictures(painter, self._inputs)
        else:
            self._paint_rows(painter, self._inputs)
        painter.end()

    @property
    def _columns(self) -> int:
        return max(1, int((self.width() - 2 * _MARGIN_PX + _GAP_PX) // (_TILE_PX + _GAP_PX)))

    def _paint_pictures(self, painter: QPainter, inputs: Floats) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        for place, picture in enumerate(inputs):
            row, column = divmod(place, self._columns)
            left = _MARGIN_PX + column * (_TILE_PX + _GAP_PX)
            top = _MARGIN_PX + row * (_TILE_PX + _LABEL_PX + _GAP_PX)
            tile = QRectF(left, top, _TILE_PX, _TILE_PX)
            painter.drawImage(tile, picture_image(self._tokens, picture))
            painter.setPen(QPen(QColor(self._tokens.hairline), 1))
            painter.drawRect(tile.adjusted(0.5, 0.5, -0.5, -0.5))
            below = QRectF(left - _GAP_PX / 2, tile.bottom() + 1, _TILE_PX + _GAP_PX, _LABEL_PX)
            self._write(painter, below, place, Qt.AlignmentFlag.AlignCenter)

    def _write(self, painter: QPainter, area: QRectF, place: int, flags: Qt.AlignmentFlag) -> None:
        """Write what is to be told, and beside it the answer where it is another one."""
        target = self._targets[place] if place < len(self._targets) else ""
        answer = self._answers[place] if place < len(self._answers) else ""
        is_other = bool(answer) and answer != target
        painter.setFont(mono_font(SECONDARY_PX))
        painter.setPen(QColor(self._tokens.error if is_other else self._tokens.text))
        painter.drawText(area, flags, f"{target} not {answer}" if is_other else target)

    def _paint_rows(self, painter: QPainter, inputs: Floats) -> None:
        columns = min(_MOST_COLUMNS, inputs.shape[1])
        names = dict(enumerate(self._names))
        heads = [names.get(at, f"input {at + 1}") for at in range(columns)] + ["target", "answer"]
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for at, head in enumerate(heads):
            room = QRectF(_MARGIN_PX + at * _COLUMN_PX, _MARGIN_PX, _COLUMN_PX - 8, _ROW_PX)
            cut = painter.fontMetrics().elidedText(head, Qt.TextElideMode.ElideRight, round(room.width()))
            painter.drawText(room, right, cut)
        painter.setFont(mono_font(SECONDARY_PX))
        for place, sample in enumerate(inputs):
            ends = [texts[place] if place < len(texts) else "" for texts in (self._targets, self._answers)]
            top = _MARGIN_PX + (place + 1) * _ROW_PX
            painter.setPen(QPen(QColor(self._tokens.hairline), 1))
            painter.drawLine(round(_MARGIN_PX), round(top), round(_MARGIN_PX + len(heads) * _COLUMN_PX), round(top))
            for at, text in enumerate([*(number_text(float(one), 3) for one in sample[:columns]), *ends]):
                painter.setPen(QColor(self._tokens.text if at < columns + 1 else self._tokens.muted))
                painter.drawText(QRectF(_MARGIN_PX + at * _COLUMN_PX, top, _COLUMN_PX - 8, _ROW_PX), right, text)


class BatchDialog(QDialog):
    """Stands beside the window and follows the run that is looked at, or the data of the run that would be next."""

    def __init__(self, book: RunBook, data: DataModel, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("The last batch")
        self.resize(*_SIZE_PX)
        self._book = book
        self._data = data
        self._is_next = False
        self._shown: object = None
        self._headline = QLabel(self)
        self._headline.setProperty("look", "title")
        self.view = BatchView(theme.tokens, self)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.addWidget(self._headline)
        layout.addWidget(area, 1)
        theme.changed.connect(self.view.set_tokens)
        book.advanced.connect(self._follow)
        book.changed.connect(self._follow)
        data.changed.connect(self._follow)
        self._follow(None)

    @property
    def headline(self) -> str:
        """Which batch it is."""
        return self._headline.text()

    def follow(self, *, is_next: bool) -> None:
        """Follow the run that is looked at, or the data of the one that would be next."""
        self._is_next, self._shown = is_next, None
        self._follow(None)

    def _follow(self, _payload: object) -> None:
        run = self._book.current
        if run is None or self._is_next:
            self._show_look(self._data.look)
            return
        inputs = run.pictures.get("batch/inputs")
        if inputs is self._shown and inputs is not None:
            return
        self._shown = inputs
        if inputs is None:
            self._headline.setText("The last batch")
            self.view.show_batch(None, None, None)
            return
        iteration, count = inputs.iteration, len(inputs.numbers)
        self._headline.setText(f"{run.name}, after {iteration:,} iterations: the first {count} samples")
        self.view.show_batch(inputs.numbers, _of(run, "batch/targets", iteration), _of(run, "batch/answers", iteration))

    def _show_look(self, look: DataLook) -> None:
        """Show a batch of the data before anything is trained on it: nothing is answered yet."""
        self._shown = inputs = look.picture("batch/inputs")
        if inputs is None:
            self._headline.setText("The last batch")
            self.view.show_batch(None, None, None)
            return
        name = "" if look.data is None else data_text(look.data).partition(" · ")[0]
        self._headline.setText(f"{name}: the first {len(inputs)} samples of a batch")
        self.view.show_batch(inputs, look.picture("batch/targets"), None, look)


def _of(run: TrainingRun, name: str, iteration: int) -> Floats | None:
    """Return what was told together with the samples."""
    told = run.pictures.get(name)
    return told.numbers if told is not None and told.iteration == iteration else None


def _texts(told: Floats | None) -> list[str]:
    if told is None:
        return []
    rows = told.reshape(len(told), -1)
    return [", ".join(number_text(float(one), 3) for one in row[:3]) + (" …" if len(row) > 3 else "") for row in rows]
