"""Where what is compared gets its place in the window; ``gui.workbench`` calls these once."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gui.bridge.canvas_pair import CanvasPair
from gui.canvas.panel import CanvasPanel
from gui.commands.action import Action
from gui.commands.book import ActionBook
from gui.compare.split import CompareSplit
from gui.model.document import Document
from gui.model.models import Models
from gui.model.playhead import Playhead
from gui.model.side_by_side import SideBySide
from gui.window.main_window import MainWindow

_KEYS_OF_THE_WINDOW = frozenset(
    {"view.log_scale", "view.overlay", "playback.play", "playback.reverse", "playback.faster", "playback.slower"}
)
"""Besides those of comparisons, of lenses and of help: all other keys of the second canvas are its own."""

Export = Callable[[CanvasPanel, Document, Playhead], None]


class BesideCommands:
    """What is compared, as actions see it; see ``gui.commands.compare_ports.BesidePort``."""

    def __init__(self, side: SideBySide, document: Document) -> None:
        self._side = side
        self._document = document

    @property
    def is_compared(self) -> bool:
        """Whether anything is compared."""
        return self._side.compared is not None

    @property
    def is_on(self) -> bool:
        """Whether both stand beside each other."""
        return self._side.is_on

    def show(self, *, shown: bool) -> None:
        """Put both beside each other, or show one again."""
        self._side.show(shown=shown)

    @property
    def in_step(self) -> bool:
        """Whether both sides move together."""
        return self._side.in_step

    def keep_in_step(self, *, kept: bool) -> None:
        """Let both sides move together, or each alone."""
        self._side.keep_in_step(kept=kept)

    def has_difference(self, direction: int) -> bool:
        """Whether the two differ anywhere in that direction."""
        return self._side.has_difference(direction)

    def go_to_difference(self, direction: int) -> None:
        """Go there."""
        self._side.go_to_difference(direction)

    @property
    def can_compare_iterations(self) -> bool:
        """Whether the recording has more iterations than one."""
        return self._side.pair.count > 1

    def compare_iterations(self) -> None:
        """Compare the iteration at the playhead with the one before it."""
        self._side.pair.compare_neighbour()

    def end(self) -> None:
        """Compare no longer."""
        self._document.compare_with(None)


class ComparePlace:
    """One canvas, or two: the second one and what keeps both in step are made when they are needed first.

    Attributes:
        port: What actions ask.
        split: What stands in the middle of the window.
        other: The second canvas, once it was needed.
    """

    def __init__(
        self, parent: QWidget, models: Models, canvas: CanvasPanel, go_to_line: Callable[[int], None], export: Export
    ) -> None:
        self._models = models
        self._canvas = canvas
        self._go_to_line = go_to_line
        self._export = export
        self.side = SideBySide(models.document, models.playhead)
        self.port = BesideCommands(self.side, models.document)
        self.split = CompareSplit(canvas, self._make_other, self.side, models.document, models.playhead, parent)
        self.other: CanvasPanel | None = None
        self._pair: CanvasPair | None = None
        self._book: ActionBook | None = None
        self._inset_px = 0
        self.split.other_placed.connect(self._begin)
        self.side.changed.connect(self._on_changed)

    def use_book(self, book: ActionBook) -> None:
        """Take the actions from here."""
        self._book = book
        self.split.use_actions(book, self._models.theme)
        self.side.changed.connect(book.refresh_soon)
        self.side.stood.connect(book.refresh_soon)
        self._models.document.compared_changed.connect(book.refresh_soon)

    def set_bottom_inset(self, px: int) -> None:
        """Something stands over the bottom of all that is shown."""
        self._inset_px = px
        self._canvas.set_bottom_inset(px)
        if self.other is not None:
            self.other.set_bottom_inset(px)

    def _make_other(self) -> QWidget:
        models, side, book = self._models, self.side, self._book
        assert book is not None
        other = self.other = CanvasPanel(side.document, side.playhead, side.selection, models.theme)
        other.set_bottom_inset(self._inset_px)
        other.line_requested.connect(self._on_line)
        other.export_requested.connect(lambda: self._export(other, side.document, side.playhead))
        book.install_in(other, _works_on_both)
        self._pair = CanvasPair(self._canvas, other, side, models.selection)
        return other

    def _on_line(self, line: int) -> None:
        here, there = self._models.document.recording, self.side.document.recording
        if here is not None and there is not None and here.info.program == there.info.program:
            self._go_to_line(line)
        else:
            self._models.notices.info(f"That is line {line} of another program than the one in the editor.")

    def _on_changed(self, side: SideBySide) -> None:
        self._canvas.overlays.stand_beside(beside=side.is_on)
        self._begin()

    def _begin(self) -> None:
        if self._pair is not None and self.side.is_on:
            self._pair.begin()


def give_room(side: SideBySide, window: MainWindow) -> None:
    """Two graphs need the room of the editor, which comes back with the single graph and before the window closes."""
    left = window.parts.left

    def refresh(side: SideBySide) -> None:
        if left.isHidden() is not side.is_on:
            left.setVisible(not side.is_on)

    side.changed.connect(refresh)
    window.closing.connect(left.show)


def _works_on_both(action: Action) -> bool:
    is_lens = action.id.startswith("view.lens_")
    return action.topic in {"compare", "help"} or is_lens or action.id in _KEYS_OF_THE_WINDOW
