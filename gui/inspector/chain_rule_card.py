"""The card that floats above the canvas: the chain rule in numbers at the current backward step."""

from html import escape

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from engine.explain.step import explain_step
from engine.trace.batch import Batch
from engine.trace.outcome import Outcome
from engine.trace.recording import Recording
from gui.inspector.card_content import CardContent, card_content
from gui.inspector.equation import EquationView
from gui.model.document import Document
from gui.model.playhead import Playhead, PlayheadMoved
from gui.model.selection import Selection
from gui.theme.fonts import MONO
from gui.theme.icons import Icon, tinted_icon
from gui.theme.theme import Theme
from gui.theme.tokens import ThemeName, Tokens

MAX_WIDTH_PX = 560
MIN_WIDTH_PX = 490
_SHADOW_PX = 14
_RADIUS_PX = 11
_PADDING_PX = 18


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
        self._content: CardContent | None = None
        self.setObjectName("chainRuleCard")
        self.setMaximumWidth(MAX_WIDTH_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._build()
        playhead.moved.connect(self._on_moved)
        document.recording_replaced.connect(self._on_replaced)
        document.recording_extended.connect(self._on_extended)
        document.run_ended.connect(self._on_ended)
        theme.changed.connect(self._on_theme)
        self._on_theme(theme.tokens)
        self.hide()
        self.refresh()

    def _build(self) -> None:
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.RichText)
        self._title.setWordWrap(True)
        self._pin = self._button("Keep this card while stepping", checkable=True)
        self._close = self._button("Close the chain-rule card", checkable=False)
        self._pin.setText("pin")
        self._pin.toggled.connect(self._on_pin)
        self._close.clicked.connect(self._on_close)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self._title, 1)
        top.addWidget(self._pin, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(10)
        self._equations: list[tuple[QLabel, EquationView]] = []
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("look", "faint")
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._verdict = QLabel(self)
        self._verdict.setProperty("look", "faint")
        layout = self._layout = QVBoxLayout(self)
        edge = _SHADOW_PX + _PADDING_PX
        layout.setContentsMargins(edge, _SHADOW_PX + 12, _SHADOW_PX + 12, _SHADOW_PX + 14)
        layout.setSpacing(12)
        layout.addLayout(top)
        layout.addLayout(self._rows)
        layout.addWidget(self._sentence)
        layout.addWidget(self._verdict)

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
        """At least as wide as most formulas need."""
        hint = super().sizeHint()
        width = max(MIN_WIDTH_PX, min(hint.width(), MAX_WIDTH_PX))
        return QSize(width, max(hint.height() if width <= hint.width() else 0, self.heightForWidth(width)))

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
        return card_content(explain_step(recording, step))

    def _show(self, content: CardContent) -> None:
        tokens = self._theme.tokens
        formula = (
            escape(content.formula).replace(" ", "&nbsp;") if len(content.formula) < 46 else escape(content.formula)
        )
        self._title.setText(
            f"{escape(content.lead)} <b>{escape(content.title)}</b>&nbsp;&nbsp; "
            f"<span style=\"font-family:'{MONO}'; font-size:12px; color:{tokens.muted}\">{formula}</span>"
        )
        self._fit_rows(len(content.equations))
        for (label, view), equation in zip(self._equations, content.equations, strict=False):
            label.setText(equation.formula)
            label.setVisible(bool(equation.formula))
            view.show_terms(equation.terms, equation.symbols)
        self._sentence.setText(" ".join(content.sentences))
        self._verdict.setText(content.verdict)
        self._verdict.setVisible(bool(content.verdict) and content.is_wrong)
        self._sentence.setToolTip(content.verdict)
        self.setAccessibleName(f"{content.lead} {content.title} {content.formula}")
        self._layout.activate()
        self.updateGeometry()

    def _fit_rows(self, count: int) -> None:
        while len(self._equations) < count:
            label = QLabel(self)
            label.setProperty("look", "mono")
            label.setWordWrap(True)
            view = EquationView(self._theme.tokens, self)
            box = QVBoxLayout()
            box.setSpacing(3)
            box.addWidget(label)
            box.addWidget(view)
            self._rows.addLayout(box)
            self._equations.append((label, view))
        for index, (label, view) in enumerate(self._equations):
            label.setVisible(index < count)
            view.setVisible(index < count)

    def _on_moved(self, _moved: PlayheadMoved) -> None:
        self.refresh()

    def _on_replaced(self, _recording: Recording | None) -> None:
        self._pin.setChecked(False)
        self.refresh()

    def _on_extended(self, _batch: Batch) -> None:
        if self._content is None:
            self.refresh()

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
        for _, view in self._equations:
            view.set_tokens(tokens)
        if self._content is not None and not self.isHidden():
            self._show(self._content)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the soft shadow and the card."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(_SHADOW_PX, _SHADOW_PX - 4, -_SHADOW_PX, -_SHADOW_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        shade = QColor(Qt.GlobalColor.black) if tokens.name is ThemeName.DARK else QColor(tokens.text)
        for spread in range(_SHADOW_PX, 0, -1):
            shade.setAlphaF(0.005 if tokens.name is not ThemeName.DARK else 0.02)
            painter.setBrush(shade)
            rect = body.adjusted(-spread, -spread, spread, spread).translated(QPoint(0, 3))
            painter.drawRoundedRect(rect, _RADIUS_PX + spread, _RADIUS_PX + spread)
        painter.setPen(QPen(QColor(tokens.hairline), 1))
        painter.setBrush(QColor(tokens.panel))
        painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS_PX, _RADIUS_PX)
        painter.end()
