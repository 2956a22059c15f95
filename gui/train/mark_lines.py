"""What happened to a run as lines on its chart, with labels that lie over nothing but calm ground."""

import pyqtgraph as pg
from PySide6.QtGui import QColor, QFontMetricsF

from engine.training.facts import Mark, MarkKind
from gui.theme.fonts import words_font
from gui.theme.tokens import Tokens
from gui.train.curve_plot import CurvePlot
from gui.widgets.number_axis import cosmetic_pen

MOST_MARKS = 8
"""The newest are drawn."""
_ROWS = 6
_ROW_PX = 17.0
_INSET_PX = 2.0
"""Around the text of a label, so that one is no higher than a row."""
_GAP_PX = 4.0
_FONT_PX = 10.5
_MOST_LETTERS = 34
_WORDS_OF_A_KIND = 2
_ABOVE_LINES, _LINES = 12, 10


class MarkLines:
    """Keeps as many lines and labels in a plot as are needed; a label hides what lies below it."""

    def __init__(self, plot: CurvePlot) -> None:
        self._plot = plot
        self._drawn: tuple[object, ...] = ()
        self._lines: list[pg.InfiniteLine] = []
        self._labels: list[pg.TextItem] = []

    @property
    def texts(self) -> tuple[str, ...]:
        """The labels that are shown, in the order of their marks."""
        return tuple(label.toPlainText() for label in self._labels if label.isVisible())

    def draw(self, marks: list[Mark], tokens: Tokens) -> None:
        """Draw the newest of these marks; the plot's axes have their ranges already."""
        shown = marks[-MOST_MARKS:]
        box = self._plot.widget.getPlotItem().vb
        drawn = (tuple(shown), tokens, str(box.viewRange()), box.width(), box.height())
        if drawn == self._drawn:
            return
        self._drawn = drawn
        while len(self._lines) < len(shown):
            self._add()
        for item in (*self._lines[len(shown) :], *self._labels[len(shown) :]):
            item.hide()  # an item that is taken out of a scene while it is painted brings pyqtgraph down
        places, told = self._places(shown), told_marks(shown)
        for line, label, mark, (x, y, side) in zip(self._lines, self._labels, shown, places, strict=False):
            is_fault = mark.kind in (MarkKind.ALERT, MarkKind.TROUBLE)
            color = QColor(tokens.error if is_fault else tokens.optimizer)
            line.setPen(cosmetic_pen(color, 1.4))
            line.setPos(x)
            label.fill.setColor(QColor(tokens.panel))
            label.setText(label_text(mark), color)
            label.setAnchor((side, 0.0))
            label.setPos(x, y)
            line.show()
            label.setVisible(mark in told)

    def _add(self) -> None:
        line, label = pg.InfiniteLine(angle=90, movable=False), pg.TextItem(fill=pg.mkBrush("w"))
        label.setFont(words_font(_FONT_PX))
        label.textItem.document().setDocumentMargin(_INSET_PX)
        line.setZValue(_LINES)
        label.setZValue(_ABOVE_LINES)
        for item in (line, label):
            self._plot.widget.addItem(item, ignoreBounds=True)
        self._lines.append(line)
        self._labels.append(label)

    def _places(self, marks: list[Mark]) -> list[tuple[float, float, float]]:
        """Return for each mark its x, the y of its label's upper edge, and which side of the line it lies on."""
        box = self._plot.widget.getPlotItem().vb
        (left, right), (bottom, top) = box.viewRange()
        width_px, height_px = max(1.0, box.width()), max(1.0, box.height())
        measure = QFontMetricsF(words_font(_FONT_PX))
        lines_px = [(mark.iteration - left) / ((right - left) or 1.0) * width_px for mark in marks]
        taken: list[tuple[int, float, float]] = []
        told = told_marks(marks)
        found = []
        for at_px, mark in zip(lines_px, marks, strict=True):
            if mark not in told:
                found.append((float(mark.iteration), top, 0.0))
                continue
            long_px = measure.horizontalAdvance(label_text(mark)) + 2 * _GAP_PX
            row, side = _free_place(at_px, long_px, width_px, taken, lines_px)
            start = at_px - side * long_px
            taken.append((row, start, start + long_px))
            y = top - (0.02 * height_px + row * _ROW_PX) / height_px * (top - bottom)
            found.append((float(mark.iteration), y, side))
        return found


def told_marks(marks: list[Mark]) -> list[Mark]:
    """Return the marks that get a label: of alerts of one kind, told by their first words, only the first does."""
    first = {tuple(mark.text.split()[:_WORDS_OF_A_KIND]): mark for mark in reversed(marks) if _is_alert(mark)}
    return [mark for mark in marks if not _is_alert(mark) or mark in first.values()]


def _is_alert(mark: Mark) -> bool:
    return mark.kind is MarkKind.ALERT


def label_text(mark: Mark) -> str:
    """Return what stands at a mark: of a file its name only, and never a whole sentence."""
    text = mark.text.replace("\\", "/").rpartition("/")[2] if mark.kind is MarkKind.CHECKPOINT else mark.text
    if mark.kind is MarkKind.TROUBLE:
        text = "not done"  # the sentence is told by a notice
    return f"◆ {text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 1] + '…'}"


def _free_place(
    at_px: float, long_px: float, width_px: float, taken: list[tuple[int, float, float]], lines_px: list[float]
) -> tuple[int, float]:
    """Return the row and side (0: right of its line, 1: left) where a label meets fewest lines and no other label."""
    best, least = (0, 0.0), float("inf")
    for row in range(_ROWS):
        for side in (0.0, 1.0):
            start, end = at_px - side * long_px, at_px - side * long_px + long_px
            met = sum(one == row and start < high and low < end for one, low, high in taken)
            crossed = sum(start < line < end and line != at_px for line in lines_px)
            outside = start < 0 or end > width_px
            cost = 100 * met + 40 * outside + 4 * crossed + row + 0.5 * side
            if cost < least:
                best, least = (row, side), cost
    return best
