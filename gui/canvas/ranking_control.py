"""Keeps the ranked table in step with lens, drawing, playhead and selection."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from gui.canvas.display import Display
from gui.canvas.fold_control import group_rect
from gui.canvas.pick_control import PickControl
from gui.canvas.ranked_table import RankedTable
from gui.canvas.ranking import NO_RANKING, RankedRow, ranking_of
from gui.canvas.view_control import ViewControl
from gui.model.playhead import Playhead

_PAUSE_MS = 60
"""The table follows when the playhead rests: no frame waits for it."""


class RankingControl(QObject):
    """Fills one table, and goes to what is chosen in it."""

    def __init__(
        self,
        table: RankedTable,
        display: Display,
        picks: PickControl,
        views: ViewControl,
        playhead: Playhead,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._display = display
        self._picks = picks
        self._views = views
        self._playhead = playhead
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(self.refresh)
        table.row_chosen.connect(self._on_row)
        picks.changed.connect(lambda picked: table.mark(picked.selected))

    def refresh_soon(self) -> None:
        """Something has changed that the table shows."""
        if not self._timer.isActive():
            self._timer.start()

    def refresh(self) -> None:
        """Rank anew."""
        self._timer.stop()
        display, scene = self._display, self._picks.scene
        if scene is None or display.book is None or display.scale is None:
            self._table.show_ranking(display.lens, NO_RANKING)
            return
        hidden = self._picks.picked.emphasis(scene).hidden
        step = self._playhead.current
        ranking = ranking_of(scene, display.book, display.lens, display.scale, step, hidden)
        self._table.show_ranking(display.lens, ranking)
        self._table.mark(self._picks.picked.selected)

    def _on_row(self, row: RankedRow) -> None:
        scene = self._picks.scene
        if scene is None:
            return
        indices = frozenset(scene.index_of[key] for key in row.nodes if key in scene.index_of)
        if row.group is None:
            for index in indices:
                self._picks.select(index)
            rect = scene.rect_of(indices)
        else:
            self._picks.select(min(indices, default=None))
            self._picks.show(replace(self._picks.picked, selected=row.nodes))
            rect = group_rect(scene, row.group)
        if rect is not None:
            self._views.fit_rect(rect)
