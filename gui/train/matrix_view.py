"""Confusion matrices: how often each class was taken for each, in training and in validation."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from engine.trace.numbers import number_text
from gui.model.training_run import TrainingRun
from gui.theme.colors import mix
from gui.theme.fonts import SECONDARY_PX, mono_font, words_font
from gui.theme.tokens import Tokens

Floats = npt.NDArray[np.float32]
PREFIX = "scores"
_VALIDATION = "validation "
_TITLE_PX = 18.0
_AXIS_PX = 16.0
_GAP_PX = 18.0
_LEAST_TEXT_PX = 22.0


@dataclass(frozen=True, slots=True)
class Matrices:
    """One matrix [right, told] of each kind, None where it was not told."""

    training: Floats | None = None
    validation: Floats | None = None

    @property
    def shown(self) -> tuple[tuple[str, Floats], ...]:
        """Those that there are, with what they are called."""
        both = (("training", self.training), ("validation", self.validation))
        return tuple((name, numbers) for name, numbers in both if numbers is not None)


def matrices_of(run: TrainingRun | None) -> dict[str, Matrices]:
    """Return the newest matrices of a run by the names of their metrics."""
    if run is None:
        return {}
    told = {name: numbers for name, numbers in run.pictures_of(PREFIX).items() if numbers.ndim == 2 and numbers.size}
    names = dict.fromkeys(name.removeprefix(_VALIDATION) for name in told)
    return {name: Matrices(told.get(name), told.get(_VALIDATION + name)) for name in names}


class MatrixView(QWidget):
    """Paints them beside each other: rows are what is right, columns what was told."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._matrices = Matrices()
        self.setMinimumSize(100, 80)
        self.setAccessibleName("Confusion matrix")

    def show_matrices(self, matrices: Matrices) -> None:
        """Show what is known now."""
        self._matrices = matrices
        lines = [
            f"{name}: {', '.join('[' + ', '.join(number_text(float(n), 3) for n in row) + ']' for row in numbers)}"
            for name, numbers in matrices.shown
            if len(numbers) <= 10
        ]
        self.setToolTip("\n".join(("Rows: the right class. Columns: the class that was told.", *lines)))
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint them."""
        shown = self._matrices.shown
        painter = QPainter(self)
        width = (self.width() - _GAP_PX * (len(shown) - 1)) / max(1, len(shown))
        for place, (name, numbers) in enumerate(shown):
            self._paint(painter, QRectF(place * (width + _GAP_PX), 0, width, self.height()), name, numbers)
        painter.end()

    def _paint(self, painter: QPainter, area: QRectF, name: str, numbers: Floats) -> None:
        tokens = self._tokens
        painter.setFont(words_font(SECONDARY_PX))
        painter.setPen(QColor(tokens.muted))
        title = QRectF(area.left() + _AXIS_PX, area.top(), area.width() - _AXIS_PX, _TITLE_PX)
        painter.drawText(title, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        side = max(1.0, min(area.width() - _AXIS_PX, area.height() - _TITLE_PX - _AXIS_PX))
        square = QRectF(area.left() + _AXIS_PX, area.top() + _TITLE_PX, side, side)
        rows, columns = numbers.shape
        shares = numbers / np.maximum(numbers.sum(axis=1, keepdims=True), 1e-12)
        step_x, step_y = side / columns, side / rows
        painter.setPen(Qt.PenStyle.NoPen)
        for row in range(rows):
            for column in range(columns):
                cell = QRectF(square.left() + column * step_x, square.top() + row * step_y, step_x, step_y)
                share = float(np.nan_to_num(shares[row, column]))
                hue = tokens.accent if row == column else tokens.error
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(mix(tokens.panel, hue, 0.06 + 0.7 * min(1.0, max(0.0, share))))
                painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5))
                if min(step_x, step_y) >= _LEAST_TEXT_PX:
                    painter.setFont(mono_font(min(11.0, step_y * 0.5)))
                    painter.setPen(QColor(tokens.text))
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, number_text(float(numbers[row, column]), 3))
        self._paint_axes(painter, square, rows, columns)

    def _paint_axes(self, painter: QPainter, square: QRectF, rows: int, columns: int) -> None:
        """Number the classes as far as there is room, the right ones at the left, the told ones below."""
        painter.setFont(mono_font(9.5))
        painter.setPen(QColor(self._tokens.faint))
        step_x, step_y = square.width() / columns, square.height() / rows
        for row in range(0, rows, max(1, round(12 / step_y))):
            at = QRectF(square.left() - _AXIS_PX, square.top() + row * step_y, _AXIS_PX - 3, step_y)
            painter.drawText(at, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, str(row))
        for column in range(0, columns, max(1, round(16 / step_x))):
            at = QRectF(square.left() + column * step_x, square.bottom() + 1, step_x, _AXIS_PX - 2)
            painter.drawText(at, Qt.AlignmentFlag.AlignCenter, str(column))
