"""The canvas panel: header, painted graph, and everything that can be asked of it."""

from functools import partial

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.drawing.drawing import Drawing, Rect
from engine.graph.view import GroupKey, ViewGraph
from engine.overlay import Overlay
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.canvas.deeds import deed_table
from gui.canvas.differences import differences_of
from gui.canvas.display import Display
from gui.canvas.filter_control import FilterControl
from gui.canvas.focus_control import FocusControl
from gui.canvas.fold_control import FoldControl, group_rect
from gui.canvas.graph_source import GraphSource
from gui.canvas.header import Header
from gui.canvas.keys import deed_of
from gui.canvas.lens import Lens, Progression
from gui.canvas.menu import MenuDeeds
from gui.canvas.menu_control import MenuControl
from gui.canvas.move_control import MoveControl
from gui.canvas.overlay_control import OverlayControl
from gui.canvas.overlay_legend import overlay_legend_height
from gui.canvas.overlays import DRAWING_TEXT, EMPTY_TEXT, LEGEND_HEIGHT_PX
from gui.canvas.path import group_path, path_of
from gui.canvas.pick_control import PickControl
from gui.canvas.picked import Picked
from gui.canvas.ranked_table import RankedTable
from gui.canvas.ranking_control import RankingControl
from gui.canvas.scene import Scene
from gui.canvas.surface import Surface
from gui.canvas.view_control import ViewControl
from gui.canvas.view_history import ViewHistory
from gui.canvas.view_state import ViewState
from gui.model.document import Document
from gui.model.playhead import Playhead, PlayheadMoved
from gui.model.selection import Selection
from gui.model.sentences import empty_text
from gui.theme.theme import Theme


