"""What the network answers over the plane, or what is told of it where the data is no plane; and three numbers."""

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from engine.trace.numbers import number_text
from gui.model.training_data import DataLook
from gui.model.training_run import Phase, TrainingRun
from gui.model.training_sentences import run_loss_text
from gui.theme.stylesheet import CONTROL_PX
from gui.theme.tokens import Tokens
from gui.train.inner_view import InnerView, inner_of
from gui.train.network_scene import Unit
from gui.train.network_view import unit_text
from gui.train.plane_view import PlaneView
from gui.train.points import is_drawable, plane_around

TITLE = "Decision boundary"
CURVE, SURFACE = "The curve as learned", "The surface as learned"
INSIDE = "Inside the network"
NOTHING_YET = "Press Play: the plane takes the colour of what the network answers at each place."
NO_PLANE_YET = "Press Play: what the layers of the network make of a sample is shown here."
TYPED = "The plane is drawn as soon as the program has trained a little, if its network takes two numbers a sample."
NONE_TYPED = "There is no plane to draw: {} The numbers below and the charts tell how it goes."
NO_PLANE = (
    "This data has more than two inputs, so there is no plane to draw. "
    "The numbers below and the charts tell how it goes."
)
_STATS = (("accuracy", "accuracy"), ("validation loss", "validation loss"), ("loss", "loss"))
_LOST = ("NaN", "∞")
_SHARES = frozenset({"accuracy"})

KEPT = "This run is of an earlier session: its curves and marks were kept, its pictures were not."


class BoundaryCard(QWidget):
    """The plane above, three numbers below.

    Signals:
        released: The unit that is shown in place of the boundary shall go.
    """

    released = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("trainPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._run: TrainingRun | None = None
        self._look: DataLook | None = None
        self._unit: Unit | None = None
        self._title = QLabel(TITLE, self)
        self._title.setProperty("look", "heading")
        self._title.setMinimumHeight(CONTROL_PX)
        self.shows_train = self._switch("train", "Show the samples that are trained on", is_on=True)
        self.shows_validation = self._switch("validation", "Show the samples that are kept for validation", is_on=False)
        self._back = QToolButton(self)
        self._back.setText("boundary")
        self._back.setProperty("look", "quiet")
        self._back.setToolTip("Show the decision boundary again")
        self._back.clicked.connect(self.released)
        self._grid = QLabel(self)
        self._grid.setProperty("look", "muted")
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self._title)
        head.addSpacing(6)
        for widget in (self.shows_train, self.shows_validation, self._back):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self._grid)
        self.view = PlaneView(tokens, self)
        self._numbers: dict[str, QLabel] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 8, 18, 10)
        layout.setSpacing(8)
        layout.addLayout(head)
        self.inner = InnerView(tokens, self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.inner)
        layout.addWidget(self._stack, 1)
        layout.addLayout(self._make_numbers())
        self.refresh(None, None)

    def refresh(self, run: TrainingRun | None, look: DataLook | None) -> None:
        """Show what is known now; before anything is trained on, the data as it was looked at."""
        self._run, self._look = run, look
        unit = self._unit
        answers = None
        if run is not None:
            answers = run.picture("boundary")
            if unit is not None:
                units = run.picture(f"unit/{unit.layer}")
                answers = units[unit.index][:, :, None] if units is not None and unit.index < len(units) else None
        told = run if run is not None else look
        train = told.picture("data/train") if told is not None else None
        rest = told.picture("data/validation") if told is not None else None
        planar = [samples for samples, switch in ((train, self.shows_train), (rest, self.shows_validation))
                  if samples is not None and is_drawable(samples) and switch.isChecked()]  # fmt: skip
        plane = run.plane if run is not None and run.plane is not None else plane_around(train)
        self.view.show_samples(tuple(planar))
        is_far = train is not None and not is_drawable(train)
        is_elsewhere = run is None and look is not None and look.answer.train > 0 and not is_drawable(train)
        words = "" if run is None and is_drawable(train) else self._words(run, is_elsewhere or is_far)
        self.view.show_answers(answers, plane, words)
        inner = inner_of(run)
        is_inner = answers is None and not inner.is_empty
        self._stack.setCurrentWidget(self.inner if is_inner else self.view)
        if is_inner:
            self.inner.show_inner(inner)
        for switch in (self.shows_train, self.shows_validation):
            switch.setVisible(not (is_inner or is_elsewhere))
        self._grid.setText(f"grid {answers.shape[1]}" if answers is not None else "")
        self._back.setVisible(unit is not None)
        title = INSIDE if is_inner or is_elsewhere else _title_of(run, look)
        self._title.setText(title if unit is None else _unit_title(unit))
        self._refresh_numbers(run)

    def show_unit(self, unit: Unit | None) -> None:
        """Show what one unit answers in place of the boundary."""
        self._unit = unit
        self.refresh(self._run, self._look)

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.view.set_tokens(tokens)
        self.inner.set_tokens(tokens)

    def _words(self, run: TrainingRun | None, is_elsewhere: bool) -> str:  # noqa: FBT001  # one private call
        if run is None:
            return NO_PLANE_YET if is_elsewhere else NOTHING_YET
        if run.phase is Phase.FAILED and run.outcome is not None:
            return f"The run failed, so there is nothing to draw.\n\n{run.end_text}"
        if run.is_kept:
            return KEPT
        if run.is_typed:
            return NONE_TYPED.format(run.no_plane) if run.no_plane else TYPED
        return NO_PLANE if is_elsewhere or (run.iteration > 20 and run.picture("boundary") is None) else NOTHING_YET

    def _refresh_numbers(self, run: TrainingRun | None) -> None:
        for _title, name in _STATS:
            number = math.nan
            if run is not None:
                number = run.loss if name == "loss" else run.curves.last(name)
            is_lost = run is not None and name == "loss" and run_loss_text(run) in _LOST
            self._numbers[name].setText(run_loss_text(run) if is_lost and run is not None else _stat_text(name, number))

    def _switch(self, text: str, tip: str, *, is_on: bool) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setCheckable(True)
        button.setChecked(is_on)
        button.setProperty("look", "quiet")
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.toggled.connect(lambda _checked: self.refresh(self._run, self._look))
        return button

    def _make_numbers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        for title, name in _STATS:
            column = QVBoxLayout()
            column.setSpacing(0)
            label = QLabel(title, self)
            label.setProperty("look", "muted")
            number = QLabel("–", self)
            number.setProperty("look", "figure")
            number.setAccessibleName(title)
            self._numbers[name] = number
            column.addWidget(label)
            column.addWidget(number)
            row.addLayout(column, 1)
        return row


def _title_of(run: TrainingRun | None, look: DataLook | None) -> str:
    """Return what the picture is called: a network that tells numbers has no decisions."""
    answers = run.picture("boundary") if run is not None else None
    if run is None or answers is None:
        train = look.picture("data/train") if run is None and look is not None else None
        if train is None or look is None or look.answer.counts:
            return TITLE
        return CURVE if train.shape[1] == 2 else SURFACE
    if answers.shape[0] == 1:
        return CURVE
    is_number = answers.shape[2] == 1 and math.isnan(run.curves.last("accuracy"))
    return SURFACE if is_number else TITLE


def _unit_title(unit: Unit) -> str:
    text = unit_text(Unit(layer=unit.layer, index=unit.index))
    return text[:1].upper() + text[1:]


def _stat_text(name: str, number: float) -> str:
    if math.isnan(number):
        return "–"
    return f"{100 * number:.1f}%" if name in _SHARES else number_text(number, 3)
