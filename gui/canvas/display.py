"""Keeps the surface showing the right scene with the right painters: theme, lens, recording, moving groups."""

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

from engine.drawing.drawing import Drawing
from engine.overlay import Overlay
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.canvas.differences import Differences
from gui.canvas.fold_control import Anchor, group_rect
from gui.canvas.lens import Lens, LensScale, Progression, scale_of
from gui.canvas.morph import Morph
from gui.canvas.scene import Scene
from gui.canvas.scene_painter import ScenePainter, Tools
from gui.canvas.surface import Surface
from gui.canvas.valuebook import ValueBook
from gui.theme.tokens import Tokens
from gui.widgets.camera_control import DURATION_MS


class Display(QObject):
    """Builds scenes and painters for one surface; ``compare`` says what the lens of differences compares with."""

    def __init__(
        self,
        surface: Surface,
        tokens: Tokens,
        compare: Callable[[], Differences | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._surface = surface
        self._tokens = tokens
        self._compare = compare
        self._lens = Lens.VALUES
        self._progression = Progression.LOG
        self._book: ValueBook | None = None
        self._tools: Tools | None = None
        self._scene: Scene | None = None
        self._last_step = StepIndex(-1)
        self._lens_scale: LensScale | None = None
        self._morph: Morph | None = None
        self._anchor: Anchor | None = None
        self._clock = QVariantAnimation(self)
        self._clock.setStartValue(0.0)
        self._clock.setEndValue(1.0)
        self._clock.setDuration(DURATION_MS)
        self._clock.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._clock.valueChanged.connect(self._on_morphed)

    @property
    def book(self) -> ValueBook | None:
        """What is known about the values of the recording shown."""
        return self._book

    @property
    def lens(self) -> Lens:
        """The lens that is on."""
        return self._lens

    @property
    def scale(self) -> LensScale | None:
        """The range of the lens, if it tints."""
        return self._lens_scale

    @property
    def progression(self) -> Progression:
        """How the scale of the lens is laid out."""
        return self._progression

    def show_progression(self, progression: Progression) -> None:
        """Lay the scale out otherwise."""
        self._progression = progression
        self.show_lens(self._lens)

    def show_recording(self, recording: Recording | None) -> None:
        """Take numbers from this recording from now on."""
        if self._book is not None and self._book.recording is recording:
            return
        self._book = None if recording is None else ValueBook(recording)
        self._tools = None if self._book is None else Tools(self._tokens, self._book)

    def show_overlay(self, overlay: Overlay | None) -> None:
        """Mark from the next drawing on what only one of two recordings has."""
        if self._book is not None:
            self._book.overlay = overlay

    def show_tokens(self, tokens: Tokens) -> None:
        """Paint in another theme."""
        self._tokens = tokens
        if self._book is not None:
            self._tools = Tools(tokens, self._book)
        self._put(self._scene)

    def show_lens(self, lens: Lens) -> None:
        """Look through another lens."""
        self._lens = lens
        self._measure()
        self._put(self._scene)

    def show_scene(self, scene: Scene | None, last_step: StepIndex, anchor: Anchor | None) -> None:
        """Paint another scene; with an anchor its group stays where it is and the nodes move to their places."""
        old, shown = self._scene, self._surface.scene
        self._clock.stop()
        self._scene, self._last_step, self._anchor = scene, last_step, anchor
        self._measure()
        moves = not self._surface.control.reduces_motion
        if anchor is None or old is None or scene is None or shown is None or not moves:
            self._put(scene)
            self._hold_anchor()
            return
        if not Morph.is_cheap(old.drawing, scene.drawing):
            self._put(scene)
            self._hold_anchor()
            return
        self._morph = Morph(old.drawing, scene.drawing, group_rect(shown, anchor.group))
        self._clock.start()

    def painter_of(self, drawing: Drawing) -> ScenePainter | None:
        """Return what paints a part of the drawing by itself, as everything is painted now."""
        if self._tools is None:
            return None
        return ScenePainter(self._tools, Scene(drawing), self._lens, self._lens_scale)

    def _on_morphed(self, share: object) -> None:
        assert isinstance(share, float)
        if self._morph is not None:
            is_over = share == 1.0
            self._put(self._scene if is_over else Scene(self._morph.at(share)))
            self._hold_anchor()

    def _hold_anchor(self) -> None:
        """Put the group that was clicked back to where it was on the screen."""
        scene = self._surface.scene
        if self._anchor is None or scene is None:
            return
        rect = group_rect(scene, self._anchor.group)
        if rect is not None:
            control = self._surface.control
            control.is_free = True
            control.jump(control.camera.anchored((rect.x, rect.y), self._anchor.at))

    def _measure(self) -> None:
        nodes = () if self._scene is None else self._scene.drawing.nodes
        if self._book is None:
            self._lens_scale = None
            return
        self._book.differences = self._compare() if self._lens is Lens.DIFFERENCE else None
        self._lens_scale = scale_of(self._lens, nodes, self._book, self._last_step, self._progression)

    def _put(self, scene: Scene | None) -> None:
        if scene is None or self._tools is None:
            self._surface.show_scene(None, None, self._tokens, self._lens)
            return
        painter = ScenePainter(self._tools, scene, self._lens, self._lens_scale)
        self._surface.show_scene(scene, painter, self._tokens, self._lens)