class CanvasPanel(QWidget):
    """Shows the graph of the iteration under the playhead, and takes commands about it.

    Attributes:
        views: Fitting and zooming.
        folds: Opening and folding groups.
        picks: Selecting, walking, tracing, hiding, searching.
        focuses: Looking at one group alone.
        moves: Dragging nodes elsewhere.
        overlays: The recording compared with, over this one.
        places: Back and forward through what was looked at.
        ranking: The table of what the lens reads, to be placed beside the canvas.

    Signals:
        export_requested: The person wants to export the picture.
        line_requested: The person wants to see a line of the program (counted from 1).
        lens_changed: Another lens is on (``Lens``), or its scale is laid out otherwise.
        drawn: Another drawing is shown.
    """

    export_requested = Signal()
    line_requested = Signal(object)
    lens_changed = Signal(object)
    drawn = Signal()

    def __init__(
        self,
        document: Document,
        playhead: Playhead,
        selection: Selection,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("centre")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._document = document
        self._playhead = playhead
        self._selection = selection
        self._needs_first_view = True
        self._program: str | None = None
        self._focused: GroupKey | None = None
        self.header = Header(self)
        self.surface = Surface(theme.tokens, self)
        self.setFocusProxy(self.surface)
        self._source = GraphSource(document, playhead, self)
        self._display = Display(self.surface, theme.tokens, partial(differences_of, document, self._source), self)
        self.overlays = OverlayControl(document, self._source)
        self.views = ViewControl(self.surface)
        self.folds = FoldControl(self.surface, self._source)
        self.picks = PickControl(self.surface, self.views, document, playhead, selection)
        self.focuses = FocusControl(self.picks, self.folds, self.views)
        self.places = ViewHistory(self.surface, lambda: self.view_state, self.restore)
        self._menus = MenuControl(self.surface, self._display, self.picks, playhead, self._menu_deeds, self)
        unplaced = QWidget(self)  # a table that nobody places is not seen, and goes with the canvas
        unplaced.hide()
        self.ranking = RankedTable(theme, unplaced)
        self._ranks = RankingControl(self.ranking, self._display, self.picks, self.views, playhead, self)
        self.moves = MoveControl(self._source, self.picks, self.surface, self._display, self._try_drawing)
        self.filters = FilterControl(self.surface, self._source, self.picks, self.header)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.surface, 1)
        self._deeds = deed_table(self, playhead)
        self._connect(theme)
        self._source.refresh()

    def _connect(self, theme: Theme) -> None:
        surface, source, header = self.surface, self._source, self.header
        source.drawing_ready.connect(self._on_drawing)
        source.iteration_changed.connect(lambda shown: header.show_iteration(*shown))
        surface.key_pressed.connect(self._on_key)
        surface.double_clicked.connect(self._on_double_clicked)
        surface.resized.connect(self._on_resized)
        surface.node_dragged.connect(lambda index, by, is_done: self.moves.drag(index, by, is_done=is_done))
        header.detail_requested.connect(self.folds.set_level)
        header.iteration_requested.connect(source.go_to)
        header.crumb_clicked.connect(self._on_crumb)
        header.uncompare_requested.connect(lambda: self._document.compare_with(None))
        header.hops_requested.connect(self.picks.trace_hops)
        header.trace_ended.connect(self.picks.end_trace)
        self.picks.changed.connect(self._on_picked)
        self._document.recording_replaced.connect(self._on_recording_replaced)
        self._document.program_replaced.connect(lambda _changed: self._ask_first_view())
        self._document.compared_changed.connect(lambda _compared: self._look_again())
        self._document.settled.connect(lambda _none: self._look_again())
        self._playhead.moved.connect(self._on_moved)
        self._selection.changed.connect(lambda _selected: self._show_path())
        theme.changed.connect(self._display.show_tokens)

    # What commands call

    def current_drawing(self) -> Drawing | None:
        """Return the drawing that is shown, for export."""
        return self._source.drawing

    def current_view(self) -> ViewGraph | None:
        """Return the graph that is shown, for export as text."""
        return self._source.view

    def visible_rect(self) -> Rect:
        """Return the part of the world that is visible."""
        return self.surface.camera.seen(*self.surface.view_size())

    @property
    def view_state(self) -> ViewState:
        """Which groups are open and which nodes are hidden or moved."""
        picked = self.picks.picked
        return ViewState(self._source.folding, picked.hidden, picked.focus, self._source.moves)

    def restore(self, state: ViewState) -> None:
        """Go back to an earlier state of folding, hiding and moving."""
        self.picks.hide_only(state.hidden, state.focus)
        self._source.move(state.moves)
        self._source.fold(state.folding)

    @property
    def lens(self) -> Lens:
        """The lens that is on."""
        return self._display.lens

    def set_lens(self, lens: Lens) -> None:
        """Colour the boxes by something else."""
        if lens is not self._display.lens:
            self._display.show_lens(lens)
            legend_px = 0.0 if lens in (Lens.VALUES, Lens.STRUCTURE) else LEGEND_HEIGHT_PX
            self.views.keep_for_legend(legend_px, self._focus())
            self._ranks.refresh()
            self.lens_changed.emit(lens)

    @property
    def progression(self) -> Progression:
        """How the scale of the lens is laid out."""
        return self._display.progression

    def set_progression(self, progression: Progression) -> None:
        """Lay the scale of the lens out otherwise."""
        self._display.show_progression(progression)
        self._ranks.refresh()
        self.lens_changed.emit(self.lens)

    def set_bottom_inset(self, px: float) -> None:
        """Keep room at the bottom: something stands over the canvas there."""
        self.views.cover(px, self._focus())

    def set_reduces_motion(self, *, reduces: bool) -> None:
        """Jump instead of gliding."""
        self.surface.control.reduces_motion = reduces

    def fit_all(self) -> None:
        """Show the whole graph."""
        self.views.fit_all()

    def fit_selection(self) -> None:
        """Centre the selection (or what happens at the playhead); asked again at once: fit it."""
        indices, scene = self.picks.indices, self.surface.scene
        if not indices and scene is not None:
            current = scene.node_at_playhead(self._playhead.current)
            indices = frozenset() if current is None else frozenset({current})
        self.views.fit_nodes(indices)

    def expand_selection(self) -> None:
        """Open the selected groups."""
        self.folds.expand(self.picks.indices)

    def collapse_selection(self) -> None:
        """Fold the groups around the selection."""
        self.folds.collapse(self.picks.indices)

    def expand_all(self) -> None:
        """Open every group."""
        self.folds.expand_all()

    def collapse_all(self) -> None:
        """Fold every group."""
        self.folds.collapse_all()

    def walk_to_producer(self) -> None:
        """Select where the first input of the selection comes from."""
        self.picks.walk(to_producer=True)

    def walk_to_consumer(self) -> None:
        """Select where the selection's output goes first."""
        self.picks.walk(to_producer=False)

    def trace_selection(self) -> None:
        """Dim what the selection neither comes from nor leads to; again: undim."""
        self.picks.trace()

    def hide_selection(self) -> None:
        """Hide the selected nodes."""
        self.picks.hide()

    def unhide_all(self) -> None:
        """Show hidden nodes again."""
        self.picks.unhide_all()
        self.filters.clear()

    def search(self, text: str) -> int:
        """Mark the nodes that a query finds and return how many there are."""
        return self.picks.search(text)

    def toggle_minimap(self) -> None:
        """Show or hide the overview."""
        self.surface.shows_minimap = not self.surface.shows_minimap
        self.surface.update()

    def flip_direction(self) -> None:
        """Turn the graph from left-to-right to top-down or back."""
        self._source.flip_direction()
        self.views.show_first(self._focus())

    @property
    def overlay(self) -> Overlay | None:
        """How the recording compared with lies over this one, for export."""
        return self._source.overlay

    def copy_image(self) -> None:
        """Put the view as it is, in device pixels, on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.surface.grab_sharp())

    # What happens

    def _on_recording_replaced(self, recording: Recording | None) -> None:
        self.picks.forget()
        self.places.forget()
        if recording is None:
            self._needs_first_view = True

    def _ask_first_view(self) -> None:
        self._needs_first_view = True
        self.surface.control.is_free = False

    def _on_drawing(self, drawing: Drawing | None) -> None:
        self._display.show_recording(self._document.recording)
        self.surface.empty_text = self._empty_text()
        self._see_program()
        overlay = self._source.overlay
        self._display.show_overlay(overlay)
        self.views.keep_at_top(0.0 if overlay is None else overlay_legend_height(overlay, self.surface.width()))
        self.header.show_against(self.overlays.name)
        self._display.show_scene(self._source.scene, self._last_step(), self.folds.take_anchor())
        self.surface.show_step(self._playhead.current)
        self.picks.show_scene()
        self._ranks.refresh_soon()
        self.header.show_detail(self.folds.detail())
        self._show_path()
        if self._needs_first_view:
            self.views.show_first(self._focus())
            self._needs_first_view = drawing is None or not drawing.nodes
        elif not self.surface.control.is_free:
            self.views.show_grown(self._focus())
        self.drawn.emit()

    def _empty_text(self) -> str:
        document = self._document
        return DRAWING_TEXT if self._source.is_busy else empty_text(document.recording, EMPTY_TEXT, document.provenance)

    def _try_drawing(self, drawing: Drawing) -> None:
        """Show nodes on their way, while the mouse holds them."""
        self._display.show_scene(Scene(drawing), self._last_step(), None)
        self.picks.refresh()

    def _last_step(self) -> StepIndex:
        iteration = self._source.iteration
        return StepIndex(-1) if iteration is None else iteration.last_step

    def _see_program(self) -> None:
        """Another text gives another graph, to be seen whole; a view that the person chose stays."""
        recording = self._document.recording
        program = None if recording is None else recording.info.program
        if program != self._program and not self.surface.control.is_free:
            self._needs_first_view = True
        self._program = program

    def _on_moved(self, moved: PlayheadMoved) -> None:
        self.surface.show_step(moved.current)
        self._ranks.refresh_soon()
        self.views.reveal(self._focus())
        self.places.pass_over()

    def _look_again(self) -> None:
        """Numbers came that the lens reads."""
        if self._display.scale is not None:
            self._display.show_lens(self._display.lens)
            self._ranks.refresh_soon()

    def _focus(self) -> tuple[int, ...]:
        """The nodes to look at now, the most important first."""
        scene = self.surface.scene
        return () if scene is None else scene.focus_at(self._playhead.current)

    def _on_resized(self) -> None:
        if not self.surface.control.is_free:
            self.views.show_first(self._focus())

    def _show_path(self) -> None:
        scene = self.surface.scene
        if scene is not None:
            chosen = next(iter(self.picks.picked.selected), None)
            focus = self.focuses.group
            self.header.show_path(path_of(scene, chosen) or group_path(scene, focus), focus)

    def _on_crumb(self, key: GroupKey | None) -> None:
        scene = self.surface.scene
        rect = None if scene is None or key is None else group_rect(scene, key)
        if rect is None or self.focuses.group is not None:
            self.focuses.show(key)
        else:
            self.views.fit_rect(rect)

    def _on_picked(self, picked: Picked) -> None:
        self.header.show_trace(is_on=picked.traced is not None, hops=picked.hops)
        if picked.focus != self._focused:
            self._focused = picked.focus
            self._show_path()

    def _on_double_clicked(self, index: int | None, at: QPointF) -> None:
        scene = self.surface.scene
        if scene is None or self.folds.toggle_at(index, at) or index is None:
            return
        if (step := scene.nodes[index].node.about) is not None:
            self._playhead.seek(step)

    def _on_key(self, event: QKeyEvent) -> None:
        deed = deed_of(event)
        if deed is not None:
            self._deeds[deed]()
            event.accept()

    def _menu_deeds(self) -> MenuDeeds:
        return MenuDeeds(
            trace=self.trace_selection,
            hide=self.hide_selection,
            unhide_all=self.unhide_all,
            forget_moves=self.moves.forget,
            fold=self._fold_or_open,
            fit_all=self.fit_all,
            copy_image=self.copy_image,
            export=self.export_requested.emit,
            go_to_step=self._playhead.seek,
            go_to_line=self.line_requested.emit,
        )

    def _fold_or_open(self) -> None:
        scene = self.surface.scene
        opens = scene is not None and any(scene.nodes[index].node.stands_for for index in self.picks.indices)
        self.expand_selection() if opens else self.collapse_selection()
