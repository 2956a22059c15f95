"""One problem as a row that can be clicked."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from engine.explain.problem import Problem, Severity
from gui.theme.icons import Icon, icon_pixmap
from gui.theme.tokens import Tokens

ICON_PX = 14


class ProblemRow(QFrame):
    """Shows a problem; a click or Enter asks to go to it.

    Attributes:
        chosen: Signal with the problem.
    """

    chosen = Signal(object)

    def __init__(self, problem: Problem, tokens: Tokens) -> None:
        super().__init__()
        self.problem = problem
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{problem.severity.name.lower()}: {problem.sentence}")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 3, 14, 3)
        row.setSpacing(8)
        mark = QLabel()
        mark.setPixmap(_mark(problem.severity, tokens, self.devicePixelRatioF()))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        row.addLayout(texts, 1)
        for text, look in (
            (escape(problem.sentence), None),
            (escape(problem.detail), "faint"),
            (_link(problem, tokens), "faint"),
        ):
            if not text:
                continue
            label = QLabel(text)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setWordWrap(True)
            label.setProperty("look", look if look else "")
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            texts.addWidget(label)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ask to go to the problem."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.problem)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space ask to go to the problem, Up and Down go to another one."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.chosen.emit(self.problem)
            case Qt.Key.Key_Down:
                self.focusNextChild()
            case Qt.Key.Key_Up:
                self.focusPreviousChild()
            case _:
                super().keyPressEvent(event)


def _mark(severity: Severity, tokens: Tokens, density: float) -> QPixmap:
    match severity:
        case Severity.ERROR:
            return icon_pixmap(Icon.ERROR, tokens.error, ICON_PX, density)
        case Severity.WARNING:
            return icon_pixmap(Icon.WARNING, tokens.negative, ICON_PX, density)
        case Severity.HINT:
            return icon_pixmap(Icon.INFO, tokens.muted, ICON_PX, density)


def _link(problem: Problem, tokens: Tokens) -> str:
    if problem.step is not None:
        text = f"Go to step {problem.step + 1:,}"
    elif problem.span is not None:
        text = f"Go to line {problem.span.line}"
    else:
        return ""
    return f'<span style="color: {tokens.accent}">{text}</span>'
