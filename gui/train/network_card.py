"""The network: alive with what its units answer, as a canvas to build it on, or as the program that trains it."""

from collections.abc import Callable, Sequence
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.network.parse import parse_network
from engine.network.templates import Template
from engine.training.plan import TrainingPlan
from gui.model.training_columns import Column, columns_of, columns_told
from gui.model.training_plan import PlanModel
from gui.model.training_run import TrainingRun
from gui.model.training_sentences import OF_PROGRAM
from gui.theme.tokens import Tokens
from gui.train.element_part import ElementPart
from gui.train.network_scene import Unit, scene_of
from gui.train.network_told import Told, told_of
from gui.train.network_view import NetworkView
from gui.train.script_view import ScriptView
from gui.widgets.elided_label import ElidedLabel

HINT = (
    "A tile is what that unit answers across the plane; a line is a weight: blue positive, orange negative. "
    "Click either."
)
MAPS = "Each tile is what that unit makes of the first picture of the batch: blue positive, orange negative."
BY_PLACE = "A tile is what that unit gives from place to place of the first sequence; a line is a weight. Click either."
WEIGHTS = "A line is a weight: blue positive, orange negative, width its size. Click one to change it."
NOT_A_PLANE = "These samples lie in no plane, so the tiles stay empty. A line is a weight: click one to change it."
OTHER = "This is the network of {}, not the one on the canvas."
KEPT = "What the units answered was not kept with this run: the tiles stay empty."
TYPED = "The layers of the program appear here as soon as it has trained a little."


_SOON = 20
"""Iterations within which the first pictures come."""
_PLANAR = (1, 2)
"""Inputs that a plane, or a line, shows."""


class Face(Enum):
    """What the card shows."""

    LIVE = "Live"
    CANVAS = "Canvas"
    CODE = "Code"


_TIPS = {
    Face.LIVE: "What each unit answers",
    Face.CANVAS: "Build the network from layers",
    Face.CODE: "The program that trains",
}


