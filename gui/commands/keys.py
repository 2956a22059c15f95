"""Key texts as a person reads them."""

from PySide6.QtGui import QKeySequence

_WORDS = {"Return": "Enter", "Right": "→", "Left": "←", "Up": "↑", "Down": "↓"}


def key_text(shortcut: str) -> str:
    """Return a portable key text as shown on this system, e.g. ``Ctrl+Enter``."""
    text = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
    for name, shown in _WORDS.items():
        if text == name or text.endswith(f"+{name}"):
            return text[: len(text) - len(name)] + shown
    return text
