"""Undo and redo of the graph, and copying; the editor has its own history while it has the keyboard."""

from gui.commands.action import Action, Context, Menu
from gui.commands.conditions import can_redo, can_undo, has_steps
from gui.theme.icons import Icon

EDIT_ACTIONS = (
    Action(
        id="edit.undo",
        title="Undo",
        tip="Take back the last folding or hiding; in the editor, the last typing.",
        menu=Menu.EDIT,
        icon=Icon.UNDO,
        shortcuts=("Ctrl+Z",),
        context=Context.VIEWS,
        handler=lambda desk: desk.graph.undo(),
        enabled_when=can_undo,
    ),
    Action(
        id="edit.redo",
        title="Redo",
        tip="Do again what was taken back.",
        menu=Menu.EDIT,
        icon=Icon.REDO,
        shortcuts=("Ctrl+Y", "Ctrl+Shift+Z"),
        context=Context.VIEWS,
        handler=lambda desk: desk.graph.redo(),
        enabled_when=can_redo,
    ),
    Action(
        id="edit.copy_image",
        title="Copy as image",
        tip="Put a picture of the visible graph on the clipboard.",
        menu=Menu.EDIT,
        icon=Icon.COPY,
        shortcuts=("Ctrl+Shift+C",),
        handler=lambda desk: desk.graph.copy_image(),
        enabled_when=has_steps,
        begins_section=True,
    ),
)
