"""The card that floats above the canvas: the chain rule in numbers at the current backward step."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from engine.explain.step import explain_step
from engine.trace.batch import Batch
from engine.trace.outcome import Outcome
from engine.trace.recording import Recording
from gui.inspector.card_body import CardBody
from gui.inspector.card_content import MOST_EQUATIONS, CardContent, card_content
from gui.inspector.card_headline import CardHeadline
from gui.model.document import Document
from gui.model.playhead import Playhead, PlayheadMoved
from gui.model.selection import Selection
from gui.theme.icons import Icon, tinted_icon
from gui.theme.theme import Theme
from gui.theme.tokens import ThemeName, Tokens

MAX_WIDTH_PX = 560
"""The card keeps its width, so that nothing jumps while a person steps; only a narrow canvas makes it narrower."""
SHARE = 0.5
"""Share of the height of what it floats above that it may cover; below that it is as high as its texts need."""
_USUAL_HEIGHT_PX = 300
"""The most while it floats above nothing."""
_LEAST_HEIGHT_PX = 150
_ROOMY_PX = 270
"""From this height on there is room for two equations."""
_SHADOW_PX = 14
_RADIUS_PX = 11
_PADDING_PX = 18
_TOP_PX = 12
_BOTTOM_PX = 14
_GAP_PX = 10
_BUTTONS_PX = 76
_WHILE_NUMBERS_COME_MS = 100
"""While numbers of what is shown are being fetched, the card is drawn anew at most this often."""


class ChainRuleCard(QWidget):
    """Shows itself at backward and optimizer steps and goes at all others.

    Once closed it stays away until it is opened again (``set_open``); pinned, it stays at the step at which it was
    pinned.

    Signals:
        resized: The height that it wants changed.
        open_changed: It was closed or opened again by the person.
    """

    resized = Signal()
    open_changed = Signal(object)

    def __init__(
        self, document: Document, playhead: Playhead, selection: Selection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._playhead = playhead
        self._selection = selection
        self._theme = theme
        self._is_open = True
        self._equation_room = MOST_EQUATIONS
        self._content: CardContent | None = None
        self._frame: tuple[tuple[int, int, float, Tokens], QPixmap] | None = None
        self.setObjectName("chainRuleCard")
        self.setMaximumWidth(MAX_WIDTH_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._build()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WHILE_NUMBERS_COME_MS)
        self._later.timeout.connect(self.refresh)
        playhead.moved.connect(self._on_moved)
        document.recording_replaced.connect(self._on_replaced)
        document.recording_extended.connect(self._on_extended)
        document.run_ended.connect(self._on_ended)
        theme.changed.connect(self._on_theme)
        self._on_theme(theme.tokens)
        self.hide()
        self.refresh()

    def _build(self) -> None:
        self._headline = CardHeadline(self)
        self._pin = self._button("Keep this card while stepping", checkable=True)
        self._close = self._button("Close the chain-rule card", checkable=False)
        self._pin.setText("pin")
        self._pin.toggled.connect(self._on_pin)
        self._close.clicked.connect(self._on_close)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self._headline, 1)
        top.addWidget(self._pin, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._body = CardBody(self._theme.tokens, self)
        layout = QVBoxLayout(self)
        side = _SHADOW_PX + _PADDING_PX
        layout.setContentsMargins(side, _SHADOW_PX + _TOP_PX - 4, _SHADOW_PX + _TOP_PX, _SHADOW_PX + _BOTTOM_PX)
        layout.setSpacing(_GAP_PX)
        layout.addLayout(top)
        layout.addWidget(self._body, 1)

    def _button(self, name: str, *, checkable: bool) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("look", "quiet")
        button.setCheckable(checkable)
        button.setIconSize(QSize(12, 12))
        button.setFixedHeight(24)
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @property
    def content(self) -> CardContent | None:
        """What is shown, or None while there is nothing to show."""
        return self._content

    @property
    def is_open(self) -> bool:
        """Whether the card shows itself when it has something to say."""
        return self._is_open

    def set_open(self, is_open: bool) -> None:  # noqa: FBT001  # slot of a checkable action
        """Let the card show itself, or keep it away."""
        if is_open != self._is_open:
            self._is_open = is_open
            self.open_changed.emit(is_open)
            self.refresh()

    def sizeHint(self) -> QSize:
        """Its usual width, and the height that goes with it."""
        return QSize(MAX_WIDTH_PX, self.heightForWidth(MAX_WIDTH_PX))

    def hasHeightForWidth(self) -> bool:
        """Texts wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Room for everything, but never so much that the graph below is hidden: then the body scrolls whole lines."""
        inner = width - 2 * _SHADOW_PX - _PADDING_PX - _TOP_PX
        head = max(self._pin.sizeHint().height(), self._headline.height_for(inner - _BUTTONS_PX))
        around = head + _GAP_PX + 2 * _SHADOW_PX + _TOP_PX - 4 + _BOTTOM_PX
        return around + self._body.height_within(inner, self._most_height() - around)

    def _most_height(self) -> int:
        parent = self.parentWidget()
        share = _USUAL_HEIGHT_PX if parent is None else round(parent.height() * SHARE)
        return max(_LEAST_HEIGHT_PX, share)

    def refresh(self) -> None:
        """Show the current step, unless the card is pinned to another."""
        if self._pin.isChecked() and self._content is not None:
            return
        self._content = self._at_playhead()
        if self._content is None or not self._is_open:
            self.hide()
            return
        before = self.sizeHint().height()
        self._show(self._content)
        self.show()
        if self.sizeHint().height() != before:
            self.resized.emit()

    def _at_playhead(self) -> CardContent | None:
        recording, step = self._document.recording, self._playhead.current
        if recording is None or not 0 <= step < len(recording):
            return None
        self._equation_room = self._room_for_equations()
        return card_content(explain_step(recording, step), self._equation_room)

    def _room_for_equations(self) -> int:
        return MOST_EQUATIONS if self._most_height() >= _ROOMY_PX else 1

    def event(self, event: QEvent) -> bool:
        """Watch the size of what the card floats above."""
        parent = self.parentWidget()
        if event.type() is QEvent.Type.ParentChange and parent is not None:
            parent.installEventFilter(self)
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show more equations where there is more room."""
        is_resized = event.type() is QEvent.Type.Resize and watched is self.parentWidget()
        if is_resized and not self.isHidden() and self._room_for_equations() != self._equation_room:
            self.refresh()
        return super().eventFilter(watched, event)

    def _show(self, content: CardContent) -> None:
        self._headline.show_content(content, self._theme.tokens)
        self._body.show_content(content)
        self.setAccessibleName(f"{content.lead} {content.title} {content.formula}")
        self.updateGeometry()

    def _on_moved(self, _moved: PlayheadMoved) -> None:
        self.refresh()

    def _on_replaced(self, _recording: Recording | None) -> None:
        self._pin.setChecked(False)
        self.refresh()

    def _on_extended(self, _batch: Batch) -> None:
        if self._content is None:
            self.refresh()
        elif self._content.lacks_numbers and not self._later.isActive():
            self._later.start()

    def _on_ended(self, _outcome: Outcome) -> None:
        self.refresh()

    def _on_pin(self, is_pinned: bool) -> None:  # noqa: FBT001  # Qt's signal
        if not is_pinned:
            self.refresh()

    def _on_close(self) -> None:
        self._pin.setChecked(False)
        self.set_open(False)

    def _on_theme(self, tokens: Tokens) -> None:
        self._close.setIcon(tinted_icon(Icon.CLOSE, tokens.faint, tokens.faint))
        self._body.set_tokens(tokens)
        if self._content is not None and not self.isHidden():
            self._show(self._content)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the soft shadow and the card."""
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._frame_picture())
        painter.end()

    def _frame_picture(self) -> QPixmap:
        """Return shadow and card, kept while size and theme stay: the shadow is many rounded rectangles."""
        tokens = self._theme.tokens
        key = (self.width(), self.height(), self.devicePixelRatioF(), tokens)
        if self._frame is None or self._frame[0] != key:
            picture = QPixmap(self.size() * self.devicePixelRatioF())
            picture.setDevicePixelRatio(self.devicePixelRatioF())
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _paint_frame(painter, QRectF(self.rect()), tokens)
            painter.end()
            self._frame = (key, picture)
        return self._frame[1]


def _paint_frame(painter: QPainter, area: QRectF, tokens: Tokens) -> None:
    body = area.adjusted(_SHADOW_PX, _SHADOW_PX - 4, -_SHADOW_PX, -_SHADOW_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    shade = QColor(Qt.GlobalColor.black) if tokens.name is ThemeName.DARK else QColor(tokens.text)
    shade.setAlphaF(0.02 if tokens.name is ThemeName.DARK else 0.005)
    painter.setBrush(shade)
    for spread in range(_SHADOW_PX, 0, -1):
        rect = body.adjusted(-spread, -spread, spread, spread).translated(QPoint(0, 3))
        painter.drawRoundedRect(rect, _RADIUS_PX + spread, _RADIUS_PX + spread)
    painter.setPen(QPen(QColor(tokens.hairline), 1))
    painter.setBrush(QColor(tokens.panel))
    painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS_PX, _RADIUS_PX)
