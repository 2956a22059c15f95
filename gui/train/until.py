"""The question how far to train."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from engine.training.commands import Play

_WIDTH_PX = 250


class UntilPopup(QWidget):
    """Small fields that may be empty; Enter begins.

    Signals:
        wanted: A ``Play``.
    """

    wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH_PX)
        self.epochs = self._field("10", "epochs")
        self.batches = self._field("", "batches")
        self.loss = self._field("", "0.1")
        self.on_nan = QCheckBox("stop at NaN or infinity", self)
        self.on_nan.setChecked(True)
        self._trouble = QLabel(self)
        self._trouble.setWordWrap(True)
        self._trouble.setProperty("look", "error")
        self._trouble.hide()
        self.go = QPushButton("Train", self)
        self.go.setProperty("look", "accent")
        self.go.clicked.connect(self._finish)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.addRow("further epochs", self.epochs)
        form.addRow("further batches", self.batches)
        form.addRow("loss below", self.loss)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addLayout(form)
        column.addWidget(self.on_nan)
        column.addWidget(self._trouble)
        column.addWidget(self.go)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter begins."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
            return
        super().keyPressEvent(event)

    def _field(self, text: str, name: str) -> QLineEdit:
        field = QLineEdit(text, self)
        field.setPlaceholderText("any")
        field.setAccessibleName(name)
        return field

    def _finish(self) -> None:
        try:
            play = Play(
                epochs=_whole(self.epochs.text(), "epochs"),
                iterations=_whole(self.batches.text(), "batches"),
                loss_below=_number(self.loss.text()),
                on_nan=self.on_nan.isChecked(),
            )
        except ValueError as error:
            self._trouble.setText(str(error))
            self._trouble.show()
            self.adjustSize()
            return
        self._trouble.hide()
        self.hide()
        self.wanted.emit(play)


def _whole(text: str, name: str) -> int | None:
    plain = text.strip()
    if not plain:
        return None
    if not plain.isdecimal() or int(plain) < 1:
        raise ValueError(f"The number of {name} must be a whole number from 1 on.")
    return int(plain)


def _number(text: str) -> float | None:
    plain = text.strip()
    try:
        return float(plain) if plain else None
    except ValueError:
        raise ValueError(f"“{plain}” is not a number.") from None
