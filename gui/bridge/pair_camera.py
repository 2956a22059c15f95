"""Two cameras that look at the same part of two drawings, at the same scale."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from engine.compare import Side, Stand
from engine.drawing.drawing import Point
from gui.bridge.correspondence import Correspondence, correspondence
from gui.bridge.pair_match import MATCHED_AT_ONCE, Match
from gui.canvas.framing import Window, is_whole
from gui.canvas.panel import CanvasPanel
from gui.canvas.scene import Scene
from gui.model.side_by_side import SideBySide
from gui.widgets.camera import Camera

_REACH_SHARE = 0.12
"""Of the view: boxes so near the middle decide where the other camera looks."""
_SMALLEST_SHARE = 0.3
"""A drawing that would have to be shrunk by more than this does not shrink the other one: it is shown in part."""


@dataclass(frozen=True, slots=True)
class _Shift:
    """What is added to the place that canvas B looks at while canvas A looks at ``middle``, less and less around it."""

    middle: Point
    by: Point

    def applied(self, place: Point, middle: Point, extent: float, leader: Side) -> Point:
        """Return the place shifted, for the leader looking at ``middle`` with a view that shows ``extent``."""
        at = middle if leader is Side.A else place
        share = math.exp(-math.dist(at, self.middle) / extent) * (1 if leader is Side.A else -1)
        return (place[0] + share * self.by[0], place[1] + share * self.by[1])


class PairCamera:
    """Moves the camera of one canvas as that of the other moves, while ``side`` is on and in step.

    The canvas leads on which a person did something last. What is in the middle of it comes to the middle of the other
    one; but after a step the boxes of that step lie at the same place in both views, the less so the further one looks
    away from there. A drawing that is fitted lets the other be fitted, both at the smaller of their scales.
    """

    def __init__(self, a: CanvasPanel, b: CanvasPanel, side: SideBySide, match: Callable[[], Match]) -> None:
        self._panels = {Side.A: a, Side.B: b}
        self._side = side
        self._match = match
        self._is_busy = False
        self._leader = Side.A
        self._shift: _Shift | None = None
        self._fitted: dict[Side, Camera] = {}
        self._known: tuple[Scene, Scene, Match, Correspondence] | None = None
        for here, panel in self._panels.items():
            panel.surface.control.taken.connect(partial(self.lead, here))
            panel.surface.control.moved.connect(partial(self._on_moved, here))
            panel.surface.resized.connect(self._on_resized)

    def begin(self, stand: Stand | None) -> None:
        """Look at both as if they were new."""
        self._leader = Side.A
        self._fitted.clear()
        for here, panel in self._panels.items():
            scene = panel.surface.scene
            if scene is not None:
                panel.views.show_first(() if stand is None else scene.focus_at(stand.of(here)))
        if stand is not None:
            self.follow(stand)

    def follow(self, stand: Stand) -> None:
        """Both have gone to another row: the box of its step comes to the same place in both views."""
        self._leader = Side.B if stand.waiting is Side.A else Side.A
        other = self._panels[self._leader.other].surface.control
        other.jump(other.camera)  # it glides nowhere of its own accord
        self._shift = None
        if stand.waiting is None:
            self._shift = self._shift_at(stand)
        self._on_moved(self._leader)

    def lead(self, side: Side) -> None:
        """A person does something on this side."""
        if not self._is_busy:
            self._leader = side

    @property
    def leader(self) -> Side:
        """The side on which a person did something last."""
        return self._leader

    def redraw(self) -> None:
        """A drawing has changed: let the other canvas look at what the leading one looks at."""
        self._shift = None
        self._on_moved(self._leader)

    def _on_resized(self) -> None:
        self._fitted.clear()
        self._on_moved(self._leader)

    def _shift_at(self, stand: Stand) -> _Shift | None:
        """How far the boxes of a row are from where the boxes around them say, where the first canvas comes to rest."""
        a, b = (panel.surface for panel in self._panels.values())
        found = self._correspondence()
        if a.scene is None or b.scene is None or found is None:
            return None
        here, there = a.scene.node_for_step(stand.a), b.scene.node_for_step(stand.b)
        if here is None or there is None:
            return None
        target = a.control.target
        width, height = a.view_size()
        middle = target.to_world((width / 2, height / 2))
        (ax, ay), (bx, by) = a.scene.nodes[here].rect.center, b.scene.nodes[there].rect.center
        x, y = found.over(middle, _REACH_SHARE * max(width, height) / target.scale)
        return _Shift(middle, (bx - ax + middle[0] - x, by - ay + middle[1] - y))

    def _on_moved(self, leader: Side) -> None:
        side = self._side
        is_together = side.is_on and side.in_step and not side.is_moving
        if not is_together or self._is_busy or leader is not self._leader:
            return
        control = self._panels[leader].surface.control
        if control.is_free or not self._shows_whole(leader):
            self._align(leader)
        elif control.target != self._fitted.get(leader):
            self._fit(leader)

    def _shows_whole(self, side: Side) -> bool:
        surface = self._panels[side].surface
        if surface.scene is None or not surface.scene.nodes:
            return False
        return is_whole(surface.control.target, surface.scene.drawing.bounds, Window(*surface.view_size()))

    def _align(self, leader: Side) -> None:
        found = self._correspondence()
        if found is None or not len(found):
            return
        here, there = self._panels[leader].surface, self._panels[leader.other].surface
        camera = here.camera
        width, height = here.view_size()
        middle = camera.to_world((width / 2, height / 2))
        reach = _REACH_SHARE * max(width, height) / camera.scale
        place = (found if leader is Side.A else found.turned()).over(middle, reach)
        if self._shift is not None:
            place = self._shift.applied(place, middle, max(width, height) / camera.scale, leader)
        self._is_busy = True
        try:
            wide, high = there.view_size()
            # Built anew: a camera that was fitted may be smaller than one zooms out by hand.
            scale = camera.scale
            there.control.is_free = here.control.is_free
            there.control.jump(Camera(place[0] - wide / 2 / scale, place[1] - high / 2 / scale, scale))
        finally:
            self._is_busy = False

    def _fit(self, leader: Side) -> None:
        self._is_busy = True
        try:
            for panel in self._panels.values():
                panel.fit_all()  # the leader, too: the other view may have been so small that this one was shrunk
            surfaces = {side: panel.surface for side, panel in self._panels.items()}
            scale = min(surface.control.target.scale for surface in surfaces.values())
            if scale < _SMALLEST_SHARE * surfaces[leader].control.target.scale:
                self._fitted[leader] = surfaces[leader].control.target
                self._align(leader)
                return
            for side, surface in surfaces.items():
                target = surface.control.target
                if surface.scene is not None and target.scale > scale:
                    at = target.to_view(surface.scene.drawing.bounds.center)
                    target = target.zoomed(scale / target.scale, at)
                    surface.control.glide(target)
                self._fitted[side] = target
        finally:
            self._is_busy = False

    def _correspondence(self) -> Correspondence | None:
        """Which place is which; None while one of the drawings is still being made."""
        a, b = (panel.surface.scene for panel in self._panels.values())
        match = self._match()
        if a is None or b is None or not all(_is_up_to_date(panel) for panel in self._panels.values()):
            return None
        if match.scenes is not None and match.scenes[0] is a and match.scenes[1] is b:
            return match.places
        if len(match.forward) > MATCHED_AT_ONCE:
            return None  # it is being found for these scenes
        if self._known is None or self._known[0] is not a or self._known[1] is not b or self._known[2] is not match:
            self._known = (a, b, match, correspondence(a, b, match.forward))
        return self._known[3]


def _is_up_to_date(panel: CanvasPanel) -> bool:
    """Whether a canvas shows the graph that it shall show, and not the one before while that is laid out."""
    view, scene = panel.current_view(), panel.surface.scene
    return view is not None and scene is not None and len(view.nodes) == len(scene.nodes)
