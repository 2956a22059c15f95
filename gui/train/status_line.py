"""The line at the bottom of the Train workspace."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from engine.training.facts import SampleReason
from gui.model.training_run import TrainingRun
from gui.theme.stylesheet import STATUS_BAR_PX
from gui.widgets.elided_label import ElidedLabel

_MOST_OFFERED = 8
"""Of those that were asked for or alerted, and of the others: a click on the chart reaches all."""


class StatusLine(QWidget):
    """What goes on, and the iterations that were kept whole.

    Signals:
        iteration_wanted: The number of a kept iteration that shall be opened.
    """

    iteration_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(STATUS_BAR_PX)
        self._run: TrainingRun | None = None
        self._text = ElidedLabel("", self)
        self.kept_menu = QMenu(self)
        self.kept_menu.aboutToShow.connect(self._fill)
        self.kept = QToolButton(self)
        self.kept.setText("kept iterations")
        self.kept.setProperty("look", "status")
        self.kept.setToolTip("Open an iteration that was kept whole in the Explore workspace")
        self.kept.setMenu(self.kept_menu)
        self.kept.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.kept.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.kept.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(15, 0, 15, 0)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.kept)

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.whole_text

    def show_texts(self, text: str, run: TrainingRun | None) -> None:
        """Say something of a run."""
        self._run = run
        self._text.show_text(text)
        self.kept.setVisible(run is not None and bool(run.samples))

    def _fill(self) -> None:
        self.kept_menu.clear()
        samples = self._run.samples if self._run is not None else ()
        special = [sample for sample in samples if sample.reason is not SampleReason.PERIODIC][-_MOST_OFFERED:]
        others = [sample for sample in samples if sample.reason is SampleReason.PERIODIC][-_MOST_OFFERED:]
        for sample in (*reversed(special), *reversed(others)):
            entry = self.kept_menu.addAction(f"Iteration {sample.iteration:,}  ·  {sample.reason.value}")
            entry.triggered.connect(lambda _=False, number=sample.iteration: self.iteration_wanted.emit(number))
