"""Draws the blocks of a page, reusing the widgets of the page before so that stepping does not flicker."""

from html import escape
from typing import assert_never

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from engine.trace.facts import Histogram as RecordedHistogram
from engine.trace.ids import StepIndex, ValueId
from gui.inspector.array_view import ArrayView
from gui.inspector.blocks import (
    Block,
    Code,
    Distribution,
    EquationLine,
    Formula,
    Heading,
    Link,
    Numbers,
    Paragraph,
    Piece,
    Row,
    Rule,
    Summary,
    Text,
    ToElement,
    ToStep,
    ToValue,
)
from gui.inspector.code_view import CodeView
from gui.inspector.equation import EquationView
from gui.theme.fonts import MONO
from gui.theme.tokens import Tokens
from gui.widgets.histogram import Histogram
from gui.widgets.left_to_right import left_to_right
from gui.widgets.long_words import hover_text, shortened
from gui.widgets.stat_line import StatLine, link_html, rich_label

_SPACING_PX = 9
_NBSP = "\u00a0"


def html_of(text: Text, tokens: Tokens) -> str:
    """Return a text as rich text; links carry ``step:5`` or ``value:7``."""
    return "".join(_piece_html(piece, tokens) for piece in text)


def _piece_html(piece: Piece, tokens: Tokens) -> str:
    text = _shown(piece.text)
    match piece.link:
        case ToStep(step):
            html = link_html(text, f"step:{step}", tokens)
        case ToValue(value):
            html = link_html(text, f"value:{value}", tokens)
        case ToElement(value, element):
            html = link_html(text, f"element:{value}:{element}", tokens)
        case None:
            html = escape(text).replace("  ", "&nbsp;&nbsp;").replace("\n", "<br>")
            if piece.is_muted:
                html = f'<span style="color:{tokens.muted}">{html}</span>'
        case _:
            assert_never(piece.link)
    return f"<span style=\"font-family:'{MONO}'; font-size:12px\">{html}</span>" if piece.is_mono else html


class BlockView(QWidget):
    """A column of blocks.

    Signals:
        link_activated: The target of a link, or the element that was picked.
    """

    link_activated = Signal(object)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._blocks: tuple[Block, ...] = ()
        self._widgets: list[tuple[type[Block], QWidget]] = []
        self._picks: dict[QWidget, ValueId | None] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 12, 16, 16)
        self._layout.setSpacing(_SPACING_PX)
        self._layout.addStretch(1)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What is shown."""
        return self._blocks

    def show_blocks(self, blocks: tuple[Block, ...]) -> None:
        """Show other blocks; widgets are taken from what is there, kind by kind, and spare ones wait for later."""
        self._blocks = blocks
        spare: dict[type[Block], list[QWidget]] = {}
        for kind, widget in reversed(self._widgets):
            spare.setdefault(kind, []).append(widget)
        self.setUpdatesEnabled(False)
        try:
            self._place(blocks, spare)
        finally:
            self.setUpdatesEnabled(True)

    def _place(self, blocks: tuple[Block, ...], spare: dict[type[Block], list[QWidget]]) -> None:
        placed: list[tuple[type[Block], QWidget]] = []
        for position, block in enumerate(blocks):
            kind = type(block)
            waiting = spare.get(kind)
            widget = waiting.pop() if waiting else self._make(kind)
            self._fill(widget, block)
            known = self._layout.itemAt(position)
            if known is None or known.widget() is not widget:
                self._layout.removeWidget(widget)
                self._layout.insertWidget(position, widget)
            if widget.isHidden():
                widget.show()
            placed.append((kind, widget))
        for kind, waiting in spare.items():
            for widget in waiting:
                self._layout.removeWidget(widget)
                widget.hide()
                placed.append((kind, widget))
        self._widgets = placed

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        for _, widget in self._widgets:
            if isinstance(widget, (ArrayView, EquationView, Histogram, CodeView)):
                widget.set_tokens(tokens)
        self.show_blocks(self._blocks)

    def _make(self, kind: type[Block]) -> QWidget:
        if kind is Numbers:
            return ArrayView(self._tokens, self)
        if kind is Distribution:
            return Histogram(self._tokens, self)
        if kind is EquationLine:
            view = EquationView(self._tokens, self)
            view.element_picked.connect(lambda element: self._on_element(view, element))
            return view
        if kind is Code:
            return CodeView(self._tokens, self)
        return self._make_text(kind)

    def _make_text(self, kind: type[Block]) -> QWidget:
        if kind is Row:
            line = StatLine(self)
            line.link_activated.connect(self._on_link)
            return line
        if kind is Rule:
            rule = QFrame(self)
            rule.setProperty("look", "rule")
            rule.setFixedHeight(1)
            return rule
        label = rich_label(self)
        label.linkActivated.connect(self._on_link)
        if kind in (Summary, Formula):
            label.setProperty("look", "mono")
            label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def _fill(self, widget: QWidget, block: Block) -> None:
        match block:
            case Numbers(array):
                assert isinstance(widget, ArrayView)
                widget.show_array(array)
            case Distribution(source):
                assert isinstance(widget, Histogram)
                if isinstance(source, RecordedHistogram):
                    widget.show_recorded(source)
                else:
                    widget.show_array(source)
            case EquationLine(terms, symbols, pick_for, picked):
                assert isinstance(widget, EquationView)
                widget.show_terms(terms, symbols)
                widget.show_pick(picked, pick_for)
                self._picks[widget] = pick_for
            case Code():
                assert isinstance(widget, CodeView)
                widget.show_code(block)
            case Row(label, text):
                assert isinstance(widget, StatLine)
                widget.show_line(label, html_of(text, self._tokens))
                widget.setToolTip(_whole(_words(text)))
            case Rule():
                pass
            case _:
                self._fill_label(widget, block)

    def _fill_label(self, widget: QWidget, block: Summary | Formula | Heading | Paragraph) -> None:
        assert isinstance(widget, QLabel)
        match block:
            case Summary(text):
                widget.setText(f"{_NBSP}· ".join(part.replace(" ", _NBSP) for part in text.split(" · ")))
            case Formula(text):
                widget.setText(_shown(text))
                widget.setToolTip(_whole(text))
            case Heading(text, note):
                muted = f'&nbsp;&nbsp;<span style="color:{self._tokens.muted}">{escape(note)}</span>' if note else ""
                widget.setText(f"<b>{escape(_shown(text))}</b>{muted}")
                widget.setToolTip(_whole(text))
            case Paragraph(text, is_muted):
                html = html_of(text, self._tokens)
                widget.setText(f'<span style="color:{self._tokens.muted}">{html}</span>' if is_muted else html)
                widget.setToolTip(_whole(_words(text)))
            case _:
                assert_never(block)

    def _on_element(self, view: QWidget, element: int) -> None:
        value = self._picks.get(view)
        if value is not None:
            self.link_activated.emit(ToElement(value, element))

    def _on_link(self, target: str) -> None:
        self.link_activated.emit(_link_of(target))


def _words(text: Text) -> str:
    return "".join(piece.text for piece in text)


def _shown(text: str) -> str:
    return left_to_right(shortened(text))


def _whole(text: str) -> str:
    """What hovering tells: the whole text where not all of it is shown."""
    return hover_text(text) if shortened(text) != text else ""


def _link_of(target: str) -> Link:
    kind, *numbers = target.split(":")
    first = int(numbers[0])
    if kind == "step":
        return ToStep(StepIndex(first))
    return ToElement(ValueId(first), int(numbers[1])) if kind == "element" else ToValue(ValueId(first))
