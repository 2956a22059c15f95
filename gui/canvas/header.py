"""The row above the graph: where one is, which iteration, and how much detail."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from engine.graph.labels import short
from engine.graph.levels import Detail, DetailName
from engine.graph.view import GroupKey

HEIGHT_PX = 34
_SLIDER_PX = 74
_LONGEST_NAME = 24
NO_RUN_TIP = "There is nothing to fold yet"


class Header(QWidget):
    """Breadcrumb at the left, iteration chooser and detail slider at the right.

    Signals:
        crumb_clicked: The group of the crumb, or None for the whole program.
        unfilter_requested: The person wants to see again what filters hide.
        iteration_requested: Position of the iteration to go to.
        detail_requested: The folding level asked for.
        hops_requested: How much further the trace shall go, 1 or -1.
        uncompare_requested: The person has seen enough of the recording compared with.
        trace_ended: Nothing shall be dimmed.
    """

    crumb_clicked = Signal(object)
    unfilter_requested = Signal()
    iteration_requested = Signal(object)
    detail_requested = Signal(object)
    hops_requested = Signal(object)
    trace_ended = Signal()
    uncompare_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("canvasHeader")
        self.setFixedHeight(HEIGHT_PX)
        self._position = self._count = 0
        self._crumbs = QHBoxLayout()
        self._crumbs.setSpacing(0)
        self._trace = self._trace_chooser()
        self._iteration = self._iteration_chooser()
        self._slider = self._detail_slider()
        self._hidden = _arrow("", "Show again what filters hide")
        self._hidden.clicked.connect(self.unfilter_requested)
        self._against = _arrow("", "Compare no longer")
        self._against.clicked.connect(self.uncompare_requested)
        self._detail_name = _muted("ops")
        self._detail_name.setMinimumWidth(52)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 14, 0)
        row.setSpacing(8)
        row.addLayout(self._crumbs)
        row.addStretch(1)
        row.addWidget(self._against)
        row.addWidget(self._hidden)
        row.addWidget(self._trace)
        row.addSpacing(12)
        row.addWidget(self._iteration)
        row.addSpacing(12)
        row.addWidget(_muted("Detail"))
        row.addWidget(self._slider)
        row.addWidget(self._detail_name)
        self.show_path(())
        self.show_iteration(0, 0)
        self.show_hidden(0)
        self.show_against(None)
        self.show_detail(Detail(0, 0, DetailName.OPS))

    def _trace_chooser(self) -> QWidget:
        chooser = QWidget(self)
        row = QHBoxLayout(chooser)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        fewer, more, end = _arrow("‹", "Fewer hops  {"), _arrow("›", "More hops  }"), _arrow("×", "End the trace  T")
        self._hops = _muted("")
        fewer.clicked.connect(lambda: self.hops_requested.emit(-1))
        more.clicked.connect(lambda: self.hops_requested.emit(1))
        end.clicked.connect(self.trace_ended)
        for widget in (_muted("Trace"), fewer, self._hops, more, end):
            row.addWidget(widget)
        chooser.hide()
        return chooser

    def show_trace(self, *, is_on: bool, hops: int | None) -> None:
        """Show how far the trace goes (None: all the way); hidden while there is none."""
        self._trace.setVisible(is_on)
        self._hops.setText("all hops" if hops is None else "1 hop" if hops == 1 else f"{hops} hops")

    def _iteration_chooser(self) -> QWidget:
        chooser = QWidget(self)
        row = QHBoxLayout(chooser)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._back = _arrow("‹", "Previous iteration")
        self._next = _arrow("›", "Next iteration")
        self._iteration_name = _muted("")
        self._back.clicked.connect(lambda: self.iteration_requested.emit(self._position - 1))
        self._next.clicked.connect(lambda: self.iteration_requested.emit(self._position + 1))
        for widget in (self._back, self._iteration_name, self._next):
            row.addWidget(widget)
        return chooser

    def _detail_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setFixedWidth(_SLIDER_PX)
        slider.setAccessibleName("Detail")
        slider.valueChanged.connect(self.detail_requested.emit)
        return slider

    def show_path(self, path: tuple[tuple[str, GroupKey], ...], focus: GroupKey | None = None) -> None:
        """Show where one is: the program, then the groups around the selection, outermost first.

        The group that is shown alone is marked.
        """
        while (item := self._crumbs.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        crumbs: list[tuple[str, GroupKey | None]] = [("program", None), *path]
        for position, (name, key) in enumerate(crumbs):
            if position:
                self._crumbs.addWidget(_muted("›"))
            button = QToolButton(self)
            button.setText(f"◎ {name}" if key is not None and key == focus else name)
            button.setProperty("look", "quiet")
            font = button.font()
            font.setWeight(QFont.Weight.DemiBold if position == len(crumbs) - 1 and position else QFont.Weight.Normal)
            button.setFont(font)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.setToolTip("Show the whole program" if key is None else f"Show {name}")
            button.clicked.connect(lambda _checked=False, key=key: self.crumb_clicked.emit(key))
            self._crumbs.addWidget(button)

    def show_iteration(self, position: int, count: int) -> None:
        """Show which iteration is drawn; the chooser hides when there is only one."""
        self._position, self._count = position, count
        self._iteration.setVisible(count > 1)
        self._iteration_name.setText(f"iteration {position + 1} of {count}")
        self._back.setEnabled(position > 0)
        self._next.setEnabled(position + 1 < count)

    def show_hidden(self, count: int) -> None:
        """Say how many nodes filters hide; nothing when there are none."""
        self._hidden.setVisible(count > 0)
        self._hidden.setText(f"{count} hidden")

    def show_against(self, name: str | None) -> None:
        """Say what the recording is compared with; nothing without a comparison."""
        self._against.setVisible(name is not None)
        self._against.setText(f"against {short(name or '', _LONGEST_NAME)}  ×")

    def show_detail(self, detail: Detail) -> None:
        """Show how detailed the picture is; without anything to fold there is nothing to choose."""
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, max(1, detail.deepest))
            self._slider.setValue(detail.position if detail.deepest else 1)
        self._slider.setEnabled(detail.deepest > 0)
        self._slider.setToolTip("From the whole program as one box to every op" if detail.deepest else NO_RUN_TIP)
        self._detail_name.setText(detail.name.value)


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("look", "muted")
    return label


def _arrow(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setProperty("look", "quiet")
    return button
