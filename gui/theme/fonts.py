"""The two shipped families: Inter for words, JetBrains Mono for code, shapes and numbers."""

from PySide6.QtGui import QFont, QFontDatabase

from assets.paths import FONTS
from engine.interchange.font_face import FontFace

WORDS = "Inter"
MONO = "JetBrains Mono"

BASE_PX = 13
TITLE_PX = 12.5
SECONDARY_PX = 10.5
HEADING_PX = 16


class FontMissingError(RuntimeError):
    """A shipped font could not be loaded."""


def load_fonts() -> None:
    """Register the shipped fonts with Qt; a QGuiApplication must exist.

    Raises:
        FontMissingError: If a file is absent or Qt refuses it.
    """
    files = sorted([*FONTS.glob("*.otf"), *FONTS.glob("*.ttf")])
    for path in files:
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise FontMissingError(f"the font {path.name} could not be loaded")
    missing = {WORDS, MONO} - set(QFontDatabase.families())
    if missing:
        raise FontMissingError(f"the font {', '.join(sorted(missing))} is not in {FONTS}")


def words_font(size_px: float = BASE_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return Inter at a size in pixels (fractions allowed)."""
    return _font(WORDS, size_px, weight)


def mono_font(size_px: float = BASE_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return JetBrains Mono at a size in pixels (fractions allowed)."""
    font = _font(MONO, size_px, weight)
    font.setFixedPitch(True)
    font.setFeature(QFont.Tag("calt"), 0)  # code ligatures would hide the characters as typed
    return font


def _font(family: str, size_px: float, weight: QFont.Weight) -> QFont:
    font = QFont(family)
    font.setPixelSize(max(1, round(size_px)))
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def faces() -> tuple[FontFace, ...]:
    """Return the fonts that a picture is written in, to be put into it."""
    return (
        FontFace(WORDS, 400, "otf", (FONTS / "Inter-Regular.otf").read_bytes()),
        FontFace(WORDS, 600, "otf", (FONTS / "Inter-SemiBold.otf").read_bytes()),
        FontFace(MONO, 400, "ttf", (FONTS / "JetBrainsMono-Regular.ttf").read_bytes()),
    )
