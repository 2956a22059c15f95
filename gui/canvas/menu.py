"""The context menu of the canvas."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from engine.graph.view import ViewNode
from engine.trace.ids import StepIndex, ValueId
from gui.canvas.tooltip import span_of
from gui.canvas.valuebook import ValueBook


@dataclass(frozen=True, slots=True)
class MenuDeeds:
    """What the entries of the menu call."""

    trace: Callable[[], None]
    hide: Callable[[], None]
    unhide_all: Callable[[], None]
    forget_moves: Callable[[], None]
    fold: Callable[[], None]
    fit_all: Callable[[], None]
    copy_image: Callable[[], None]
    export: Callable[[], None]
    go_to_step: Callable[[StepIndex], None]
    go_to_line: Callable[[int], None]


def build_menu(parent: QWidget, node: ViewNode | None, book: ValueBook, deeds: MenuDeeds) -> QMenu:
    """Return the menu of a node, or of the empty canvas."""
    menu = QMenu(parent)
    if node is not None:
        _node_entries(menu, node, book, deeds)
        menu.addSeparator()
    else:
        menu.addAction("Fit all\tShift+F", deeds.fit_all)
    menu.addAction("Show hidden nodes\tShift+H", deeds.unhide_all)
    menu.addAction("Forget moved nodes\tShift+L", deeds.forget_moves)
    menu.addSeparator()
    menu.addAction("Copy image\tCtrl+Shift+C", deeds.copy_image)
    menu.addAction("Export picture…\tCtrl+Shift+E", deeds.export)
    return menu


def _node_entries(menu: QMenu, node: ViewNode, book: ValueBook, deeds: MenuDeeds) -> None:
    step = node.about
    if step is not None:
        menu.addAction(f"Go to step {step + 1}", lambda: deeds.go_to_step(step))
    span = span_of(node, book)
    if span is not None and span.file == 0:
        menu.addAction(f"Go to line {span.line}", lambda: deeds.go_to_line(span.line))
    menu.addAction("Trace\tT", deeds.trace)
    if node.stands_for is not None:
        menu.addAction("Open group\tE", deeds.fold)
    elif node.group is not None:
        menu.addAction("Fold the group around it\tC", deeds.fold)
    menu.addAction("Hide\tH", deeds.hide)
    menu.addSeparator()
    menu.addAction("Copy name", lambda: QGuiApplication.clipboard().setText(node.title))
    value = node.value
    copy = menu.addAction("Copy value", lambda: _copy_value(book, value))
    copy.setEnabled(value is not None and book.recording.absence(value) is None)


def _copy_value(book: ValueBook, value: ValueId | None) -> None:
    numbers = None if value is None else book.numbers(value)
    if numbers is not None:
        QGuiApplication.clipboard().setText(repr(numbers.tolist()))
