"""What is seen of a network where there is no plane: misclassified pictures, kernels, sequences, activations."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.model.training_run import TrainingRun
from gui.theme.fonts import SECONDARY_PX, mono_font, words_font
from gui.theme.tokens import Tokens
from gui.train.hues import value_image
from gui.train.sequence_parts import paint_attention, paint_norms

Floats = npt.NDArray[np.float32]
_TILE_PX = 44.0
_GAP_PX = 6.0
_TITLE_PX = 20.0
_ROW_PX = 34.0
_LABEL_PX = 84.0
_CURVES_PX = 138.0
_MOST_ROWS = 12
_NORMS = "gradient norms/"


@dataclass(frozen=True, slots=True)
class Inner:
    """What is shown, each by its layer.

    Attributes:
        mistakes: Pictures that were told wrongly, [pictures, rows, columns].
        kernels: Of the first convolution.
        hidden: Norms of hidden states at each place of the sequence.
        gradients: Norms of their gradients.
        why_none: Why there are none of some layers: the end of a sentence.
        attention: [heads, places, places].
        histograms: Lowest, highest, counts.
    """

    mistakes: Floats | None = None
    kernels: Floats | None = None
    hidden: dict[str, Floats] = field(default_factory=dict)
    gradients: dict[str, Floats] = field(default_factory=dict)
    why_none: dict[str, str] = field(default_factory=dict)
    attention: dict[str, Floats] = field(default_factory=dict)
    histograms: dict[str, Floats] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it was told."""
        by_layer = (self.hidden, self.gradients, self.attention, self.histograms)
        return self.mistakes is None and self.kernels is None and not any(by_layer)


def inner_of(run: TrainingRun | None) -> Inner:
    """Return what a run told of its network's inside."""
    if run is None:
        return Inner()
    mistakes = run.picture("mistakes")
    kernels = next(iter(run.pictures_of("kernels").values()), None)
    return Inner(
        mistakes=_squares(mistakes),
        kernels=_squares(kernels),
        hidden=_of_rank(run, "hidden norms", 1),
        gradients=_of_rank(run, "gradient norms", 1),
        why_none={name.removeprefix(_NORMS): why for name, why in run.notes.items() if why and name.startswith(_NORMS)},
        attention=_of_rank(run, "attention", 3),
        histograms=_of_rank(run, "activations", 1),
    )


