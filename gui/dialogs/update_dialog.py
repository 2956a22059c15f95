"""One step of an optimizer, opened: from the gradient to the new value, in numbers; and what others would have done."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.trace.tensors import shape_text
from engine.training.facts import Sample
from engine.training.update_record import NumberType, OptimizerUpdate, ParameterUpdate
from engine.training.xray import Xray, XrayError, alternatives, xray
from gui.dialogs.plain import plain_buttons
from gui.dialogs.update_rows import NumberRows, place_text
from gui.theme.theme import Theme

_SIZE_PX = (880, 760)
_OTHERS = (
    "What would others have done with this gradient? Each of them in its first step, at the same learning rate, with "
    "its other settings as torch has them."
)
_NONE = "None of its parameters could be opened: they found no room, or their numbers are neither real nor dense."
_LEFT_OUT = "  {} more parameters are not opened: they found no room, or their numbers are neither real nor dense."


class UpdateDialog(QDialog):
    """Stands beside the window, for the iterations of one run that were kept whole.

    Args:
        title: Name of the run.
        samples: Its kept iterations whose optimizer step is known, oldest first; at least one.
        iteration: Which of them is shown first.
        theme: Gives the colours.
        parent: The window.
    """

    def __init__(
        self, title: str, samples: Sequence[Sample], iteration: int, theme: Theme, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Optimizer step of {title}")
        self.resize(*_SIZE_PX)
        self._theme = theme
        self._samples = {sample.iteration: sample for sample in samples if sample.update is not None}
        self._headline = QLabel(self)
        self._headline.setProperty("look", "title")
        self._iterations = _chooser(self, "Iteration")
        self._parameters = _chooser(self, "Parameter")
        self._place = QLabel(self)
        self._place.setProperty("look", "muted")
        self._verdict = QLabel(self)
        self._verdict.setWordWrap(True)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._tables: list[NumberRows] = []
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        plain_buttons(self)
        self._lay_out(buttons)
        for number in self._samples:
            self._iterations.addItem(f"iteration {number:,}", number)
        self._iterations.currentIndexChanged.connect(self._show_iteration)
        self._parameters.currentIndexChanged.connect(self._show_parameter)
        self._iterations.setCurrentIndex(max(0, self._iterations.findData(iteration)))
        self._show_iteration()

    @property
    def headline(self) -> str:
        """The sentence at the top."""
        return self._headline.text()

    @property
    def verdict(self) -> str:
        """How the numbers shown agree with torch's."""
        return self._verdict.text()

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        choosers = QHBoxLayout()
        choosers.setSpacing(8)
        for part in (self._iterations, self._parameters, self._place):
            choosers.addWidget(part)
        choosers.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(self._headline)
        layout.addLayout(choosers)
        layout.addWidget(self._verdict)
        layout.addWidget(self._area, 1)
        layout.addWidget(buttons)

    def _update(self) -> OptimizerUpdate:
        update = self._samples[self._iterations.currentData()].update
        assert update is not None
        return update

    def _show_iteration(self) -> None:
        update, wanted = self._update(), self._parameters.currentText()
        self._parameters.blockSignals(True)  # noqa: FBT003 - Qt's own
        self._parameters.clear()
        self._parameters.addItems([one.name for one in update.parameters])
        self._parameters.setCurrentIndex(max(0, self._parameters.findText(wanted)))
        self._parameters.blockSignals(False)  # noqa: FBT003 - as above
        self._show_parameter()

    def _show_parameter(self) -> None:
        update, position = self._update(), self._parameters.currentIndex()
        self._parameters.setVisible(bool(update.parameters))
        if not update.parameters:
            self._headline.setText(update.kind)
            self._verdict.setText(_NONE)
            self._place.clear()
            self._tables = []
            self._area.setWidget(QWidget())
            return
        parameter = update.parameters[position]
        kind = "" if parameter.numbers is NumberType.FLOAT32 else f"  {parameter.numbers.value}"
        self._headline.setText(f"{update.kind}  ·  {parameter.name}  {shape_text(parameter.shape)}{kind}")
        left_out = _LEFT_OUT.format(update.left_out) if update.left_out else ""
        opened, verdict = _opened(update, position)
        self._verdict.setText(f"{verdict}{left_out}")
        self._fill(opened, parameter)

    def _fill(self, opened: Xray | None, parameter: ParameterUpdate) -> None:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 4, 8, 4)
        layout.setSpacing(14)
        self._tables = []
        if opened is not None:
            table = self._table(layout, body)
            for quantity in opened.quantities:
                table.add(quantity.name, quantity.rule, quantity.array)
        heading = QLabel(_OTHERS, body)
        heading.setWordWrap(True)
        heading.setProperty("look", "muted")
        layout.addWidget(heading)
        others = self._table(layout, body)
        for other in alternatives(parameter):
            others.add(other.title, "change", other.change)
        layout.addStretch(1)
        change = parameter.array(parameter.after) - parameter.array(parameter.before)
        self._area.setWidget(body)
        self._pick(int(np.argmax(np.abs(np.nan_to_num(change)))))

    def _table(self, layout: QVBoxLayout, body: QWidget) -> NumberRows:
        table = NumberRows(self._theme.tokens, body)
        table.picked.connect(self._pick)
        layout.addWidget(table, 0, Qt.AlignmentFlag.AlignLeft)
        self._tables.append(table)
        return table

    def _pick(self, element: int) -> None:
        shape = self._update().parameters[self._parameters.currentIndex()].shape
        self._place.setText(f"element {place_text(shape, element)}: click another in any matrix")
        for table in self._tables:
            table.show_element(element)


def _opened(update: OptimizerUpdate, position: int) -> tuple[Xray | None, str]:
    """Return the opened step, and how it agrees with torch's, or why it cannot be opened."""
    try:
        opened = xray(update, position)
    except XrayError as error:
        return None, str(error)
    return opened, f"{'✓' if opened.agreement.holds else '✗'} {opened.agreement.sentence}"


def _chooser(parent: QWidget, name: str) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box
