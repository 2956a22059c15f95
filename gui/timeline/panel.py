"""The timeline: every step of the recording in its track, and the playhead."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from engine.trace.batch import Batch
from engine.trace.control import Decision
from engine.trace.ids import StepIndex
from engine.trace.outcome import Outcome
from engine.trace.recording import Recording
from gui.model.document import Document
from gui.model.playhead import BEFORE_FIRST, Playhead, PlayheadMoved
from gui.model.selection import Origin, Selected, Selection
from gui.model.sentences import empty_text
from gui.theme.colors import mix
from gui.theme.fonts import mono_font, words_font
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens
from gui.timeline.decisions import RADIUS_PX, decision_at, paint_decisions, told_at
from gui.timeline.palette import Palette, palette_of
from gui.timeline.rows import BOTTOM_PX, LABEL_PX, RIGHT_PX, TRACKS, Row, Rows
from gui.timeline.scale import Scale, fit, ruler_stride
from gui.timeline.scrub import Scrubber
from gui.timeline.table import TAKEN_AT_ONCE, StepTable
from gui.timeline.texts import detail_text, position_text
from gui.timeline.tracks import INITIAL_PX, TrackPainter, paint_cap, paint_playhead

EMPTY_TEXT = "Run a program: its steps appear here, and you can walk through them forward and back."
_MARKING_MS = 5
"""Between two portions of steps whose numbers are judged."""


class TimelinePanel(QWidget):
    """Shows the steps and lets the person seek, scrub and zoom.

    Attributes:
        scale_changed: Signal: another part of the steps is shown.
        go_to_line_requested: Signal with line (from 1) and column (from 0, in characters) of a decision.
    """

    scale_changed = Signal()
    go_to_line_requested = Signal(object, object)

    def __init__(
        self, document: Document, playhead: Playhead, selection: Selection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._playhead = playhead
        self._selection = selection
        self._palette: Palette = palette_of(theme.tokens)
        self._table = StepTable(document.recording)
        self._scale: Scale = fit(0, 1.0)
        self._is_fitted = True
        self._ghost: float | None = None
        self._scrubber = Scrubber(playhead, self)
        self._panned_from: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(112)
        self.setAccessibleName("Timeline")
        self.setAccessibleDescription("Every step of the run. Arrow keys step, Home and End go to the ends.")
        self._marking = QTimer(self, interval=_MARKING_MS)
        self._marking.timeout.connect(self._mark_more)
        self._taking = QTimer(self, singleShot=True, interval=0)
        self._taking.timeout.connect(lambda: self._take(document.recording))
        document.recording_replaced.connect(self._replace)
        document.recording_extended.connect(self._extend)
        document.run_ended.connect(self._end)
        playhead.moved.connect(self._follow)
        theme.changed.connect(self._restyle)

    # What the models say

    def _replace(self, recording: Recording | None) -> None:
        self._is_fitted = True
        is_long = recording is not None and len(recording) > TAKEN_AT_ONCE
        self._taking.start() if is_long else self._taking.stop()
        self._take(None if is_long else recording)

    def _take(self, recording: Recording | None) -> None:
        self._table = StepTable(recording)
        self._mark_soon()
        self._rescale()

    def _mark_soon(self) -> None:
        if not self._marking.isActive():
            self._marking.start()

    def _mark_more(self) -> None:
        if not self._table.mark_some():
            self._marking.stop()
        self.update()

    def _extend(self, batch: Batch) -> None:
        del batch
        self._table.extend()
        self._mark_soon()
        self._rescale()

    def _end(self, outcome: Outcome) -> None:
        del outcome
        self._table.extend()
        self._mark_soon()
        self._rescale()

    def _follow(self, moved: PlayheadMoved) -> None:
        if not self._is_fitted:
            self._scale = self._scale.showing(moved.current + 1)
        self.update()

    def _restyle(self, tokens: Tokens) -> None:
        self._palette = palette_of(tokens)
        self.update()

    # Scale

    @property
    def scale(self) -> Scale:
        """Which steps are shown, and where."""
        return self._scale

    def rows(self) -> Rows:
        """Return where the rows lie now."""
        shown = (Row.MODULES, *TRACKS) if self._table.depth else TRACKS
        return Rows(shown, self.width(), self.height())

    def empty_text(self) -> str:
        """What is said while there are no steps."""
        return empty_text(self._document.recording, EMPTY_TEXT, self._document.provenance)

    def fit_all(self) -> None:
        """Show all steps."""
        self._is_fitted = True
        self._rescale()

    def _rescale(self) -> None:
        width = self.rows().track_width_px
        count = len(self._table)
        if self._is_fitted:
            self._scale = fit(count, width)
        else:
            self._scale = Scale(self._scale.first, self._scale.step_px, width, count).kept_inside()
        self.scale_changed.emit()
        self.update()

    def _zoom(self, factor: float, x_px: float) -> None:
        self._scale = self._scale.zoomed(factor, x_px - LABEL_PX)
        whole = fit(len(self._table), self.rows().track_width_px)
        self._is_fitted = self._scale.step_px <= whole.step_px * 1.0001
        if self._is_fitted:
            self._scale = whole
        self.scale_changed.emit()
        self.update()

    def _pan(self, distance_px: float) -> None:
        self._scale = self._scale.panned(distance_px)
        self.scale_changed.emit()
        self.update()

    # Seeking

    def step_at(self, position: QPointF) -> int:
        """Return the step under a point: on the ruler the last one before the nearest boundary."""
        boundary = self._scale.boundary_at(position.x() - LABEL_PX)
        on_ruler = position.y() < self.rows().ruler_px
        step = round(boundary) - 1 if on_ruler else int(boundary // 1)
        return max(BEFORE_FIRST, min(len(self._table) - 1, step))

    def _decision_under(self, position: QPointF) -> Decision | None:
        recording = self._document.recording
        is_inside = position.x() >= LABEL_PX and position.y() < self.rows().ruler_px
        return decision_at(recording, self._scale, position.x() - LABEL_PX) if recording and is_inside else None

    def _select_current(self) -> None:
        current = self._playhead.current
        if current != BEFORE_FIRST:
            self._selection.select(Selected(step=current, origin=Origin.TIMELINE))

    def _go(self, step: int) -> None:
        self._playhead.seek(step)
        self._select_current()

    def go_to_backward(self) -> None:
        """Go to where the next backward pass begins, or from behind the last one to the first."""
        recording = self._document.recording
        if recording is None or not recording.backward_calls:
            return
        starts = [call.first_step for call in recording.backward_calls]
        later = [start for start in starts if start > self._playhead.current]
        self._go(later[0] if later else starts[0])

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Seek to what is under the mouse."""
        decision = self._decision_under(event.position())
        if event.button() is Qt.MouseButton.LeftButton:
            self._scrubber.wish(self.step_at(event.position()) if decision is None else decision.step - 1)
            self._scrubber.finish()
            if decision is not None and decision.span is not None and decision.span.file == 0:
                self.go_to_line_requested.emit(decision.span.line, decision.span.column)
        elif event.button() is Qt.MouseButton.MiddleButton:
            self._panned_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub while the button is down, else show where a click would go."""
        step = self.step_at(event.position())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._scrubber.wish(step)
        elif self._panned_from is not None:
            self._pan(self._panned_from.x() - event.position().x())
            self._panned_from = event.position()
        inside = event.position().x() >= LABEL_PX and len(self._table) > 0
        self._ghost = float(step + 1) if inside else None
        self._selection.hover_step(StepIndex(step) if inside and step >= 0 else None)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End scrubbing: the last wish counts."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._scrubber.finish()
            self._select_current()
        self._panned_from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Zoom to the cell under the mouse; on the ruler show everything."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if event.position().y() < self.rows().ruler_px:
            self.fit_all()
            return
        self._go(self.step_at(event.position()))
        self._zoom(96.0 / self._scale.step_px, event.position().x())

    def leaveEvent(self, event: QEvent) -> None:
        """Take the ghost away."""
        self._ghost = None
        self._selection.hover_step(None)
        self.update()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the mouse; with Shift, or sideways, pan."""
        angle, pixels = event.angleDelta(), event.pixelDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            distance = angle.y() or angle.x()
            self._pan(-distance)
        elif abs(angle.x()) > abs(angle.y()):
            self._pan(-float(pixels.x() or angle.x()))
        else:
            self._zoom(1.15 ** (angle.y() / 120), event.position().x())
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Answer a tooltip request with the step under the mouse."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            text = self.tooltip_at(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def tooltip_at(self, position: QPointF) -> str:
        """Return what is said about the step under a point; empty where there is none."""
        recording = self._document.recording
        if recording is None or position.x() < LABEL_PX:
            return ""
        decision = self._decision_under(position)
        if decision is not None:
            return told_at(recording, decision.step)
        boundary = self._scale.boundary_at(position.x() - LABEL_PX)
        if boundary >= len(self._table):
            ended_badly = recording.outcome.line is not None and not recording.outcome.succeeded
            return recording.outcome.message if ended_badly else ""
        step = recording.steps[max(0, int(boundary))]
        return "\n".join(filter(None, (position_text(recording, step), detail_text(recording, step))))

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, jump and zoom."""
        if event.key() == Qt.Key.Key_B and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.go_to_backward()
            return
        page = max(1, round(self._scale.width_px / self._scale.step_px / 2))
        current, last = self._playhead.current, len(self._table) - 1
        middle = LABEL_PX + self._scale.x_of(current + 1)
        actions: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_Right: partial(self._go, current + 1),
            Qt.Key.Key_Period: partial(self._go, current + 1),
            Qt.Key.Key_Left: partial(self._go, current - 1),
            Qt.Key.Key_Comma: partial(self._go, current - 1),
            Qt.Key.Key_Home: partial(self._go, BEFORE_FIRST),
            Qt.Key.Key_End: partial(self._go, last),
            Qt.Key.Key_PageDown: partial(self._go, min(last, current + page)),
            Qt.Key.Key_PageUp: partial(self._go, current - page),
            Qt.Key.Key_Plus: partial(self._zoom, 1.5, middle),
            Qt.Key.Key_Minus: partial(self._zoom, 1 / 1.5, middle),
            Qt.Key.Key_0: self.fit_all,
        }
        action = actions.get(Qt.Key(event.key()))
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier & ~Qt.KeyboardModifier.ShiftModifier
        if action is None or plain != Qt.KeyboardModifier.NoModifier:
            super().keyPressEvent(event)
            return
        action()

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is shown, or everything, in view."""
        super().resizeEvent(event)
        self._rescale()

    def sizeHint(self) -> QSize:
        """Return the height at which all rows have room."""
        return QSize(1200, 150)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint everything."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens, rows = self._palette.tokens, self.rows()
        painter.fillRect(event.rect(), QColor(tokens.panel))
        self._paint_labels(painter, rows)
        recording = self._document.recording
        if recording is None or not len(self._table):
            painter.setPen(QColor(tokens.muted))
            painter.setFont(words_font(12))
            area = QRectF(LABEL_PX, 0, self.width() - LABEL_PX - RIGHT_PX, self.height())
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, flags, self.empty_text())
            return
        painter.save()
        painter.setClipRect(QRectF(LABEL_PX - 8, 0, rows.track_width_px + 8 + RIGHT_PX, self.height()))
        painter.translate(LABEL_PX, 0)
        self._paint_ruler(painter, rows)
        happened = self._playhead.current + 1
        TrackPainter(painter, self._scale, rows, self._palette, happened).paint(recording, self._table)
        paint_cap(painter, self._scale.x_of(self._scale.count) + 1, rows, recording.outcome, self._palette.tokens)
        paint_decisions(painter, recording, self._scale, rows.ruler_px - RADIUS_PX, self._palette.tokens)
        self._paint_heads(painter, rows)
        painter.restore()

    def _paint_labels(self, painter: QPainter, rows: Rows) -> None:
        painter.setFont(words_font(11.5, QFont.Weight.DemiBold))
        colors = {row: track.label for row, track in zip(TRACKS, self._palette.tracks, strict=True)}
        colors[Row.MODULES] = self._palette.modules
        for row in rows.shown:
            painter.setPen(colors[row])
            box = rows.of(row)
            painter.drawText(QRectF(18, box.top(), LABEL_PX, box.height()), Qt.AlignmentFlag.AlignVCenter, row.value)

    def _paint_ruler(self, painter: QPainter, rows: Rows) -> None:
        tokens, scale = self._palette.tokens, self._scale
        stride = ruler_stride(scale.step_px, 40.0 if scale.count < 1000 else 64.0)
        first = max(0, int(scale.first)) // stride * stride
        line = QPen(mix(tokens.panel, tokens.hairline, 1.0 if scale.step_px >= INITIAL_PX else 0.7), 1.0)
        painter.setFont(mono_font(10))
        for boundary in range(first, min(scale.count, int(scale.last) + 1) + 1, stride):
            x = scale.x_of(boundary)
            if x < -1:
                continue
            painter.setPen(line)
            snapped = round(x) + 0.5
            painter.drawLine(QPointF(snapped, rows.ruler_px - 6), QPointF(snapped, rows.bottom_px + 4))
            painter.setPen(QColor(tokens.faint))
            box = QRectF(x + 4, rows.ruler_px - 24, 80, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, f"{boundary:,}")

    def _paint_heads(self, painter: QPainter, rows: Rows) -> None:
        accent = QColor(self._palette.tokens.accent)
        top, bottom = 8.0, min(self.height() - 2.0, rows.bottom_px + BOTTOM_PX)
        if self._ghost is not None:
            pen = QPen(mix(self._palette.tokens.panel, self._palette.tokens.accent, 0.5), 1.0, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            x = self._scale.x_of(self._ghost)
            painter.drawLine(QPointF(x, rows.ruler_px - 6), QPointF(x, bottom))
        paint_playhead(painter, self._scale.x_of(self._playhead.current + 1), top, bottom, accent)
