"""Outlines of signs that the shipped fonts do not have, from whatever font of the system has them."""

import unicodedata

from PySide6.QtGui import QFont, QFontMetricsF, QPainterPath

from engine.interchange.font_face import FontFace
from gui.theme.fonts import mono_font, words_font
from gui.widgets.left_to_right import left_to_right

_UNITS = 1000
_BOX = "□"
_UNSEEN = {"Cf", "Mn", "Me", "Zs", "Cc"}
"""Kinds of signs that have no shape of their own."""
_CURVE = 3
"""Elements of a path that are one curve."""


def outline(text: str, face: FontFace) -> tuple[str, float]:
    """Return a text as operators of PDF and how wide it is; see ``engine.interchange.pdf.fonts.Outline``.

    Signs that are pictures in their font, as most emoji are, have no outline: a box stands for them.
    """
    weight = QFont.Weight(face.weight)
    font = mono_font(_UNITS, weight) if face.kind == "ttf" else words_font(_UNITS, weight)
    shown = "".join(sign if sign.isascii() or _has_outline(sign, font) else _BOX for sign in text)
    operators = _operators(_path(left_to_right(shown), font))
    is_empty = all(operator.endswith("m\n") for operator in operators)
    return "" if is_empty else "".join(operators), QFontMetricsF(font).horizontalAdvance(shown)


def _has_outline(sign: str, font: QFont) -> bool:
    return unicodedata.category(sign) in _UNSEEN or not _path(sign, font).boundingRect().isEmpty()


def _path(text: str, font: QFont) -> QPainterPath:
    path = QPainterPath()
    path.addText(0, 0, font, text)
    return path


def _operators(path: QPainterPath) -> list[str]:
    found: list[str] = []
    curve: list[str] = []
    for index in range(path.elementCount()):
        element = path.elementAt(index)
        place = f"{element.x:.0f} {-element.y:.0f} "
        if element.isMoveTo():
            found.append(f"{place}m\n")
        elif element.isLineTo():
            found.append(f"{place}l\n")
        else:
            curve.append(place)
            if len(curve) == _CURVE:
                found.append(f"{''.join(curve)}c\n")
                curve.clear()
    return found
