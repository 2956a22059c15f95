"""Editing on the boxes themselves: a field over a line or a heading, a menu where there are a few choices."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu

from engine.drawing.drawing import Rect
from engine.network.edits import node_of, rename_block
from engine.network.network import NodeName
from gui.builder.scene import RowHit
from gui.builder.surface import Surface
from gui.model.network import NetworkModel
from gui.model.network_boxes import HEADER_PX, Place, RowKind
from gui.model.network_rows import field_of, set_row

_LEAST_PX = (96, 26)
_LEAST_TEXT_PX = (220, 26)


class PlaceEdit(QLineEdit):
    """A field over the canvas: Enter and leaving it take the text, Escape does not, Tab goes to the next line."""

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self._surface = surface
        self._take: Callable[[str], bool] = lambda _text: True
        self._go_on: Callable[[int], None] = lambda _direction: None
        self._first = ""
        self._is_needed = False
        self.hide()

    def begin(
        self, room: QRect, text: str, name: str, take: Callable[[str], bool], go_on: Callable[[int], None]
    ) -> None:
        """Edit a text; ``take`` returns whether it could be taken, ``go_on`` goes a line down (1) or up (-1)."""
        self.finish()
        self._take, self._go_on, self._first, self._is_needed = take, go_on, text, False
        self.setAccessibleName(name)
        self.setText(text)
        self.setGeometry(room)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.selectAll()

    def finish(self) -> bool:
        """Take the text and go; return False when it could not be taken."""
        if not self.isVisible():
            return True
        text = self.text()
        if (text != self._first or self._is_needed) and not self._take(text):
            self.selectAll()
            return False
        self.dismiss()
        return True

    def require(self) -> None:
        """Take the text even when it is left as it was suggested."""
        self._is_needed = True

    def dismiss(self) -> None:
        """Go without taking the text."""
        self._take = lambda _text: True
        had_focus = self.hasFocus()
        self.hide()
        if had_focus:
            self._surface.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Tab goes to the next line of the box."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Tab:
                self._step(1)
                return True
            if event.key() == Qt.Key.Key_Backtab:
                self._step(-1)
                return True
        return super().event(event)

    def _step(self, direction: int) -> None:
        go_on = self._go_on
        if self.finish():
            go_on(direction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes, Escape leaves it as it was."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take what was typed; what cannot be taken is let go, and the sentence about it stays."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason and not self.finish():
            self.dismiss()


class InPlace(QObject):
    """Edits lines and headings of boxes where they stand."""

    def __init__(self, surface: Surface, model: NetworkModel) -> None:
        super().__init__(surface)
        self._surface = surface
        self._model = model
        self.field = PlaceEdit(surface)
        self._where: Callable[[], QRect] = QRect
        surface.row_wanted.connect(self.edit_row)
        surface.title_wanted.connect(self.rename)
        surface.moved.connect(self._on_moved)

    def edit_row(self, hit: RowHit) -> None:
        """Edit a line of a box."""
        name, row = hit.box.node.name, hit.row
        field = field_of(hit.box.node, row)
        if field.choices:
            self._choose(hit, field.choices)
            return
        place = hit.box.row_place(hit.index)
        is_long = row.kind is RowKind.TEXT
        share, least = (0.0, _LEAST_TEXT_PX) if is_long else (0.45, _LEAST_PX)
        self._begin(place, share, least, row.value, f"{row.name} of {name}",
                    lambda text: set_row(self._model, name, row, text),
                    lambda direction: self.edit_line(name, hit.index + direction))  # fmt: skip

    def edit_line(self, name: NodeName, index: int) -> None:
        """Edit a line of a box by its place, or the next one that can be edited; the heading comes before the first."""
        box = self._surface.scene.boxes.get(name)
        if box is None:
            return
        if index < 0:
            self.rename(name)
        elif index < len(box.rows) and box.rows[index].kind is not RowKind.COUNT:
            self.edit_row(RowHit(box, index))

    def rename(self, name: NodeName) -> None:
        """Edit the name of a node, or that of the folded block in which it is."""
        box = self._surface.scene.box_of(name)
        heading = Place(box.place.x, box.place.y + 2, box.place.width, HEADER_PX - 4)

        def go_on(direction: int) -> None:
            if direction > 0 and self._model.selection:
                self.edit_line(self._model.selection[0], 0)

        if box.block:
            self._begin(heading, 0.0, _LEAST_PX, box.block, f"Name of {box.block}",
                        lambda text: self._model.edit(lambda old: rename_block(old, box.block, text.strip())),
                        lambda _direction: None)  # fmt: skip
            return
        self._begin(heading, 0.3, _LEAST_PX, name, f"Name of {name}",
                    lambda text: self._model.rename(name, text.strip()), go_on)  # fmt: skip

    def name_block(self, suggestion: str, take: Callable[[str], bool]) -> None:
        """Ask for the name of a new block, above what is selected."""
        bounds = self._surface.scene.bounds_of(self._model.selection)
        if bounds is not None:
            heading = Place(bounds.x, bounds.y - HEADER_PX - 6, max(bounds.width, 160), HEADER_PX - 4)
            self._begin(heading, 0.0, _LEAST_PX, suggestion, "Name of the block", take, lambda _direction: None)
            self.field.require()

    def _begin(  # what a field needs
        self, place: Place, share: float, least: tuple[int, int], text: str, name: str,
        take: Callable[[str], bool], go_on: Callable[[int], None],
    ) -> None:  # fmt: skip
        self._where = lambda: self._room(place, share, least)
        self.field.begin(self._where(), text, name, take, go_on)

    def _choose(self, hit: RowHit, choices: tuple[str, ...]) -> None:
        name, row = hit.box.node.name, hit.row
        menu = QMenu(self._surface)
        current = row.value or field_of(node_of(self._model.network, name), row).default
        for choice in choices:
            action = menu.addAction(choice.strip("'"))
            action.setCheckable(True)
            action.setChecked(choice == current)
            action.triggered.connect(lambda _checked=False, choice=choice: set_row(self._model, name, row, choice))
        menu.aboutToHide.connect(menu.deleteLater)
        room = self._room(hit.box.row_place(hit.index), 0.45, _LEAST_PX)
        menu.popup(self._surface.mapToGlobal(room.bottomLeft()))

    def _room(self, place: Place, share: float, least: tuple[int, int]) -> QRect:
        """Return where a field stands over the right part of a line."""
        left = place.x + place.width * share
        seen = self._surface.view_rect(Rect(left, place.y, place.right - left, place.height))
        width, height = max(least[0], round(seen.width)), max(least[1], round(seen.height))
        right, middle = round(seen.right), round(seen.y + seen.height / 2)
        x = max(4, min(right - width, self._surface.width() - width - 4))
        return QRect(x, middle - height // 2, width, height)

    def _on_moved(self) -> None:
        """The box moves under the field: go along."""
        if self.field.isVisible():
            self.field.setGeometry(self._where())
