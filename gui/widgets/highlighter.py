"""Colours Python by its tokens, line by line."""

import builtins
import keyword
import re
from enum import IntEnum

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from gui.theme.tokens import Tokens
from gui.widgets.utf16 import units


class LineState(IntEnum):
    """Whether a line ends within a string of three quotes."""

    PLAIN = 0
    IN_SINGLE = 1
    IN_DOUBLE = 2


_QUOTES = {LineState.IN_SINGLE: "'''", LineState.IN_DOUBLE: '"""'}
_STATES = {quote: state for state, quote in _QUOTES.items()}
_PREFIX = r"(?:[rRbBuUfF]{1,2})?"
_TOKEN = re.compile(
    rf"(?P<comment>\#.*)"
    rf"|(?P<triple>{_PREFIX}(?:'''|\"\"\"))"
    rf"|(?P<string>{_PREFIX}(?:'(?:\\.|[^'\\])*(?:'|$)|\"(?:\\.|[^\"\\])*(?:\"|$)))"
    r"|(?P<number>\b0[xXbBoO][\da-fA-F_]+\b|(?:\b\d[\d_]*\.?[\d_]*|(?<![\w.)\]])\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJ]?)"
    r"|(?P<decorator>(?<=^)\s*@[\w.]+)"
    r"|(?P<word>(?<![\w])[^\W\d]\w*)"
)
_KEYWORDS = frozenset(keyword.kwlist) | {"self"}
_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))


class Highlighter(QSyntaxHighlighter):
    """Colours a document."""

    def __init__(self, document: QTextDocument, tokens: Tokens) -> None:
        super().__init__(document)
        self._formats = _formats(tokens)

    def restyle(self, tokens: Tokens) -> None:
        """Use the colours of another theme."""
        self._formats = _formats(tokens)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line; Qt calls it for each line that changed and for what follows from that."""
        state = LineState(max(0, self.previousBlockState()))
        self.setCurrentBlockState(LineState.PLAIN)
        position = 0
        if state is not LineState.PLAIN:
            position = self._through_string(text, 0, 0, _QUOTES[state])
        previous = ""
        while position < len(text) and (match := _TOKEN.search(text, position)):
            kind = match.lastgroup or ""
            if kind == "triple":
                position = self._through_string(text, match.start(), match.end(), match.group()[-3:])
                continue
            word = match.group()
            self._color(text, match.start(), match.end(), self._kind_of(kind, word, text, match.start(), previous))
            previous = word
            position = max(match.end(), position + 1)

    def _through_string(self, text: str, start: int, inside: int, quote: str) -> int:
        """Colour a string of three quotes from ``start`` on and return where it ends on this line."""
        end = text.find(quote, inside)
        self.setCurrentBlockState(LineState.PLAIN if end >= 0 else _STATES[quote])
        stop = end + 3 if end >= 0 else len(text)
        self._color(text, start, stop, "string")
        return stop

    def _kind_of(self, kind: str, word: str, text: str, start: int, previous: str) -> str:
        if kind != "word":
            return kind
        if start and text[start - 1] == ".":
            return ""
        if word in _KEYWORDS:
            return "keyword"
        if previous in ("def", "class"):
            return "defined"
        return "builtin" if word in _BUILTINS else ""

    def _color(self, text: str, start: int, end: int, kind: str) -> None:
        if kind in self._formats and end > start:
            self.setFormat(units(text[:start]), units(text[start:end]), self._formats[kind])


def _formats(tokens: Tokens) -> dict[str, QTextCharFormat]:
    colors = {
        "comment": tokens.syntax_comment,
        "string": tokens.syntax_string,
        "number": tokens.syntax_number,
        "keyword": tokens.syntax_keyword,
        "builtin": tokens.syntax_builtin,
        "decorator": tokens.syntax_builtin,
        "defined": tokens.text,
    }
    formats = {}
    for kind, color in colors.items():
        formats[kind] = QTextCharFormat()
        formats[kind].setForeground(QColor(color))
    formats["defined"].setFontWeight(QFont.Weight.DemiBold)
    return formats