class NetworkCard(QWidget):
    """Shows one face at a time; templates open a menu.

    Attributes:
        elements: Weights under the mouse, and the card on which they are changed.

    Signals:
        picked: A ``Unit`` was clicked, or None.
        template_wanted: A ``Template`` was chosen.
        program_wanted: The program shall be opened in the Explore workspace.
    """

    picked = Signal(object)
    template_wanted = Signal(object)
    program_wanted = Signal(str)

    def __init__(self, plan: PlanModel, tokens: Tokens, write: Callable[[], str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("trainCanvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._plan = plan
        self._write = write
        self._run: TrainingRun | None = None
        self._shown: tuple[object, ...] = ()
        self._drawn: object = None
        self._is_edited = False
        self._network = plan.plan.network
        self._parsed: tuple[str, tuple[Column, ...]] = ("", ())
        self._make_canvas: Callable[[], QWidget] = QWidget
        self._facts = ""
        self._note = ElidedLabel("", self)
        self._note.setProperty("look", "muted")
        self.view = NetworkView(tokens, self)
        self.view.picked.connect(self.picked)
        # Not within the event: the scene sets the width of the view.
        self.view.room_changed.connect(self._on_room, Qt.ConnectionType.QueuedConnection)
        self.elements = ElementPart(self.view, self)
        self.script = ScriptView(tokens, self)
        self._hint = QLabel(HINT, self)
        self._hint.setProperty("look", "faint")
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages: dict[Face, QWidget] = {Face.LIVE: self._live_page(), Face.CODE: self._code_page()}
        self._stack = QStackedWidget(self)
        for page in self._pages.values():
            self._stack.addWidget(page)
        self.templates = QMenu(self)
        self.templates.setToolTipsVisible(True)
        self.faces = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._head())
        layout.addWidget(self._stack, 1)
        plan.changed.connect(self._on_plan)
        self.show_face(Face.LIVE)

    @property
    def face(self) -> Face:
        """What is shown."""
        return next(face for face, page in self._pages.items() if page is self._stack.currentWidget())

    def put_canvas(self, make: Callable[[], QWidget]) -> None:
        """Say how the canvas is made on which networks are built; it is made when it is shown first."""
        self._make_canvas = make
        self._button(Face.CANVAS).show()

    def show_face(self, face: Face) -> None:
        """Show something else."""
        if face is Face.CANVAS and face not in self._pages:
            self._pages[face] = self._make_canvas()
            self._stack.addWidget(self._pages[face])
        self._stack.setCurrentWidget(self._pages[face])
        self._button(face).setChecked(True)
        self._say()
        self._refresh_code()

    def show_facts(self, text: str) -> None:
        """Say how large the network on the canvas is."""
        self._facts = text
        self._say()

    @property
    def note(self) -> str:
        """What stands beside the heading."""
        return self._note.whole_text

    def _say(self) -> None:
        is_typed = self._run is not None and self._run.is_typed and self.face is not Face.CANVAS
        self._note.show_text(OF_PROGRAM if is_typed else self._facts)

    def offer_templates(self, templates: Sequence[Template]) -> None:
        """Fill the menu of networks to start from."""
        for template in templates:
            entry = self.templates.addAction(template.title)
            entry.setToolTip(template.summary)
            entry.triggered.connect(lambda _=False, template=template: self.template_wanted.emit(template))

    def refresh(self, run: TrainingRun | None) -> None:
        """Show what is known now."""
        if run is not self._run:
            self._run, self._is_edited = run, False
            self._say()
        if self.face is not Face.LIVE:
            self._refresh_code()
            self.elements.follow(run)
            return
        told = told_of(run)
        columns, batch = self._columns(run, told)
        room = self.view.room
        is_same = len(told.arrays) == len(self._shown) and all(
            new is old for new, old in zip(told.arrays, self._shown, strict=True)
        )
        if not is_same or (columns, batch, room) != self._drawn:
            self._shown, self._drawn = told.arrays, (columns, batch, room)
            self.view.show_scene(scene_of(columns, batch, told, room), TYPED)
        self.elements.follow(run)
        self._hint.setText(self._hint_of(run, told, columns))

    def _on_room(self) -> None:
        self.refresh(self._run)

    def _hint_of(self, run: TrainingRun | None, told: Told, columns: tuple[Column, ...]) -> str:
        if not columns:
            words = ""
        elif told.is_upright:
            words = MAPS
        elif told.is_by_place:
            words = BY_PLACE
        elif told.answers:
            words = HINT
        elif run is not None and run.is_kept:
            words = KEPT
        elif columns and columns[0].sizes:
            words = MAPS
        elif run is not None and run.is_typed and run.iteration >= _SOON:
            words = WEIGHTS
        else:
            is_plane = bool(columns) and columns[0].units in _PLANAR and (run is None or run.iteration < _SOON)
            words = HINT if is_plane else NOT_A_PLANE
        return OTHER.format(run.name) if run is not None and self._is_own(run) else words

    def _is_own(self, run: TrainingRun) -> bool:
        """Return whether the network of a run is drawn although the one on the canvas is another."""
        is_drawn = run.is_alive or not self._is_edited
        return is_drawn and run.plan is not None and run.plan.network != self._plan.plan.network

    def _columns(self, run: TrainingRun | None, told: Told) -> tuple[tuple[Column, ...], int]:
        """Return the columns and the size of a batch: of the run looked at, or else of what would run next."""
        if run is not None and run.is_typed:
            return columns_told(told.answers, told.weights, (2,) if told.sample is None else told.sample.shape), 0
        if run is None or run.plan is None or not self._is_own(run):
            return columns_of(self._plan.network), self._plan.plan.batch_size
        if self._parsed[0] != run.plan.network:
            self._parsed = run.plan.network, columns_of(parse_network(run.plan.network))
        return self._parsed[1], run.plan.batch_size

    def choose(self, unit: Unit | None) -> None:
        """Ring a unit."""
        self.view.choose(None if unit is None else (unit.layer, unit.index))

    def set_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self.view.set_tokens(tokens)
        self.script.set_tokens(tokens)

    def _on_plan(self, plan: TrainingPlan) -> None:
        """Draw what would run next, once it is worked on."""
        if plan.network != self._network:
            self._network, self._is_edited = plan.network, True
        self._refresh_code()

    def _refresh_code(self) -> None:
        if self.face is Face.CODE:
            is_typed = self._run is not None and self._run.is_typed
            self.script.show_text(self._run.source if is_typed and self._run is not None else self._write())

    def _button(self, face: Face) -> QToolButton:
        button = next(button for button in self.faces.buttons() if button.text() == face.value)
        assert isinstance(button, QToolButton)
        return button

    def _head(self) -> QHBoxLayout:
        heading = QLabel("Network", self)
        heading.setProperty("look", "heading")
        head = QHBoxLayout()
        head.setContentsMargins(18, 0, 18, 0)
        head.setSpacing(2)
        head.addWidget(heading)
        head.addSpacing(8)
        head.addWidget(self._note, 1)
        for face in Face:
            button = self._quiet(face.value, _TIPS[face])
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, face=face: self.show_face(face))
            self.faces.addButton(button)
            head.addWidget(button)
            button.setVisible(face in self._pages)
        button = self._quiet("Templates", "Networks to start from")
        button.setMenu(self.templates)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        head.addWidget(button)
        return head

    def _quiet(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setProperty("look", "quiet")
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _live_page(self) -> QWidget:
        page = QWidget(self)
        area = QScrollArea(page)
        area.setWidgetResizable(True)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.view)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
        self.view.setAutoFillBackground(False)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area, 1)
        column.addWidget(self._hint)
        column.setContentsMargins(18, 0, 18, 14)
        return page

    def _code_page(self) -> QWidget:
        page = QWidget(self)
        opener = self._quiet(
            "Open in Explore", "Open this program in the Explore workspace, to run and step through it"
        )
        opener.clicked.connect(lambda: self.program_wanted.emit(self.script.toPlainText()))
        foot = QHBoxLayout()
        foot.addWidget(opener)
        foot.addStretch(1)
        column = QVBoxLayout(page)
        column.setContentsMargins(14, 6, 14, 8)
        column.addWidget(self.script, 1)
        column.addLayout(foot)
        return page
