"""All actions, in the order of the menus."""

from collections.abc import Iterator, Sequence

from gui.commands.action import Action, Menu
from gui.commands.builder_actions import BUILDER_ACTIONS
from gui.commands.compare_actions import COMPARE_ACTIONS
from gui.commands.edit_actions import EDIT_ACTIONS
from gui.commands.file_actions import FILE_ACTIONS
from gui.commands.filter_actions import FILTER_ACTIONS
from gui.commands.graph_actions import GRAPH_ACTIONS
from gui.commands.help_actions import HELP_ACTIONS
from gui.commands.playback_actions import PLAYBACK_ACTIONS
from gui.commands.run_actions import RUN_ACTIONS
from gui.commands.train_actions import TRAIN_ACTIONS
from gui.commands.view_actions import VIEW_ACTIONS

ALL_ACTIONS: tuple[Action, ...] = (
    *FILE_ACTIONS,
    *EDIT_ACTIONS,
    *RUN_ACTIONS,
    *PLAYBACK_ACTIONS,
    *TRAIN_ACTIONS,
    *BUILDER_ACTIONS,
    *VIEW_ACTIONS,
    *GRAPH_ACTIONS,
    *FILTER_ACTIONS,
    *COMPARE_ACTIONS,
    *HELP_ACTIONS,
)

SUBMENUS = {
    Menu.RECENT: Menu.FILE,
    Menu.LENS: Menu.VIEW,
    Menu.APPEARANCE: Menu.VIEW,
    Menu.SKIN: Menu.VIEW,
    Menu.SIZE: Menu.VIEW,
    Menu.FILTER: Menu.GRAPH,
    Menu.TEMPLATE: Menu.NETWORK,
}
"""Menus that hang in another one."""


def by_menu(actions: Sequence[Action]) -> Iterator[tuple[Menu, list[Action]]]:
    """Yield every menu with its actions, in the order of ``Menu``."""
    for menu in Menu:
        members = [action for action in actions if action.menu is menu]
        if members:
            yield menu, members
