"""Weights on the picture of the network: one is told of under the mouse, and changed on a card where it was clicked."""

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QLabel, QWidget

from engine.trace.numbers import number_text
from gui.model.training_elements import ElementPlace
from gui.model.training_run import TrainingRun
from gui.train.element_card import ElementCard
from gui.train.network_view import NetworkView
from gui.train.weight_lines import WeightLine

_DWELL_MS = 150
_BESIDE_PX = 16
_MARGIN_PX = 8


class ElementPart(QObject):
    """The tip and the card above the picture.

    Attributes:
        tip: What is told of the weight under the mouse.
        card: On which one is changed.

    Signals:
        looked_at: An ``ElementPlace`` of which the run shall tell more, or None.
        wanted: An ``ElementPlace`` and the number that it shall have.
        undo_wanted: The last change shall be taken back.
        redo_wanted: It shall be made again.
    """

    looked_at = Signal(object)
    wanted = Signal(object, float)
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self, view: NetworkView, frame: QWidget) -> None:
        super().__init__(frame)
        self._view = view
        self._frame = frame
        self._run: TrainingRun | None = None
        self._hovered: WeightLine | None = None
        self._line: WeightLine | None = None
        self.tip = QLabel(frame)
        self.tip.setObjectName("popup")
        self.tip.setMargin(8)
        self.tip.setTextFormat(Qt.TextFormat.PlainText)
        self.tip.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.tip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.tip.hide()
        self.card = ElementCard(frame)
        self._dwell = QTimer(self, interval=_DWELL_MS, singleShot=True)
        self._dwell.timeout.connect(self._look)
        view.line_hovered.connect(self._on_hovered)
        view.line_picked.connect(self._on_picked)
        self.card.chosen.connect(self._on_chosen)
        self.card.wanted.connect(self.wanted)
        self.card.undo_wanted.connect(self.undo_wanted)
        self.card.redo_wanted.connect(self.redo_wanted)
        self.card.closed.connect(self._on_closed)

    def follow(self, run: TrainingRun | None) -> None:
        """Show what is known now."""
        if run is not self._run:
            self._run = run
            self.card.close_card()
        if run is None:
            self.tip.hide()
            return
        if self.card.isVisible():
            self.card.follow(run, self._seen(self._line))
        if self._hovered is not None and self.tip.isVisible():
            self.tip.setText(self._told(self._hovered))
            self.tip.adjustSize()

    def open_any(self) -> None:
        """Open the card on the first number of the first tensor, or on what it showed last."""
        run = self._run
        if run is None or not run.elements.shapes:
            return
        place = self.card.place
        if place.tensor not in run.elements.shapes:
            name, shape = next(iter(run.elements.shapes.items()))
            place = ElementPlace(name, (0,) * len(shape))
        self._open(place, None, QPoint(_MARGIN_PX + _BESIDE_PX, 48))

    def _on_hovered(self, line: WeightLine | None) -> None:
        self._hovered = line
        if line is None or self._run is None or self.card.isVisible():
            self.tip.hide()
            self._dwell.stop()
            return
        self.tip.setText(self._told(line))
        self.tip.adjustSize()
        self._put(self.tip, self._frame.mapFromGlobal(QCursor.pos()))
        self.tip.show()
        self.tip.raise_()
        self._dwell.start()

    def _look(self) -> None:
        if self._hovered is not None and not self.card.isVisible():
            self.looked_at.emit(place_of(self._hovered))

    def _on_picked(self, line: WeightLine | None) -> None:
        if line is None or self._run is None:
            self.card.close_card()
            return
        self._open(place_of(line), line, self._frame.mapFromGlobal(QCursor.pos()))

    def _open(self, place: ElementPlace, line: WeightLine | None, at: QPoint) -> None:
        assert self._run is not None
        self.tip.hide()
        self._dwell.stop()
        self._line = line
        self._view.hold(line)
        self.card.open_at(place, self._run, self._seen(line))
        self._put(self.card, at)
        self.looked_at.emit(place)

    def _on_chosen(self, place: ElementPlace) -> None:
        self._line = None
        self._view.hold(None)
        self.looked_at.emit(place)

    def _on_closed(self) -> None:
        self._line = None
        self._view.hold(None)
        self.looked_at.emit(None)
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _seen(self, line: WeightLine | None) -> float | None:
        return None if line is None else self._view.weight_of(line)

    def _told(self, line: WeightLine) -> str:
        """Return the number under the mouse in a few lines."""
        run, place = self._run, place_of(line)
        assert run is not None
        told = run.elements.told
        is_told = told is not None and (told.tensor, told.index) == (place.tensor, place.index)
        number = told.number if told is not None and is_told else self._seen(line)
        lines = [place.text, "–" if number is None else number_text(number, 5)]
        if told is not None and is_told and told.gradient is not None:
            lines.append(f"gradient {number_text(told.gradient, 3)}")
        if run.is_alive:
            lines.append("click to change it")
        return "\n".join(lines)

    def _put(self, widget: QWidget, at: QPoint) -> None:
        """Place a widget beside a point, within the frame."""
        room, size = self._frame.rect(), widget.sizeHint()
        width = max(size.width(), widget.minimumWidth())
        x = at.x() + _BESIDE_PX
        if x + width > room.width() - _MARGIN_PX:
            x = at.x() - _BESIDE_PX - width
        y = min(at.y() + _BESIDE_PX, room.height() - size.height() - _MARGIN_PX)
        widget.move(max(_MARGIN_PX, x), max(_MARGIN_PX, y))


def place_of(line: WeightLine) -> ElementPlace:
    """Return which element of its parameter a line is: rows are the units that it leads to."""
    return ElementPlace(line.parameter, (line.row, line.source))
