"""Two canvases beside each other, in step: what is done on one is done on the other where it has the same boxes."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject

from engine.compare import Side
from engine.graph import Folding
from engine.graph.view import NodeKey, NodeKind, ViewGraph
from engine.trace.facts import Role
from gui.bridge.pair_camera import PairCamera
from gui.bridge.pair_match import NO_MATCH, Match, Matcher, Question, Twins
from gui.canvas.panel import CanvasPanel
from gui.canvas.pick_control import PickControl
from gui.canvas.picked import Picked
from gui.model.compared import Compared
from gui.model.selection import NOTHING, Origin, Selected, Selection
from gui.model.side_by_side import SideBySide


class CanvasPair(QObject):
    """Keeps folding, camera, and what is picked of two canvases together while ``side`` is on and in step.

    Args:
        a: The canvas of the recording shown.
        b: The canvas of what it is compared with.
        side: The models of both.
        selection: What is selected in the window.
    """

    def __init__(self, a: CanvasPanel, b: CanvasPanel, side: SideBySide, selection: Selection) -> None:
        super().__init__(a)
        self._panels = {Side.A: a, Side.B: b}
        self._side = side
        self._selection = selection
        self._match = NO_MATCH
        self._matched: Compared | None = None
        """What ``_match`` is about."""
        self._matcher = Matcher(self)
        self._matcher.matched.connect(self._on_matched)
        self._folded: dict[Side, Folding] = {}
        self._is_passing = False
        self._camera = PairCamera(a, b, side, lambda: self._match)
        for here, panel in self._panels.items():
            panel.drawn.connect(partial(self._on_drawn, here))
            panel.picks.changed.connect(partial(self._on_picked, here))
        a.lens_changed.connect(lambda _lens: self._pass_lens())
        side.stood.connect(self._camera.follow)

    def begin(self) -> None:
        """Both have just been put beside each other, or in step again: the second comes to where the first is."""
        self._pass_lens()
        if self._side.in_step:
            self._folded.clear()
            self._on_drawn(Side.A)
            self._camera.begin(self._side.stand)

    def _pass_lens(self) -> None:
        a, b = self._panels[Side.A], self._panels[Side.B]
        b.set_progression(a.progression)
        b.set_lens(a.lens)
        if b.surface.shows_minimap != a.surface.shows_minimap:
            b.toggle_minimap()

    def _is_in_step(self) -> bool:
        return self._side.is_on and self._side.in_step

    # Folding

    def _on_drawn(self, here: Side) -> None:
        if not self._side.is_on:
            return
        panel, other = self._panels[here], self._panels[here.other]
        folding, view = panel.view_state.folding, panel.current_view()
        if self._side.in_step and view is not None and folding != self._folded.get(here):
            self._folded[here] = folding
            self._camera.lead(here)
            self._fold(other, here.other, folding, view)
        self._ask()

    def _on_matched(self, match: Match) -> None:
        self._match, self._matched = match, self._side.compared
        if not self._side.is_on:
            return
        self._search(self._panels[Side.B].picks, self._panels[Side.A].picks.picked.query)
        if self._side.in_step:
            leader = self._camera.leader
            self._pass_picked(leader, self._panels[leader].picks.picked)
            self._camera.redraw()

    def _fold(self, panel: CanvasPanel, side: Side, folding: Folding, like: ViewGraph) -> None:
        """Let a canvas show the same groups open as a view of the other one; a layout for nothing is spared."""
        own, view, wanted = panel.view_state.folding, panel.current_view(), as_drawn(folding, like)
        if view is not None and is_alike(own, folding) and agrees(as_drawn(own, view), wanted):
            self._folded[side] = own
            return
        self._folded[side] = wanted
        panel.restore(replace(panel.view_state, folding=wanted))

    def _ask(self) -> None:
        """Find out which box is which; what was known of the same two recordings serves until then."""
        a, b = (panel.current_view() for panel in self._panels.values())
        compared, partners = self._side.compared, self._side.partners
        if self._matched is not compared:
            self._match = NO_MATCH
        if a is None or b is None or compared is None or compared.comparison is None or partners is None:
            self._matcher.ask(None)
            return
        here, there = (panel.surface.scene for panel in self._panels.values())
        scenes = None if here is None or there is None else (here, there)
        self._matcher.ask(Question(a=a, b=b, comparison=compared.comparison, partners=partners, scenes=scenes))

    def _twins(self, here: Side) -> Twins:
        """For boxes of one side those of the other."""
        return self._match.forward if here is Side.A else self._match.back

    # What is picked

    def _on_picked(self, here: Side, picked: Picked) -> None:
        if self._is_passing or not self._side.is_on:
            return
        other = self._panels[here.other].picks
        self._search(other, picked.query)
        if not self._is_in_step():
            return
        self._camera.lead(here)
        self._pass_picked(here, picked)

    def _search(self, picks: PickControl, query: str) -> None:
        """Mark on the other side what is found there: it has boxes that this one has not."""
        if picks.picked.query == query:
            return
        self._is_passing = True
        try:
            picks.search(query)
        finally:
            self._is_passing = False

    def _pass_picked(self, here: Side, picked: Picked) -> None:
        self._is_passing = True
        try:
            other = self._panels[here.other].picks
            other.show(_over(picked, other.picked, self._twins(here), self._twins(here.other)))
            if here is Side.B:
                self._select_in_window()
        finally:
            self._is_passing = False

    def _select_in_window(self) -> None:
        """The window tells of what was picked on the second canvas as it is in the recording shown."""
        picks = self._panels[Side.A].picks
        key = next(iter(picks.picked.selected), None)
        if key is None:
            if self._selection.current.node is not None:
                self._selection.select(replace(NOTHING, origin=Origin.CANVAS))
            return
        scene = picks.scene
        if scene is None or key not in scene.index_of or self._selection.current.node in picks.picked.selected:
            return
        node = scene.nodes[scene.index_of[key]].node
        last = node.last_step if node.main_step is None else None
        self._selection.select(
            Selected(node=key, step=node.about, value=node.value, origin=Origin.CANVAS, last_step=last)
        )


def as_drawn(folding: Folding, view: ViewGraph) -> Folding:
    """Return the folding that opens exactly what a view shows open, whatever else there is.

    What is open by itself depends on the size of a graph; two graphs of nearly the same size shall not differ in it.
    """
    opened = frozenset(group.key for group in view.groups)
    closed = frozenset(node.stands_for for node in view.nodes if node.stands_for is not None and node.mirrors is None)
    shows = any(node.kind is NodeKind.LEAF and node.role is Role.PARAMETER for node in view.nodes)
    return replace(
        folding,
        opened=opened,
        closed=closed - opened,
        toggled=frozenset(),
        show_parameters=shows if folding.show_parameters is None else folding.show_parameters,
    )


def is_alike(one: Folding, other: Folding) -> bool:
    """Whether two foldings follow the same rule, single groups apart."""
    return (one.level, one.executed) == (other.level, other.executed)


def agrees(drawn: Folding, wanted: Folding) -> bool:
    """Whether what a view shows (see ``as_drawn``) contradicts what is wanted in no group that it knows."""
    contradicts = (drawn.opened & wanted.closed) | (drawn.closed & wanted.opened)
    return not contradicts and drawn.show_parameters == wanted.show_parameters


def _over(picked: Picked, there: Picked, twin_of: Twins, known: Collection[NodeKey]) -> Picked:
    """Return the same on the other canvas; what only that one has stays hidden there if it is."""

    def over(keys: frozenset[NodeKey]) -> frozenset[NodeKey]:
        return frozenset(twin_of[key] for key in keys if key in twin_of)

    return replace(
        there,
        selected=over(picked.selected),
        hovered=None if picked.hovered is None else twin_of.get(picked.hovered),
        traced=None if picked.traced is None else over(picked.traced),
        traced_from=over(picked.traced_from),
        hops=picked.hops,
        hidden=over(picked.hidden) | frozenset(key for key in there.hidden if key not in known),
        focus=picked.focus,
    )
