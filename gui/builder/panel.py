"""The network builder as one panel: header, canvas with what floats above it, settings and source beside it."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QVBoxLayout, QWidget

from engine.network.blocks import members_of
from gui.builder.drops import LayerDrops
from gui.builder.finder import LayerFinder, adding, ways_from
from gui.builder.header import ActionOf, Header
from gui.builder.in_place import InPlace
from gui.builder.offer_card import OfferCard
from gui.builder.palette import Palette, palette_hits
from gui.builder.settings_form import SettingsForm
from gui.builder.source_view import SourceView
from gui.builder.surface import Surface
from gui.model.layer_search import LayerHit
from gui.model.network import NetworkModel
from gui.model.network_blocks import BlockShelf
from gui.model.network_changes import After, Free, OnLink, Where, end_of
from gui.model.network_layout import refolded
from gui.theme.theme import Theme
from gui.theme.tokens import Tokens
from gui.widgets.buttons import rule

SIDE_PX = 380
_FINDER_GAP_PX = 24
_COMPACT_SIDE_PX = 240
_ROOM_FOR_SIDE_PX = 540


class BuilderPanel(QWidget):
    """Builds one network by mouse and keyboard.

    Attributes:
        surface: The canvas.
        palette_strip: Layers to be dragged onto the canvas.
        finder: The field in which layers are found.
        in_place: Edits on the boxes themselves.
        card: Says what does not fit, and offers what would help.
        form: The settings of what is selected.
        source: The network as text.
        side: Settings and source.

    A compact panel has neither header nor source; a narrow one has no settings beside the canvas either.
    """

    def __init__(
        self,
        model: NetworkModel,
        shelf: BlockShelf,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        is_compact: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("builderPanel")
        self._is_compact = is_compact
        self.model = model
        self.header = Header(model, self)
        self.shelf = shelf
        self.surface = Surface(model, theme.tokens, self)
        self.in_place = InPlace(self.surface, model)
        self.card = OfferCard(model, theme, self.surface)
        hits = palette_hits()
        self.palette_strip = Palette(hits, self)
        LayerDrops(self.surface, hits)
        self.finder = LayerFinder(model, shelf, theme, self.surface)
        self.form = SettingsForm(model, self)
        self.source = SourceView(model, theme, self)
        self._menu: QMenu | None = None
        self.side = QSplitter(Qt.Orientation.Vertical, self)
        self.columns = QSplitter(Qt.Orientation.Horizontal, self)
        self._arrange()
        self.surface.finder_wanted.connect(self.look_for_layer)
        self.surface.menu_wanted.connect(self._open_menu)
        self.surface.moved.connect(self._on_moved)
        self.surface.fold_wanted.connect(self.fold)
        self.card.changed.connect(self._place_card)
        self.palette_strip.chosen.connect(self._add)
        self.palette_strip.all_wanted.connect(lambda: self.add_after_selection(is_branch=False))
        theme.changed.connect(self._on_theme)

    def use_actions(self, action_of: ActionOf, menu: Sequence[str], templates: Sequence[str]) -> None:
        """Take the actions of the header and those of the right button; an empty id in ``menu`` is a line."""
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        for action_id in menu:
            self._menu.addAction(action_of(action_id)) if action_id else self._menu.addSeparator()
        starts = QMenu(self)
        starts.setToolTipsVisible(True)
        for action_id in templates:
            starts.addAction(action_of(action_id))
        quiet = ("network.open", "network.undo", "network.redo", "network.tidy")
        self.header.use_actions(action_of, quiet, starts, ("network.train",), "network.use")

    def look_for_layer(self, where: Where, at: QPointF) -> None:
        """Let the person look for a layer to put there; ``at`` is a point of the canvas view."""
        middle = self._middle()
        self.finder.look_for_layer(adding(self.model, where, middle), QPoint(round(at.x()), round(at.y())))

    def fold(self, block: str) -> None:
        """Fold a block to one box, or open it; its nodes are selected."""
        model = self.model
        is_folded = block not in model.network.folded
        model.edit(lambda network: refolded(network, (block,), is_folded=is_folded), moves_only=True)
        model.select(members_of(model.network, block))

    def add_after_selection(self, *, is_branch: bool) -> None:
        """Let the person look for a layer to put after what is selected, or onto the selected wire."""
        model = self.model
        if model.selected_link is not None:
            self.look_for_layer(OnLink(model.selected_link), self._under_selection())
        elif model.selection:
            self.look_for_layer(After(model.selection, is_branch), self._under_selection())
        else:
            self.look_for_layer(self._middle(), QPointF(self.surface.width() / 2, self.surface.height() / 3))

    def _add(self, hit: LayerHit) -> None:
        """Add a layer after what is selected, or else before the output."""
        model = self.model
        where: Where | None = end_of(model.network)
        if model.selected_link is not None:
            where = OnLink(model.selected_link)
        elif model.selection:
            where = After(model.selection)
        adding(model, where or self._middle(), self._middle())(hit)
        self.surface.setFocus()

    def connect_selection(self) -> None:
        """Let the person look for the input that the selected node shall lead to."""
        at = self._under_selection()
        self.finder.look_for_port(ways_from(self.model), QPoint(round(at.x()), round(at.y())))

    def _under_selection(self) -> QPointF:
        names = self.model.selection
        if not names and self.model.selected_link is not None:
            names = (self.model.selected_link.source,)
        bounds = self.surface.scene.bounds_of(names)
        if bounds is None:
            return QPointF(self.surface.width() / 2, self.surface.height() / 3)
        seen = self.surface.view_rect(bounds)
        return QPointF(seen.x + seen.width / 2, seen.bottom + _FINDER_GAP_PX)

    @property
    def middle(self) -> tuple[float, float]:
        """The point of the canvas in the middle of what is seen."""
        return self.surface.world(QPointF(self.surface.width() / 2, self.surface.height() / 2))

    def _middle(self) -> Free:
        return Free(*self.middle)

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if self._is_compact:
            self._arrange_compactly(layout)
        else:
            self._arrange_widely(layout)
        self.setFocusProxy(self.surface)

    def _arrange_compactly(self, layout: QVBoxLayout) -> None:
        for part in (self.header, self.side, self.columns, self.source):
            part.hide()
        self.form.setFixedWidth(_COMPACT_SIDE_PX)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addLayout(self._canvas_column(), 1)
        body.addWidget(self.form)
        layout.addLayout(body, 1)

    def _arrange_widely(self, layout: QVBoxLayout) -> None:
        self.side.addWidget(self.form)
        self.side.addWidget(self.source)
        self.side.setSizes([300, 460])
        for splitter in (self.side, self.columns):
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
        canvas = QWidget(self)
        canvas.setLayout(self._canvas_column())
        self.columns.addWidget(canvas)
        self.columns.addWidget(self.side)
        self.columns.setStretchFactor(0, 1)
        self.columns.setStretchFactor(1, 0)
        self.columns.setSizes([900, SIDE_PX])
        layout.addWidget(self.header)
        layout.addWidget(rule(self))
        layout.addWidget(self.columns, 1)

    def _canvas_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.surface, 1)
        column.addWidget(rule(self))
        column.addWidget(self.palette_strip)
        return column

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave a narrow place to the canvas."""
        super().resizeEvent(event)
        beside = self.form if self._is_compact else self.side
        beside.setVisible(self.width() >= _ROOM_FOR_SIDE_PX)

    def _on_moved(self) -> None:
        if self.card.isVisible():
            self._place_card()

    def _place_card(self) -> None:
        """Let the card stand where it does not cover the node that it speaks of."""
        node = self.card.node
        bounds = None if node is None else self.surface.scene.bounds_of((node,))
        self.card.place(None if bounds is None else self.surface.view_rect(bounds))

    def _on_theme(self, tokens: Tokens) -> None:
        self.surface.restyle(tokens)

    def _open_menu(self, at: QPoint) -> None:
        if self._menu is not None:
            self._menu.popup(at)
