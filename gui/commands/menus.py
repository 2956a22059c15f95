"""The program's menu, made from the registry."""

from PySide6.QtWidgets import QMenu, QWidget

from gui.commands.action import Action, Menu
from gui.commands.book import ActionBook
from gui.commands.registry import SUBMENUS, by_menu


def build_menu(book: ActionBook, parent: QWidget) -> QMenu:
    """Return the whole menu: a sub-menu for each ``Menu``; recent files that are not there are left out."""
    root = QMenu(parent)
    root.setObjectName("mainMenu")
    menus: dict[Menu, QMenu] = {}
    grouped = dict(by_menu(book.actions))
    for menu in (menu for menu in grouped if menu not in SUBMENUS):
        menus[menu] = root.addMenu(menu.value)
    for menu, members in grouped.items():
        if menu not in SUBMENUS:
            _fill(menus[menu], members, book)
    for menu, holder in SUBMENUS.items():
        if menu in grouped:
            _hang(menus[holder], menu, grouped[menu], book)
    return root


def build_single_menu(book: ActionBook, menu: Menu, parent: QWidget) -> QMenu:
    """Return one menu of its own, e.g. for a button."""
    single = QMenu(parent)
    single.setToolTipsVisible(True)
    _fill(single, dict(by_menu(book.actions))[menu], book)
    return single


def _hang(holder: QMenu, menu: Menu, members: list[Action], book: ActionBook) -> None:
    before = holder.actions()[min(3, len(holder.actions()) - 1)] if menu is Menu.RECENT else holder.actions()[0]
    sub = QMenu(menu.value, holder)
    _fill(sub, members, book)
    holder.insertMenu(before, sub)


def _fill(menu: QMenu, members: list[Action], book: ActionBook) -> None:
    menu.setToolTipsVisible(True)
    for action in members:
        if action.begins_section and not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(book.qaction(action.id))
