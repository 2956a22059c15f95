"""A card above the canvas that says what does not fit, with buttons for what would help."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.drawing.drawing import Rect
from engine.network.network import NodeName
from gui.model.network import NetworkModel
from gui.model.network_talk import Offer, Refusal, readable
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens

WIDTH_PX = 520
_MARGIN_PX = 20
_RADIUS_PX = 11.0


class OfferCard(QWidget):
    """Says why an edit was refused; otherwise what is wrong with the selected node, or else with the first wrong one.

    Attributes:
        node: The node that it speaks of, if it is about one.

    Signals:
        changed: It says something else, and has to be placed.
    """

    changed = Signal()

    def __init__(self, model: NetworkModel, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("offerCard")
        self._model = model
        self._tokens = theme.tokens
        self._refusal: Refusal | None = None
        self.node: NodeName | None = None
        self._shown: tuple[str, tuple[str, ...]] = ("", ())
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 13, 18, 13)
        layout.setSpacing(10)
        layout.addWidget(self.sentence)
        layout.addLayout(self._row)
        self.hide()
        theme.changed.connect(self._on_theme)
        model.refused.connect(self._on_refused)
        model.told.connect(lambda _none: self._refresh())
        model.selection_changed.connect(lambda _none: self._on_selection())

    def place(self, avoid: Rect | None) -> None:
        """Stand at the bottom in the middle of the parent, or at the top when ``avoid`` would be covered there."""
        frame = self.parentWidget()
        layout = self.layout()
        if frame is None or layout is None:
            return
        layout.activate()  # buttons that were just made count too
        width = min(WIDTH_PX, frame.width() - 2 * _MARGIN_PX)
        height = max(self.heightForWidth(width), self.sizeHint().height())
        left, top = (frame.width() - width) // 2, frame.height() - height - _MARGIN_PX
        if avoid is not None and avoid.bottom > top and avoid.y > height + 2 * _MARGIN_PX:
            top = _MARGIN_PX
        self.setGeometry(left, top, width, height)
        self.raise_()

    def _on_theme(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self.update()

    def _on_refused(self, refusal: Refusal | None) -> None:
        self._refusal = refusal
        self._refresh()

    def _on_selection(self) -> None:
        self._refusal = None
        self._refresh()

    def _what(self) -> tuple[str, tuple[Offer, ...]]:
        """The sentence and the offers that are due."""
        model, self.node = self._model, None
        if self._refusal is not None:
            self.node = self._refusal.node
            return self._refusal.text, self._refusal.offers
        if model.known.trouble:
            return model.known.trouble, ()
        misfits = model.known.misfits
        name = next((name for name in model.selection if name in misfits), None)
        if name is None:
            name = next(iter(misfits), None)
        self.node = name
        return ("", ()) if name is None else (misfits[name].text, model.offers_of(name))

    def _refresh(self) -> None:
        text, offers = self._what()
        shown = (text, tuple(offer.text for offer in offers))
        if shown == self._shown and offers == ():
            return
        self._shown = shown
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        while self._row.count():
            self._row.takeAt(0)
        self.buttons = [self._button(offer) for offer in offers]
        self._row.addStretch(1)
        self.sentence.setText(readable(text))
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        if text:
            self.changed.emit()

    def _button(self, offer: Offer) -> QPushButton:
        button = QPushButton(readable(offer.text).replace("&", "&&"), self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: offer.take())
        self._row.addWidget(button)
        return button

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._tokens.node_border), 1.0))
        painter.setBrush(QColor(self._tokens.panel))
        frame = self.rect().adjusted(0, 0, -1, -1)
        painter.drawRoundedRect(frame, _RADIUS_PX, _RADIUS_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.error))
        painter.drawRoundedRect(5, 14, 3, self.height() - 28, 1.5, 1.5)
        painter.end()
