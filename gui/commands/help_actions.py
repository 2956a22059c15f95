"""Palette, keys, about."""

from gui.commands.action import Action, Context, Menu
from gui.model.preferences import Lesson
from gui.theme.icons import Icon

COMMANDS_PREFIX = ">"
"""What a search for commands only begins with."""

HELP_ACTIONS = (
    Action(
        id="help.search",
        title="Search ops and commands…",
        tip="Find any op, value, line or command.",
        menu=Menu.HELP,
        icon=Icon.SEARCH,
        shortcuts=("Ctrl+K",),
        handler=lambda desk: desk.window.search(""),
    ),
    Action(
        id="help.palette",
        title="Command palette…",
        tip="Find any command by its name.",
        menu=Menu.HELP,
        shortcuts=("Ctrl+Shift+P",),
        handler=lambda desk: desk.window.search(COMMANDS_PREFIX),
    ),
    Action(
        id="help.find_here",
        title="Find in graph…",
        tip="Find ops while the graph has the keyboard.",
        menu=Menu.HELP,
        shortcuts=("/",),
        context=Context.VIEWS,
        handler=lambda desk: desk.window.search(""),
    ),
    Action(
        id="help.shortcuts",
        title="Keys…",
        tip="Show every key.",
        menu=Menu.HELP,
        icon=Icon.KEYBOARD,
        shortcuts=("F1",),
        handler=lambda desk: desk.dialogs.shortcuts(),
        begins_section=True,
    ),
    Action(
        id="help.shortcuts_here",
        title="Keys",
        tip="Show every key while the graph has the keyboard.",
        menu=Menu.HELP,
        shortcuts=("?",),
        context=Context.VIEWS,
        handler=lambda desk: desk.dialogs.shortcuts(),
    ),
    Action(
        id="help.hints",
        title="Show the first hints again",
        tip="Show the three hints of the first start once more.",
        menu=Menu.HELP,
        icon=Icon.INFO,
        handler=lambda desk: desk.preferences.reach(Lesson.STEP),
    ),
    Action(
        id="help.menu",
        title="Menu",
        tip="Open the menu of the program.",
        menu=Menu.HELP,
        icon=Icon.MENU,
        shortcuts=("F10",),
        handler=lambda desk: desk.window.show_menu(),
    ),
    Action(
        id="help.doctor",
        title="What is installed…",
        tip="Show versions, devices and fonts, and why something is missing.",
        menu=Menu.HELP,
        icon=Icon.CHECK,
        handler=lambda desk: desk.dialogs.doctor(),
        begins_section=True,
    ),
    Action(
        id="help.about",
        title="About Chainrule",
        tip="Say what this program is, and its version.",
        menu=Menu.HELP,
        icon=Icon.CHAINRULE,
        handler=lambda desk: desk.dialogs.about(),
    ),
)
