"""Paints the steps: cells with names, ticks, or columns that stand for many steps."""

import math
from collections import defaultdict

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen

from engine.trace.facts import Step
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from gui.theme.colors import mix
from gui.theme.fonts import words_font
from gui.theme.tokens import Tokens
from gui.timeline.palette import Palette, Shade, TrackColors
from gui.timeline.rows import TRACKS, Row, Rows
from gui.timeline.scale import Scale
from gui.timeline.table import NO_MODULE, Mark, StepTable
from gui.timeline.texts import short_title

INITIAL_PX = 13.0
"""A narrower step is a tick; a wider one has its initial."""
STRIP_PX = 20.0
"""A cell of this width has a strip at its left edge."""
COLUMN_PX = 3.5
"""Least width of a column that stands for many steps."""
MODULE_RUN_PX = 40.0
"""The module row shows the deepest level whose boxes are this wide on average."""
STRENGTHS = 5
CAP_PX = 4.0


class TrackPainter:
    """Paints all rows of one frame; the painter's origin is the left edge of the tracks."""

    def __init__(self, painter: QPainter, scale: Scale, rows: Rows, palette: Palette, happened: int) -> None:
        self._painter = painter
        self._scale = scale
        self._rows = rows
        self._palette = palette
        self._happened = happened
        self._font = words_font(11)
        self._metrics = QFontMetricsF(self._font)
        self._panel = palette.tokens.panel

    def paint(self, recording: Recording, table: StepTable) -> None:
        """Paint every row."""
        visible = self._scale.visible
        if not visible or not len(table):
            return
        if Row.MODULES in self._rows.shown:
            self._paint_modules(recording, table, visible)
        if self._scale.step_px >= INITIAL_PX:
            for index in visible:
                self._paint_cell(recording, recording.steps[index], int(table.phases[index]), int(table.marks[index]))
        else:
            for code in range(len(TRACKS)):
                self._paint_columns(table, visible, code)

    def _shade(self, colors: TrackColors, *, happened: bool) -> Shade:
        return colors.past if happened else colors.future

    def _paint_cell(self, recording: Recording, step: Step, code: int, mark: int) -> None:
        shade = self._shade(self._palette.tracks[code], happened=step.index < self._happened)
        row = self._rows.of(TRACKS[code])
        left = self._scale.x_of(step.index)
        gap = 3.0 if self._scale.step_px >= 40 else 1.0
        cell = QRectF(left + gap / 2 + 1, row.top(), self._scale.step_px - gap - 1, row.height())
        self._paint_box(cell, shade, Mark(mark))
        self._paint_name(cell, short_title(recording, step), shade)

    def _paint_box(self, cell: QRectF, shade: Shade, mark: Mark) -> None:
        painter, radius = self._painter, 4.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade.fill)
        if mark is Mark.ZERO:
            painter.setPen(QPen(shade.strip, 1.0, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cell, radius, radius)
        if mark is Mark.NONFINITE:
            sick = mix(self._panel, self._palette.tokens.nonfinite, 0.75)
            painter.setBrush(QBrush(sick, Qt.BrushStyle.BDiagPattern))
            painter.setPen(QPen(sick, 1.0))
            painter.drawRoundedRect(cell, radius, radius)
        if cell.width() >= STRIP_PX - 4:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade.strip)
            painter.drawRoundedRect(QRectF(cell.left(), cell.top(), 3.0, cell.height()), 1.5, 1.5)

    def _paint_name(self, cell: QRectF, name: str, shade: Shade) -> None:
        self._painter.setFont(self._font)
        self._painter.setPen(shade.text)
        room = cell.width() - 16
        if self._metrics.horizontalAdvance(name) <= room:
            self._painter.drawText(cell.adjusted(11, 0, -2, 0), Qt.AlignmentFlag.AlignVCenter, name)
        elif room >= 34:
            short = self._metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            self._painter.drawText(cell.adjusted(11, 0, -2, 0), Qt.AlignmentFlag.AlignVCenter, short)
        else:
            inset = 3.0 if cell.width() >= STRIP_PX - 4 else 0.0
            self._painter.drawText(cell.adjusted(inset, 0, 0, 0), Qt.AlignmentFlag.AlignCenter, name[:1])

    def _paint_columns(self, table: StepTable, visible: range, code: int) -> None:
        """Paint ticks, or columns as strong as the share of their steps that lie on this track."""
        scale = self._scale
        width = 1 if scale.step_px >= COLUMN_PX else 2 ** math.ceil(math.log2(COLUMN_PX / scale.step_px))
        start = visible.start // width * width
        numbers = np.arange(visible.start, visible.stop)
        bins = (numbers - start) // width
        mine = table.phases[visible.start : visible.stop] == code
        count = int(bins[-1]) + 1
        steps = np.bincount(bins[mine], minlength=count)
        marks = table.marks[visible.start : visible.stop]
        sick = np.bincount(bins[mine & (marks == Mark.NONFINITE)], minlength=count)
        zero = np.bincount(bins[mine & (marks == Mark.ZERO)], minlength=count)
        top, height = self._rows.of(TRACKS[code]).top(), self._rows.of(TRACKS[code]).height()
        column_px = width * scale.step_px
        gap = 1.5 if column_px >= 6 else 1.0
        batches: defaultdict[tuple[str, bool, int], list[QRectF]] = defaultdict(list)
        for index in np.flatnonzero(steps).tolist():
            first = start + index * width
            kind = "sick" if sick[index] else "zero" if zero[index] == steps[index] else "tick"
            strength = math.ceil(STRENGTHS * int(steps[index]) / width)
            box = QRectF(scale.x_of(first), top, column_px - gap, height)
            batches[(kind, first < self._happened, strength)].append(box)
        for (kind, happened, strength), boxes in batches.items():
            self._paint_boxes(boxes, kind, self._shade(self._palette.tracks[code], happened=happened), strength)

    def _paint_boxes(self, boxes: list[QRectF], kind: str, shade: Shade, strength: int) -> None:
        painter = self._painter
        painter.setPen(Qt.PenStyle.NoPen)
        color = mix(self._panel, shade.tick.name(), 0.35 + 0.65 * min(1.0, strength / STRENGTHS))
        painter.setBrush(color)
        if kind == "sick":
            painter.setBrush(QColor(self._palette.tokens.nonfinite))
        elif kind == "zero":
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color, 1.0))
            boxes = [box.adjusted(0.5, 0.5, -0.5, -0.5) for box in boxes]
        painter.drawRects(boxes)

    def _paint_modules(self, recording: Recording, table: StepTable, visible: range) -> None:
        column = self._module_column(table, visible)
        phases = table.phases[visible.start : visible.stop]
        turns = np.flatnonzero((np.diff(column) != 0) | (np.diff(phases) != 0)) + 1
        starts = np.concatenate([[0], turns])
        ends = np.concatenate([turns, [len(column)]])
        keep = (column[starts] != NO_MODULE) & ((ends - starts) * self._scale.step_px >= 1.0)
        row = self._rows.of(Row.MODULES)
        for start, end in zip(starts[keep].tolist(), ends[keep].tolist(), strict=True):
            left, right = self._scale.x_of(visible.start + start), self._scale.x_of(visible.start + end)
            gap = 2.0 if right - left >= 8 else 0.5
            box = QRectF(left, row.top(), right - left - gap, row.height())
            call = recording.module_calls[int(column[start])]
            colors = self._palette.tracks[int(phases[start])]
            self._paint_run(box, call.path or call.class_name, colors, happened=visible.start + start < self._happened)

    def _module_column(self, table: StepTable, visible: range) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
        for depth in range(table.depth - 1, 0, -1):
            column = table.modules(depth)[visible.start : visible.stop]
            runs = 1 + int(np.count_nonzero(np.diff(column)))
            if len(column) * self._scale.step_px / runs >= MODULE_RUN_PX:
                return column
        return table.modules(0)[visible.start : visible.stop]

    def _paint_run(self, box: QRectF, path: str, colors: TrackColors, *, happened: bool) -> None:
        shade = self._shade(colors, happened=happened)
        painter = self._painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade.fill)
        radius = min(4.0, box.width() / 5)
        painter.drawRoundedRect(box, radius, radius)
        seen = box.intersected(QRectF(0.0, box.top(), self._scale.width_px, box.height()))
        for name in (path, path.rsplit(".", 1)[-1]):
            if self._metrics.horizontalAdvance(name) <= seen.width() - 12:
                painter.setFont(self._font)
                painter.setPen(shade.text)
                painter.drawText(seen.adjusted(7, 0, -3, 0), Qt.AlignmentFlag.AlignVCenter, name)
                return


def paint_cap(painter: QPainter, x_px: float, rows: Rows, outcome: Outcome, tokens: Tokens) -> None:
    """Paint where a run broke off behind its last step; nothing for one that ended well, or was stopped."""
    if outcome.succeeded or outcome.kind in (OutcomeKind.RUNNING, OutcomeKind.STOPPED):
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.error))
    top = rows.of(rows.shown[0]).top()
    painter.drawRoundedRect(QRectF(x_px, top, CAP_PX, rows.bottom_px - top), 2, 2)


def paint_playhead(painter: QPainter, x_px: float, top_px: float, bottom_px: float, color: QColor) -> None:
    """Paint the playhead: a line with a round handle at its top."""
    painter.setPen(QPen(color, 2.0))
    painter.drawLine(QPointF(x_px, top_px), QPointF(x_px, bottom_px))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(QPointF(x_px, top_px), 7.0, 7.0)