class InnerView(QWidget):
    """Paints it from top to bottom, as far as there is room."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._inner = Inner()
        self.setMinimumSize(120, 120)
        self.setAccessibleName("The inside of the network")

    def show_inner(self, inner: Inner) -> None:
        """Show what is known now."""
        self._inner = inner
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the parts that were told."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top, inner = 0.0, self._inner
        if inner.mistakes is not None:
            top = self._paint_pictures(painter, top, "Told wrongly in the last batch", inner.mistakes, rows=2)
        if inner.kernels is not None:
            top = self._paint_pictures(painter, top, "Kernels of the first convolution", inner.kernels, rows=1)
        top = self._paint_sequences(painter, top, inner)
        top = paint_attention(painter, self._tokens, top, self.width(), inner.attention)
        if inner.histograms:
            self._paint_histograms(painter, top, inner.histograms)
        painter.end()

    def _paint_why(self, painter: QPainter, area: QRectF, why_none: dict[str, str]) -> None:
        """Say why there are no norms of gradients."""
        lines = [f"{name or 'The layer'}: {why}." for name, why in why_none.items()]
        painter.setFont(words_font(SECONDARY_PX))
        painter.setPen(QColor(self._tokens.muted))
        painter.drawText(area, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, "\n".join(lines))

    def _paint_title(self, painter: QPainter, top: float, title: str, left: float = 0.0) -> float:
        painter.setFont(words_font(SECONDARY_PX))
        painter.setPen(QColor(self._tokens.muted))
        painter.drawText(QRectF(left, top, self.width() - left, _TITLE_PX), Qt.AlignmentFlag.AlignVCenter, title)
        return top + _TITLE_PX

    def _paint_pictures(self, painter: QPainter, top: float, title: str, pictures: Floats, rows: int) -> float:
        top = self._paint_title(painter, top, title)
        columns = max(1, int((self.width() + _GAP_PX) // (_TILE_PX + _GAP_PX)))
        shown = pictures[: columns * rows]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        for place, picture in enumerate(shown):
            numbers = picture[::-1].astype(np.float64)
            finite = np.abs(numbers[np.isfinite(numbers)])
            image = value_image(self._tokens, numbers, float(finite.max()) if finite.size else 0.0)
            left = place % columns * (_TILE_PX + _GAP_PX)
            painter.drawImage(QRectF(left, top + place // columns * (_TILE_PX + _GAP_PX), _TILE_PX, _TILE_PX), image)
        used = -(-len(shown) // columns) if len(shown) else 0
        return top + used * (_TILE_PX + _GAP_PX) + _GAP_PX

    def _paint_sequences(self, painter: QPainter, top: float, inner: Inner) -> float:
        """Paint the norms of hidden states and those of their gradients beside each other."""
        parts = [("Norm of the hidden state", inner.hidden), ("Norm of its gradient", inner.gradients)]
        parts = [part for part in parts if part[1] or (inner.why_none and inner.hidden)]
        width = self.width() / max(1, len(parts))
        for place, (title, norms) in enumerate(parts):
            area = QRectF(place * width, top, width - (_GAP_PX if place + 1 < len(parts) else 0), _CURVES_PX)
            if norms:
                paint_norms(painter, self._tokens, area, title, norms)
            else:
                self._paint_title(painter, top, title, place * width)
                self._paint_why(painter, area.adjusted(0, _TITLE_PX, 0, 0), inner.why_none)
        return top + (_CURVES_PX + _GAP_PX if parts else 0)

    def _paint_histograms(self, painter: QPainter, top: float, histograms: dict[str, Floats]) -> None:
        top = self._paint_title(painter, top, "What each layer gives, from the lowest to the highest number")
        room = int((self.height() - top) // _ROW_PX)
        for name, told in list(histograms.items())[: min(_MOST_ROWS, room)]:
            if len(told) < 3:
                continue
            self._paint_histogram(painter, QRectF(0, top, self.width(), _ROW_PX - 6), name, told)
            top += _ROW_PX

    def _paint_histogram(self, painter: QPainter, row: QRectF, name: str, told: Floats) -> None:
        tokens = self._tokens
        painter.setFont(mono_font(10))
        painter.setPen(QColor(tokens.muted))
        label = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideLeft, _LABEL_PX - 8)
        painter.drawText(QRectF(0, row.top(), _LABEL_PX - 8, row.height()), Qt.AlignmentFlag.AlignVCenter, label)
        low, high, counts = float(told[0]), float(told[1]), told[2:]
        area = row.adjusted(_LABEL_PX, 0, 0, 0)
        width, most = area.width() / len(counts), float(counts.max()) or 1.0
        painter.setPen(Qt.PenStyle.NoPen)
        for place, count in enumerate(counts.tolist()):
            middle = low + (place + 0.5) / len(counts) * (high - low)
            painter.setBrush(QColor(tokens.positive if middle >= 0 else tokens.negative))
            height = count / most * area.height()
            painter.drawRect(QRectF(area.left() + place * width, area.bottom() - height, max(1.0, width - 1), height))


def _squares(told: Floats | None) -> Floats | None:
    """Return pictures as [pictures, rows, columns]: of several channels the first."""
    if told is None or told.ndim not in (3, 4) or not len(told):
        return None
    return told[:, 0] if told.ndim == 4 else told


def _of_rank(run: TrainingRun, prefix: str, rank: int) -> dict[str, Floats]:
    return {name: told for name, told in run.pictures_of(prefix).items() if told.ndim == rank and told.size}
