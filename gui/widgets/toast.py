"""A sentence that floats above the window's content for a while."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from gui.model.notices import Notice, NoticeLevel
from gui.theme.colors import mix
from gui.theme.icons import Icon, icon_pixmap, tinted_icon
from gui.theme.stylesheet import TOP_BAR_PX
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens

LINGER_MS = 5000
_TOP_PX = TOP_BAR_PX + 12
_ICONS = {NoticeLevel.INFO: Icon.INFO, NoticeLevel.WARNING: Icon.WARNING, NoticeLevel.ERROR: Icon.ERROR}


class Toast(QWidget):
    """Shows the latest notice at the top of its parent; information goes by itself, errors stay until closed."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self._theme = theme
        self._level = NoticeLevel.INFO
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close = QToolButton(self)
        self._close.setProperty("look", "quiet")
        self._close.setIconSize(QSize(12, 12))
        self._close.setAccessibleName("Close the message")
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 6, 6)
        layout.setSpacing(10)
        layout.addWidget(self._icon)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._close)
        self._timer = QTimer(self, interval=LINGER_MS, singleShot=True)
        self._timer.timeout.connect(self.hide)
        self._room = parent
        parent.installEventFilter(self)
        theme.changed.connect(self._on_theme)
        self._on_theme(theme.tokens)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def show_notice(self, notice: Notice) -> None:
        """Say something, in place of what was said before."""
        self._level = notice.level
        self._text.setText(notice.text)
        self.setAccessibleName(notice.text)
        self._on_theme(self._theme.tokens)
        self._place()
        self.show()
        self.raise_()
        if notice.level is NoticeLevel.ERROR:
            self._timer.stop()
        else:
            self._timer.start()

    def dismiss_errors(self) -> None:
        """Take away what was said before, e.g. because a new run starts."""
        self.hide()

    def _color(self, tokens: Tokens) -> str:
        match self._level:
            case NoticeLevel.INFO:
                return tokens.accent
            case NoticeLevel.WARNING:
                return tokens.strip_buffer
            case NoticeLevel.ERROR:
                return tokens.error

    def _on_theme(self, tokens: Tokens) -> None:
        density = self.devicePixelRatioF()
        self._icon.setPixmap(icon_pixmap(_ICONS[self._level], self._color(tokens), density=density))
        self._close.setIcon(tinted_icon(Icon.CLOSE, tokens.muted, tokens.faint))
        self.update()

    def _place(self) -> None:
        room = max(200, self._room.width() - 24)
        wanted = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 100
        width = min(wanted, room, 760)
        layout = self.layout()
        assert layout is not None
        height = max(40, layout.heightForWidth(width))
        self.setGeometry((self._room.width() - width) // 2, _TOP_PX, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the parent's size."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A rounded panel with a tint of its level."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self._color(tokens)
        painter.setPen(QPen(mix(tokens.panel, color, 0.55)))
        painter.setBrush(QColor(mix(tokens.panel, color, 0.09)))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 9, 9)
        painter.end()
