"""The builder as actions see it; see ``gui.commands.ports.BuilderPort``."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QGuiApplication

from engine.network import edits
from engine.network.catalogue import output_ports
from engine.network.example import runnable_source
from engine.network.network import NodeKind
from engine.network.templates import templates
from gui.builder.block_port import BlockCommands
from gui.builder.panel import BuilderPanel
from gui.model.document import Document
from gui.model.network import NetworkModel
from gui.model.network_blocks import BlockShelf
from gui.model.network_boxes import RowKind
from gui.model.network_changes import first_network
from gui.model.network_talk import Refusal
from gui.model.notices import Notices
from gui.model.observable import Event

NUDGE_PX = 8.0
_ZOOM = 1.25
_LARGEST_FILE_BYTES = 2_000_000


class Asker(Protocol):
    """Asks which file to open."""

    def ask_open(self, folder: Path) -> Path | None:
        """Which file to open; None for none."""
        ...


class BuilderCommands:
    """Does to the builder what actions ask.

    Attributes:
        changed: What can be done may have changed.
    """

    def __init__(  # what a builder needs around it
        self,
        model: NetworkModel,
        shelf: BlockShelf,
        document: Document,
        notices: Notices,
        prompts: Asker,
        show: Callable[[], BuilderPanel],
        may_replace: Callable[[], bool],
        train: Callable[[], None],
    ) -> None:
        self.changed: Event[object] = Event()
        self._model = model
        self._blocks = BlockCommands(model, shelf, notices, lambda: self._panel)
        self._panels: list[BuilderPanel] = []
        self._document = document
        self._notices = notices
        self._prompts = prompts
        self._show = show
        self._may_replace = may_replace
        self._train = train
        model.changed.connect(self.changed.emit)
        model.selection_changed.connect(self.changed.emit)
        model.told.connect(self.changed.emit)

    def attend(self, panel: BuilderPanel) -> None:
        """Act on this panel too: on whichever has the keyboard, or had it last."""
        self._panels.append(panel)
        panel.destroyed.connect(lambda: self._panels.remove(panel))
        panel.surface.taken.connect(lambda: self._put_first(panel))

    def _put_first(self, panel: BuilderPanel) -> None:
        self._panels.remove(panel)
        self._panels.insert(0, panel)

    @property
    def _panel(self) -> BuilderPanel:
        shown = [panel for panel in self._panels if panel.isVisible()]
        return shown[0] if shown else self._show()

    @property
    def selected(self) -> int:
        """How many nodes are selected."""
        return len(self._model.selection)

    @property
    def has_wire(self) -> bool:
        """Whether a connection is selected."""
        return self._model.selected_link is not None

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return self._model.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to do again."""
        return self._model.can_redo

    @property
    def can_paste(self) -> bool:
        """Whether something was copied."""
        return bool(self._model.clipboard.nodes)

    @property
    def blocks(self) -> BlockCommands:
        """What is done with blocks."""
        return self._blocks

    @property
    def source_trouble(self) -> str:
        """Why there is no source; empty when there is."""
        return self._model.source_trouble

    def open(self) -> None:
        """Show the builder."""
        self._show().surface.setFocus()

    def add(self, *, is_branch: bool) -> None:
        """Let the person look for a layer to add."""
        self._panel.add_after_selection(is_branch=is_branch)

    def connect(self) -> None:
        """Let the person look for what to connect the selected node with."""
        name = self._model.selection[-1]
        if output_ports(edits.node_of(self._model.network, name)):
            self._panel.connect_selection()
        else:
            self._model.refused.emit(Refusal(f"{name} has no result that could go anywhere.", name))

    def remove(self) -> None:
        """Remove what is selected."""
        self._model.remove_selection()

    def undo(self) -> None:
        """Take the last edit back."""
        self._model.undo()

    def redo(self) -> None:
        """Do it again."""
        self._model.redo()

    def copy(self) -> None:
        """Keep what is selected, to be pasted."""
        self._model.copy()
        self.changed.emit(None)

    def cut(self) -> None:
        """Keep what is selected, and remove it."""
        self._model.copy()
        self._model.remove_selection()

    def paste(self) -> None:
        """Paste what was copied."""
        self._model.paste()

    def duplicate(self) -> None:
        """Add a copy of what is selected."""
        self._model.duplicate()

    def select_all(self) -> None:
        """Select every node."""
        self._model.select([node.name for node in self._model.network.nodes])

    def rename(self) -> None:
        """Edit the name of the selected node, or of the block that is folded around it."""
        self._panel.in_place.rename(self._model.selection[-1])

    def edit(self) -> None:
        """Edit the first line of the selected node; of one without any, what the form has, or its name."""
        name = self._model.selection[-1]
        box = self._panel.surface.scene.box_of(name)
        rows = () if box.block else box.rows
        if rows and rows[0].kind is not RowKind.COUNT:
            self._panel.in_place.edit_line(name, 0)
        elif not box.block and self._panel.form.isVisible() and len(self._panel.form.fields) > 1:
            self._panel.form.edit_first()
        else:
            self._panel.in_place.rename(name)

    def align(self, edge: str) -> None:
        """Put what is selected in one line: ``left`` or ``top``."""
        self._model.align(edits.Edge(edge))

    def tidy(self) -> None:
        """Lay everything out and show it."""
        self._model.tidy()
        self._panel.surface.fit_all()

    def nudge(self, right: int, down: int) -> None:
        """Move what is selected by small steps."""
        self._model.move_selection(right * NUDGE_PX, down * NUDGE_PX, "nudge")

    def walk(self, direction: int) -> None:
        """Select what feeds the selected node (-1) or what it feeds (1); again, the next one of these."""
        model = self._model
        if not model.selection:
            first = next((node.name for node in model.network.nodes if node.kind is NodeKind.INPUT), None)
            model.select([] if first is None else [first])
            return
        scene = self._panel.surface.scene
        here = scene.box_of(model.selection[-1]).members
        if direction > 0:
            ways = [link.target for link in model.network.links if link.source in here and link.target not in here]
        else:
            ways = [link.source for link in model.network.links if link.target in here and link.source not in here]
        if ways:
            boxes = [scene.box_of(name) for name in ways]
            model.select(min(boxes, key=lambda box: (box.place.y, box.place.x)).members)

    def walk_beside(self, direction: int) -> None:
        """Select the next node to the right (1) or to the left (-1) at about the same height."""
        scene, model = self._panel.surface.scene, self._model
        boxes = scene.boxes
        if not model.selection:
            return
        here = scene.box_of(model.selection[-1]).place
        beside = [
            (abs(box.place.x - here.x) + 2 * abs(box.place.y - here.y), name)
            for name, box in boxes.items()
            if (box.place.x - here.x) * direction > here.width / 4
        ]
        if beside:
            model.select(boxes[min(beside)[1]].members)

    def fit_all(self) -> None:
        """Show the whole network."""
        self._panel.surface.fit_all()

    def fit_selection(self) -> None:
        """Show what is selected."""
        self._panel.surface.fit_selection()

    def zoom(self, direction: int) -> None:
        """Show the network larger (1), smaller (-1) or at 100 % (0)."""
        surface = self._panel.surface
        surface.zoom(1.0 / surface.control.target.scale if direction == 0 else _ZOOM**direction)

    def start_from(self, title: str) -> None:
        """Go on with a template."""
        network = next(template.network for template in templates() if template.title == title)
        self._model.replace(network)
        self._panel.surface.fit_all()

    def clear(self) -> None:
        """Go on with an input that leads to the output."""
        self._model.replace(first_network())
        self._panel.surface.fit_all()

    def use_in_editor(self) -> None:
        """Put the source into the editor, with a pass through the network."""
        if self._may_replace():
            network = self._model.network
            self._document.replace_program(runnable_source(network), f"{network.name.lower()}.py")
            self._notices.info(f"{network.name} is in the editor, with one pass through it: press Run.")

    def train(self) -> None:
        """Go where the network is trained."""
        self._train()

    def read_from_editor(self) -> None:
        """Put the network that the editor holds onto the canvas."""
        self._read(self._document.program)

    def open_file(self) -> None:
        """Ask for a Python file and put its network onto the canvas."""
        path = self._document.path
        found = self._prompts.ask_open(Path.home() if path is None else path.parent)
        if found is None:
            return
        try:
            if found.stat().st_size > _LARGEST_FILE_BYTES:
                self._model.refused.emit(Refusal(f"“{found.name}” is too long to be a network."))
                return
            text = found.read_text(encoding="utf-8")
        except OSError as error:
            self._model.refused.emit(Refusal(f"“{found.name}” could not be read: {error.strerror or error}."))
        except UnicodeDecodeError:
            self._model.refused.emit(Refusal(f"“{found.name}” is no text, and so no network."))
        else:
            self._read(text)

    def _read(self, text: str) -> None:
        """Put a text onto the canvas; where no source is shown, the sentence about it goes onto the card."""
        source = self._panel.source
        if source.isVisible():
            source.show_text(text)
            return
        trouble = self._model.read_text(text)
        if trouble is not None:
            self._model.refused.emit(Refusal(trouble.text))

    def copy_source(self) -> None:
        """Put the source on the clipboard."""
        QGuiApplication.clipboard().setText(self._model.source)
        self._notices.info("The source is on the clipboard.")
