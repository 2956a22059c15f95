"""Paints what stands around the text: the tinted line, underlines, values at line ends, the note below."""

from collections.abc import Iterator
from typing import Protocol

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QTextBlock, QTextDocument

from engine.trace.facts import Phase
from gui.editor.decor import Decor
from gui.editor.places import pieces
from gui.theme.colors import mix
from gui.theme.fonts import mono_font, words_font
from gui.theme.tokens import Tokens

VALUE_GAP_PX = 26.0
LEAST_VALUE_PX = 90.0
NOTE_MARGIN_PX = 12.0


class Page(Protocol):
    """The visible part of the editor, in the coordinates of its viewport."""

    def bands(self) -> Iterator[tuple[QTextBlock, QRectF]]:
        """Every visible line and its band, top to bottom."""
        ...

    def x_of(self, block: QTextBlock, unit: int) -> float:
        """The left edge of a character."""
        ...

    def end_of(self, block: QTextBlock) -> float:
        """The right edge of a line's text."""
        ...

    def document(self) -> QTextDocument:
        """The text."""
        ...


def phase_color(tokens: Tokens, phase: Phase) -> str:
    """Return the colour of what the editor marks in a phase."""
    match phase:
        case Phase.FORWARD:
            return tokens.accent
        case Phase.BACKWARD:
            return tokens.backward
        case Phase.OPTIMIZER:
            return tokens.optimizer


def paint_behind(painter: QPainter, page: Page, decor: Decor, tokens: Tokens) -> None:
    """Paint the tint of the current line."""
    for block, band in page.bands():
        if block.blockNumber() + 1 == decor.marks.executed_line:
            painter.fillRect(band, QColor(tokens.current_line))


def paint_before(painter: QPainter, page: Page, decor: Decor, tokens: Tokens, size: QRectF) -> None:
    """Paint everything that stands over or beside the text."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    bands = list(page.bands())
    _paint_underline(painter, page, decor, tokens, {block.blockNumber(): band for block, band in bands})
    for block, band in bands:
        _paint_line_end(painter, page, decor, tokens, block, band, size.width())
    _paint_note(painter, decor, tokens, bands, size)


def _paint_underline(painter: QPainter, page: Page, decor: Decor, tokens: Tokens, bands: dict[int, QRectF]) -> None:
    span = decor.marks.underlined
    if span is None:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(phase_color(tokens, decor.marks.executed_phase)))
    for piece in pieces(page.document(), span):
        band = bands.get(piece.block.blockNumber())
        if band is None:
            continue
        left, right = sorted((page.x_of(piece.block, piece.start), page.x_of(piece.block, piece.end)))
        painter.drawRoundedRect(QRectF(left, band.center().y() + 8.5, right - left, 2.0), 1.0, 1.0)


def _paint_line_end(
    painter: QPainter, page: Page, decor: Decor, tokens: Tokens, block: QTextBlock, band: QRectF, width_px: float
) -> None:
    line = block.blockNumber() + 1
    is_fault = decor.fault is not None and decor.fault.span.line == line
    text = decor.fault.message if decor.fault is not None and is_fault else decor.values.get(line, "")
    if not text:
        return
    font = words_font(11) if is_fault else mono_font(11)
    left = page.end_of(block) + VALUE_GAP_PX
    room = width_px - left - 8
    metrics = QFontMetricsF(font)
    needed = metrics.horizontalAdvance(text)
    if room < min(needed, LEAST_VALUE_PX) or (is_fault and room < needed):
        return
    painter.setFont(font)
    painter.setPen(QColor(tokens.error if is_fault else tokens.muted))
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(QRectF(left, band.top(), room, band.height()), Qt.AlignmentFlag.AlignVCenter, shown)


def _paint_note(
    painter: QPainter,
    decor: Decor,
    tokens: Tokens,
    bands: list[tuple[QTextBlock, QRectF]],
    size: QRectF,
) -> None:
    """Paint the hint below the last line, where there is room."""
    if not decor.hint or not bands or bands[-1][0].next().isValid():
        return
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop
    painter.setFont(words_font(11.5))
    area = QRectF(4.0, bands[-1][1].bottom() + NOTE_MARGIN_PX, max(40.0, size.width() - 20), size.height())
    needed = painter.boundingRect(area, flags, decor.hint)
    if needed.bottom() + 6 <= size.height():
        painter.setPen(QColor(tokens.muted))
        painter.drawText(area, flags, decor.hint)


def lit_color(tokens: Tokens) -> QColor:
    """Return the background of a sub-expression that is lit."""
    return mix(tokens.panel, tokens.accent, 0.16)
