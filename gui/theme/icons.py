"""Icons: our own line drawings (assets/icons), tinted from the tokens."""

from enum import StrEnum

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from assets.paths import ICONS
from gui.theme.tokens import Tokens

SIZE_PX = 16
_DENSITIES = (1, 2, 3)


class Icon(StrEnum):
    """Every drawing in assets/icons, by file name."""

    BACKWARD = "backward"
    CHAINRULE = "chainrule"
    CHARTS = "charts"
    CHECK = "check"
    CHEVRON_DOWN = "chevron_down"
    CLOSE = "close"
    COLLAPSE = "collapse"
    CONSOLE = "console"
    COPY = "copy"
    DECISION = "decision"
    DEVICE = "device"
    ERROR = "error"
    EXPAND = "expand"
    EXPORT = "export"
    FIRST = "first"
    FIT = "fit"
    GALLERY = "gallery"
    HIDE = "hide"
    INFO = "info"
    INTO = "into"
    KEYBOARD = "keyboard"
    LAST = "last"
    LENS = "lens"
    MENU = "menu"
    MINIMAP = "minimap"
    MOON = "moon"
    NEW = "new"
    NEXT = "next"
    OPEN = "open"
    OUT = "out"
    OVER = "over"
    PAUSE = "pause"
    PLAY = "play"
    PREVIOUS = "previous"
    REDO = "redo"
    REVERSE = "reverse"
    RUN = "run"
    SAVE = "save"
    SEARCH = "search"
    STOP = "stop"
    SUN = "sun"
    TRACE = "trace"
    UNDO = "undo"
    WARNING = "warning"
    ZOOM_IN = "zoom_in"
    ZOOM_OUT = "zoom_out"


class IconMissingError(RuntimeError):
    """A shipped icon is absent or no SVG."""


def themed_icon(name: Icon, tokens: Tokens) -> QIcon:
    """Return an icon in the text colour, faint when disabled."""
    icon = QIcon()
    for color, mode in ((tokens.text, QIcon.Mode.Normal), (tokens.faint, QIcon.Mode.Disabled)):
        _add(icon, name, color, mode)
    return icon


def tinted_icon(name: Icon, color: str, disabled: str) -> QIcon:
    """Return an icon in two colours of one's own, e.g. on the accent button."""
    icon = QIcon()
    _add(icon, name, color, QIcon.Mode.Normal)
    _add(icon, name, disabled, QIcon.Mode.Disabled)
    return icon


def _add(icon: QIcon, name: Icon, color: str, mode: QIcon.Mode) -> None:
    for density in _DENSITIES:
        icon.addPixmap(icon_pixmap(name, color, SIZE_PX, density), mode)


def icon_pixmap(name: Icon, color: str, size_px: int = SIZE_PX, density: float = 1) -> QPixmap:
    """Return one drawing in one colour.

    Raises:
        IconMissingError: If the file is absent or cannot be read.
    """
    path = ICONS / f"{name.value}.svg"
    try:
        source = path.read_text(encoding="utf-8")
    except OSError as error:
        raise IconMissingError(f"the icon {path.name} is missing") from error
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", QColor(color).name()).encode()))
    if not renderer.isValid():
        raise IconMissingError(f"the icon {path.name} is damaged")
    pixmap = QPixmap(QSize(size_px, size_px) * density)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(density)
    return pixmap
