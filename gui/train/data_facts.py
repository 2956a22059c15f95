"""What is known of the data below its picture: the split, the classes, and shape and type of a batch."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.model.training_data import DataModel, batch_text, counts_text, split_text, trouble_text
from gui.widgets.elided_label import ElidedLabel


class DataFacts(QWidget):
    """Two lines, and a third one for what is wrong.

    Signals:
        batch_wanted: A batch shall be looked at.
    """

    batch_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.split = ElidedLabel("", self)
        self.split.setProperty("look", "faint")
        self.batch = QPushButton(self)
        self.batch.setProperty("look", "figures")
        self.batch.setToolTip("Look at a batch")
        self.batch.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.batch.setMinimumWidth(1)  # a long shape is cut: it makes no column wider
        self.batch.clicked.connect(self.batch_wanted)
        self.trouble = QLabel(self)
        self.trouble.setProperty("look", "error")
        self.trouble.setWordWrap(True)
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.split)
        column.addWidget(self.batch, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.trouble)

    def show_data(self, data: DataModel, *, has_picture: bool) -> None:
        """Show what is known; what is wrong stands here where the place for the picture is taken."""
        look = data.look
        split, batch, trouble = split_text(look.answer), batch_text(look.answer), trouble_text(look)
        self.split.show_text(split)
        if look.answer.counts:
            self.split.setToolTip(counts_text(look))
        self.batch.setText(f"batch {batch}")
        self.trouble.setText(trouble)
        self.split.setVisible(bool(split))
        self.batch.setVisible(bool(batch))
        self.trouble.setVisible(bool(trouble) and has_picture)
