"""What actions do with blocks; see ``gui.commands.builder_ports.BlockPort``."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint

from gui.builder.blocks_popup import BlocksPopup
from gui.builder.panel import BuilderPanel
from gui.model.network import NetworkModel
from gui.model.network_blocks import BlockShelf
from gui.model.network_changes import After, Free, Where
from gui.model.network_insertion import put_block
from gui.model.network_layout import refolded
from gui.model.notices import Notices

_MARGIN_PX = 24


class BlockCommands:
    """Makes, folds, keeps and adds blocks."""

    def __init__(
        self, model: NetworkModel, shelf: BlockShelf, notices: Notices, panel: Callable[[], BuilderPanel]
    ) -> None:
        self._model = model
        self._shelf = shelf
        self._notices = notices
        self._panel = panel
        self._popup: BlocksPopup | None = None
        shelf.refused.connect(notices.warning)

    @property
    def selected(self) -> tuple[str, ...]:
        """The blocks in which selected nodes are."""
        chosen = set(self._model.selection)
        found = (node.block for node in self._model.network.nodes if node.block and node.name in chosen)
        return tuple(dict.fromkeys(found))

    @property
    def all(self) -> tuple[str, ...]:
        """All blocks of the network."""
        return tuple(dict.fromkeys(node.block for node in self._model.network.nodes if node.block))

    def group(self) -> None:
        """Ask for a name and make what is selected a block of that name, which is kept unless another one is."""
        taken = {*self.all, *(block.name for block in self._shelf.blocks)}
        suggestion = next(name for name in (f"block{number}" for number in range(1, 10_000)) if name not in taken)
        self._panel().in_place.name_block(suggestion, self._make)

    def _make(self, text: str) -> bool:
        name = text.strip()
        if not self._model.group(name):
            return False
        if self._shelf.get(name) is not None:
            self._notices.info(
                f"Another block called {name} is kept already, and stays. Keep this one: Network > Keep."
            )
        elif self._shelf.keep(self._model, name):
            self._notices.info(f"{name} is kept: press Tab and type its name to add it to any network.")
        return True

    def ungroup(self) -> None:
        """Dissolve the blocks of what is selected."""
        self._model.ungroup()

    def fold(self) -> None:
        """Fold the blocks of what is selected to one box each, or open them if they all are."""
        self._fold(self.selected)

    def fold_all(self) -> None:
        """Fold every block, or open them if they all are."""
        self._fold(self.all)

    def keep(self) -> None:
        """Keep the blocks of what is selected, in the place of others of their names."""
        kept = [name for name in self.selected if self._shelf.keep(self._model, name)]
        if kept:
            self._notices.info(f"Kept {', '.join(kept)}: press Tab and type the name to add it to any network.")

    def show(self) -> None:
        """Open the list of kept blocks."""
        panel = self._panel()
        if self._popup is None or self._popup.parentWidget() is not panel:
            self._popup = BlocksPopup(self._shelf, panel)
            self._popup.wanted.connect(self._add)
        self._popup.open_at(panel.surface.mapToGlobal(QPoint(_MARGIN_PX, _MARGIN_PX)))

    def _add(self, name: str) -> None:
        block, names = self._shelf.get(name), self._model.selection
        if block is None or block.piece is None:
            return
        where: Where = After(names) if names else Free(*self._panel().middle)
        put_block(self._model, block.piece, name, where)

    def _fold(self, blocks: tuple[str, ...]) -> None:
        is_folded = not set(blocks) <= set(self._model.network.folded)
        self._model.edit(partial(refolded, blocks=blocks, is_folded=is_folded), moves_only=True)
