"""Widths of texts, estimated without a font engine, so that layout needs no Qt.

The advances are averages over Inter and JetBrains Mono as shipped; they err on the wide side.
"""

import unicodedata
from collections.abc import Callable

from engine.drawing.drawing import Rect
from engine.graph.view import NodeKind, ViewGroup, ViewNode

TITLE_PX = 12.5
MONO_PX = 10.5
NODE_HEIGHT_PX = 66.0
GROUP_HEIGHT_PX = 50.0
MIN_WIDTH_PX = 118.0
MAX_WIDTH_PX = 240.0
PADDING_PX = 24.0
"""Left strip and both margins together."""

_GROUP_MARK_PX = 18.0
"""Room for the triangle before the title of a folded group."""
_HEADING_LEFT_PX, _HEADING_TOP_PX, _HEADING_HEIGHT_PX = 16.0, 7.0, 16.0

_WIDE = "mwMW@%&"
_NARROW = "iljtfI.,:;'|!()[]{} /\\"


def title_width(text: str) -> float:
    """Width in pixels of a bold title."""
    return sum([_ADVANCES.get(character) or _advance(character) for character in text]) * TITLE_PX


def mono_width(text: str) -> float:
    """Width in pixels of a line of code."""
    columns = len(text) if text.isascii() else sum(map(_columns, text))
    return columns * 0.6 * MONO_PX


def fitted(text: str, width_px: float, *, is_mono: bool) -> str:
    """Return ``text`` on one line, cut with an ellipsis where it is wider than ``width_px``."""
    line = " ".join(text[:400].split())
    measure = mono_width if is_mono else title_width
    if measure(line) <= width_px:
        return line
    while line and measure(line + "…") > width_px:
        line = line[:-1]
    return line + "…"


def node_size(node: ViewNode) -> tuple[float, float]:
    """Return width and height of a node's box in pixels at 100 % zoom."""
    mark = _GROUP_MARK_PX if node.kind is NodeKind.GROUP else 0.0
    text = max(title_width(node.title[:200]) + mark, mono_width(node.subtitle[:200]))
    width = min(max(MIN_WIDTH_PX, text + PADDING_PX), MAX_WIDTH_PX)
    height = GROUP_HEIGHT_PX if node.kind is NodeKind.GROUP else NODE_HEIGHT_PX
    return (float(round(width)), height)


def shortened(parts: str, width_px: float, measure: Callable[[str], float]) -> str:
    """Return as many parts of a text ``first · second`` from its start as fit into ``width_px``; maybe none."""
    text = parts
    while text and measure(text) > width_px:
        text = text.rpartition(" · ")[0]
    return text


def heading_rect(group: ViewGroup) -> Rect:
    """Where the title of an opened group stands, measured from the top left corner of its frame."""
    return Rect(_HEADING_LEFT_PX, _HEADING_TOP_PX, title_width(f"▾ {group.title}"), _HEADING_HEIGHT_PX)


def _advance(character: str) -> float:
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.88
    if character.isupper():
        return 0.68
    return 0.6 * _columns(character)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


_ADVANCES = {character: _advance(character) for character in map(chr, range(128))}
"""The common characters, looked up once."""
