"""What appears over a node on request: its tooltip and the context menu."""

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QToolTip, QWidget

from gui.canvas.display import Display
from gui.canvas.edge_tip import edge_tip
from gui.canvas.menu import MenuDeeds, build_menu
from gui.canvas.pick_control import PickControl
from gui.canvas.surface import Surface
from gui.canvas.tooltip import tooltip_of
from gui.model.playhead import Playhead


class MenuControl:
    """Shows tooltips and menus of one surface; ``deeds`` is what the entries of the menu do."""

    def __init__(
        self,
        surface: Surface,
        display: Display,
        picks: PickControl,
        playhead: Playhead,
        deeds: Callable[[], MenuDeeds],
        parent: QWidget,
    ) -> None:
        self._surface = surface
        self._display = display
        self._picks = picks
        self._playhead = playhead
        self._deeds = deeds
        self._parent = parent
        surface.tooltip_wanted.connect(self._on_tooltip)
        surface.edge_tooltip_wanted.connect(self._on_edge_tooltip)
        surface.menu_wanted.connect(self._on_menu)

    def _on_tooltip(self, index: int, at: QPoint) -> None:
        scene, book = self._surface.scene, self._display.book
        if scene is not None and book is not None and index < len(scene.nodes):
            step = self._playhead.current
            text = tooltip_of(scene.nodes[index].node, scene.state_of(index, step), book, step)
            QToolTip.showText(at, text, self._surface)

    def _on_edge_tooltip(self, index: int, at: QPoint) -> None:
        scene, book = self._surface.scene, self._display.book
        if scene is not None and book is not None and index < len(scene.edges):
            QToolTip.showText(at, edge_tip(scene, index, book, self._playhead.current), self._surface)

    def _on_menu(self, index: int | None, at: QPoint) -> None:
        scene, book = self._surface.scene, self._display.book
        if scene is None or book is None:
            return
        if index is not None and index not in self._picks.indices:
            self._picks.select(index)
        node = None if index is None else scene.nodes[index].node
        menu = build_menu(self._parent, node, book, self._deeds())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)
