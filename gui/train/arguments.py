"""The arguments of a loss, an optimizer or a schedule, as torch has them, to be typed."""

import ast
from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from engine.network.catalogue import Parameter, ParameterKind
from engine.network.network import Setting
from engine.training.plan import Choice
from gui.model.training_choices import kind_of

_WIDTH_PX = 320
_MOST_PX = 420


class ArgumentsPopup(QWidget):
    """One field an argument; an empty one leaves torch's own value, which stands in it in grey."""

    def __init__(self, choice: Choice, done: Callable[[Choice], None], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH_PX)
        self._choice = choice
        self._done = done
        kind = kind_of(choice)
        self._parameters = kind.parameters if kind is not None else ()
        self.fields: dict[str, QLineEdit] = {}
        self._trouble = QLabel(self)
        self._trouble.setWordWrap(True)
        self._trouble.setProperty("look", "error")
        self._trouble.hide()
        self.use = QPushButton("Use", self)
        self.use.setProperty("look", "accent")
        self.use.clicked.connect(self._finish)
        self._place(kind.summary if kind is not None else "")

    def _place(self, summary: str) -> None:
        title = QLabel(self._choice.name, self)
        title.setProperty("look", "heading")
        told = QLabel(summary, self)
        told.setWordWrap(True)
        told.setProperty("look", "faint")
        told.setVisible(bool(summary))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        for widget in (title, told, self._make_fields(), self._trouble, self.use):
            column.addWidget(widget)

    def _make_fields(self) -> QScrollArea:
        given = {setting.name: setting.text for setting in self._choice.settings}
        body = QWidget(self)
        form = QFormLayout(body)
        form.setContentsMargins(0, 0, 6, 0)
        form.setVerticalSpacing(6)
        for parameter in self._parameters:
            field = QLineEdit(given.get(parameter.name, ""), body)
            field.setPlaceholderText(parameter.default or "must be given")
            field.setAccessibleName(parameter.name)
            field.setToolTip(_hint(parameter))
            self.fields[parameter.name] = field
            form.addRow(parameter.name, field)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setWidget(body)
        area.setMaximumHeight(_MOST_PX)
        area.setMinimumHeight(min(_MOST_PX, body.sizeHint().height() + 4))
        return area

    def open_below(self, widget: QWidget) -> None:
        """Show it below a widget, within the screen."""
        self.adjustSize()
        at = widget.mapToGlobal(QPoint(0, widget.height() + 2))
        room = widget.screen().availableGeometry()
        x = max(room.left(), min(at.x(), room.right() - self.width()))
        self.move(x, max(room.top(), min(at.y(), room.bottom() - self.height())))
        self.show()
        first = next(iter(self.fields.values()), None)
        if first is not None:
            first.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes what was typed."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
            return
        super().keyPressEvent(event)

    def _finish(self) -> None:
        settings = []
        for parameter in self._parameters:
            text = _literal(parameter, self.fields[parameter.name].text().strip())
            trouble = _trouble(parameter, text)
            if trouble:
                self._trouble.setText(trouble)
                self._trouble.show()
                self.fields[parameter.name].setFocus()
                return
            if text:
                settings.append(Setting(parameter.name, text))
        self.close()
        self._done(Choice(self._choice.name, tuple(settings)))


def _literal(parameter: Parameter, text: str) -> str:
    """Return a text as Python writes it: the word of a choice may be typed without quotes."""
    return repr(text) if text in parameter.choices else text


def _hint(parameter: Parameter) -> str:
    if parameter.choices:
        return f"One of {', '.join(parameter.choices)}."
    return {
        ParameterKind.BOOL: "True or False.",
        ParameterKind.PAIR: "Numbers in parentheses, e.g. (0.9, 0.999).",
        ParameterKind.SHAPE: "Numbers in brackets, e.g. [50, 80].",
    }.get(parameter.kind, "A number.")


def _trouble(parameter: Parameter, text: str) -> str:
    """Return why a text cannot be taken; empty when it can."""
    if not text:
        return f"{parameter.name} must be given." if parameter.default is None and parameter.name != "T_max" else ""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return f"{parameter.name} cannot be “{text}”. {_hint(parameter)}"
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    is_right = {
        ParameterKind.BOOL: isinstance(value, bool),
        ParameterKind.INT: isinstance(value, int) and not isinstance(value, bool),
        ParameterKind.FLOAT: is_number,
        ParameterKind.PAIR: is_number or isinstance(value, (tuple, list)),
        ParameterKind.SHAPE: isinstance(value, (tuple, list)),
        ParameterKind.CHOICE: not parameter.choices or value in parameter.choices,
    }[parameter.kind]
    return "" if is_right or value is None else f"{parameter.name} cannot be “{text}”. {_hint(parameter)}"
