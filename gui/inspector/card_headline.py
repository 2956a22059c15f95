"""The headline of the chain-rule card: what happens, and the formula beside it, or below it when it is long."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QWidget

from gui.inspector.card_content import CardContent
from gui.theme.fonts import mono_font
from gui.theme.tokens import Tokens
from gui.widgets.elided_label import ElidedLabel
from gui.widgets.left_to_right import left_to_right
from gui.widgets.long_words import hover_text

_GAP_PX = 10
_LINE_PX = 19
_FORMULA_FONT_PX = 12


class CardHeadline(QWidget):
    """``Chain rule at relu   ∂loss/∂a = ∂loss/∂h · [a > 0]``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(self)
        self._title.setTextFormat(Qt.TextFormat.RichText)
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._formula = ElidedLabel("", self)
        self._formula.setFont(mono_font(_FORMULA_FONT_PX))
        self._formula.setProperty("look", "mono")
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(_GAP_PX)
        self._lead = self._name = self._color = ""
        self._box.addWidget(self._title, 0, Qt.AlignmentFlag.AlignLeft)  # alone, it would stand in the middle
        self._box.addWidget(self._formula, 1)

    def show_content(self, content: CardContent, tokens: Tokens) -> None:
        """Show another headline."""
        self._lead, self._name, self._color = content.lead, content.title, tokens.text
        self._formula.show_text(content.formula)
        self._formula.setVisible(bool(content.formula))
        self._turn(self.width())

    def _is_long(self, width: int) -> bool:
        metrics = QFontMetricsF(mono_font(_FORMULA_FONT_PX))
        formula = metrics.horizontalAdvance(self._formula.whole_text)
        return self._words_px() + _GAP_PX + formula + 4 > width

    def _words_px(self) -> float:
        lead, name = self._metrics()
        return lead.horizontalAdvance(f"{self._lead} ") + name.horizontalAdvance(self._name)

    def _metrics(self) -> tuple[QFontMetricsF, QFontMetricsF]:
        bold = QFont(self._title.font())
        bold.setBold(True)
        return QFontMetricsF(self._title.font()), QFontMetricsF(bold)

    def _show_words(self, width: int) -> None:
        """Write the title; of a name that is too long the end stays, which says more than the module around it."""
        lead, bold = self._metrics()
        words, room = f"{self._lead} ", width - lead.horizontalAdvance(f"{self._lead} ") - 2
        if bold.horizontalAdvance(self._name) > room < width / 2:
            words, room = "", width - 2.0
        name = bold.elidedText(self._name, Qt.TextElideMode.ElideLeft, room)
        self._title.setText(
            f'<span style="color:{self._color}">{escape(words)}<b>{escape(left_to_right(name))}</b></span>'
        )
        self._title.setToolTip(hover_text(self._name) if name != self._name else "")

    def height_for(self, width: int) -> int:
        """One line or two."""
        return 2 * _LINE_PX if self._formula.whole_text and self._is_long(width) else _LINE_PX + 4

    def _turn(self, width: int) -> None:
        is_long = self._is_long(width)
        wanted = QBoxLayout.Direction.TopToBottom if is_long else QBoxLayout.Direction.LeftToRight
        self._box.setDirection(wanted)
        self._box.setSpacing(1 if is_long else _GAP_PX)
        self._show_words(width)
        self._title.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the formula beside or below the title."""
        super().resizeEvent(event)
        self._turn(self.width())
