"""What stands below the headline of the chain-rule card: equations and sentences, scrolled when there is no room."""

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gui.inspector.card_content import CardContent
from gui.inspector.equation import EquationView
from gui.theme.tokens import Tokens
from gui.widgets.left_to_right import left_to_right
from gui.widgets.long_words import shortened

_PICTURE_PX = 44
_ROW_GAP_PX = 8


class CardBody(QScrollArea):
    """Rows of ``upstream × local = sent on`` and what they mean in words."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._rows: list[tuple[QLabel, EquationView]] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = self._inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_ROW_GAP_PX)
        self._sentence = _wrapped_label("faint", inner)
        self._verdict = _wrapped_label("faint", inner)
        self._column.addWidget(self._sentence)
        self._column.addWidget(self._verdict)
        self._column.addStretch(1)
        # Wrapped texts ask for much height while they are narrow; what counts is their height at the real width.
        inner.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setWidget(inner)
        inner.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def show_content(self, content: CardContent) -> None:
        """Show other equations and sentences."""
        self._fit(len(content.equations))
        for (label, view), equation in zip(self._rows, content.equations, strict=False):
            label.setText(left_to_right(shortened(equation.formula)))
            label.setVisible(bool(equation.formula))
            view.show_terms(equation.terms, equation.symbols)
        self._sentence.setText(left_to_right(shortened(" ".join(content.sentences))))
        self._sentence.setToolTip(content.verdict)
        self._verdict.setText(content.verdict)
        self._verdict.setVisible(content.is_wrong)
        self._column.invalidate()
        self._keep_lines_whole()
        self.verticalScrollBar().setValue(0)

    def _fit(self, count: int) -> None:
        while len(self._rows) < count:
            label = _wrapped_label("mono", self._inner)
            view = EquationView(self._tokens, self._inner, _PICTURE_PX)
            place = 2 * len(self._rows)
            self._column.insertWidget(place, label)
            self._column.insertWidget(place + 1, view)
            self._rows.append((label, view))
        for index, (label, view) in enumerate(self._rows):
            label.setVisible(index < count)
            view.setVisible(index < count)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        for _, view in self._rows:
            view.set_tokens(tokens)

    def wanted_height(self, width: int) -> int:
        """Height at which nothing has to be scrolled, for a width in pixels."""
        return self._column.heightForWidth(width)

    def height_within(self, width: int, most: int) -> int:
        """The wanted height, or where that is more than ``most``, the largest one that cuts no line in two."""
        wanted = self.wanted_height(width)
        if wanted <= most:
            return wanted
        bar = self.verticalScrollBar().sizeHint().width()
        return max((end for end in self._line_ends(width - bar) if end <= most), default=most)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave free what would show a part of a line."""
        super().resizeEvent(event)
        self._keep_lines_whole()

    def _keep_lines_whole(self) -> None:
        area = self.contentsRect()
        self.setViewportMargins(0, 0, 0, max(0, area.height() - self.height_within(area.width(), area.height())))

    def _line_ends(self, width: int) -> Iterator[int]:
        """Where lines of text and rows of cells end, from the top, when all of it is so wide."""
        top = 0
        for place in range(self._column.count()):
            item = self._column.itemAt(place)
            row = None if item is None else item.widget()
            if row is None or row.isHidden():
                continue
            height = row.heightForWidth(width)
            if isinstance(row, QLabel):
                line = row.fontMetrics().lineSpacing()
                yield from range(top + line, top + height, line)
            yield top + height
            top += height + _ROW_GAP_PX

    def minimumSizeHint(self) -> QSize:
        """It may be low: then it scrolls."""
        return QSize(200, 40)


def _wrapped_label(look: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setProperty("look", look)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label
