"""Open, save, export."""

from gui.commands.action import Action, Condition, Desk, Handler, Menu
from gui.commands.conditions import has_recording, has_steps, has_whole_recording
from gui.model.recent import CAPACITY
from gui.theme.icons import Icon


def _recent_handler(place: int) -> Handler:
    def handle(desk: Desk) -> None:
        desk.files.open_path(desk.recents.paths[place])

    return handle


def _recent_condition(place: int) -> Condition:
    def reason(desk: Desk) -> str:
        return "" if place < len(desk.recents.paths) else "No file was opened that long ago."

    return reason


def _recent_action(place: int) -> Action:
    def label(desk: Desk) -> str:
        return str(desk.recents.paths[place]) if place < len(desk.recents.paths) else f"Recent file {place + 1}"

    return Action(
        id=f"file.recent_{place + 1}",
        title=f"Recent file {place + 1}",
        tip=f"Open number {place + 1} of the files opened last.",
        menu=Menu.RECENT,
        shortcuts=(f"Ctrl+{place + 1}",),
        handler=_recent_handler(place),
        enabled_when=_recent_condition(place),
        label=label,
    )


def _is_comparable(desk: Desk) -> str:
    return has_steps(desk) or has_whole_recording(desk)


FILE_ACTIONS = (
    Action(
        id="file.new",
        title="New program",
        tip="Start with an empty program.",
        menu=Menu.FILE,
        icon=Icon.NEW,
        shortcuts=("Ctrl+N",),
        handler=lambda desk: desk.files.new(),
    ),
    Action(
        id="file.open",
        title="Open…",
        tip="Open a program (.py) or a recording (.chainrule); opening never runs it.",
        menu=Menu.FILE,
        icon=Icon.OPEN,
        shortcuts=("Ctrl+O",),
        handler=lambda desk: desk.files.open(),
    ),
    Action(
        id="file.gallery",
        title="Gallery of examples…",
        tip="Open one of the example programs.",
        menu=Menu.FILE,
        icon=Icon.GALLERY,
        shortcuts=("Ctrl+G",),
        handler=lambda desk: desk.dialogs.gallery(),
    ),
    Action(
        id="file.save",
        title="Save",
        tip="Save the program.",
        menu=Menu.FILE,
        icon=Icon.SAVE,
        shortcuts=("Ctrl+S",),
        handler=lambda desk: desk.files.save(),
        begins_section=True,
    ),
    Action(
        id="file.save_as",
        title="Save as…",
        tip="Save the program, or its recording, under another name.",
        menu=Menu.FILE,
        shortcuts=("Ctrl+Shift+S",),
        handler=lambda desk: desk.files.save_as(),
    ),
    Action(
        id="file.save_recording",
        title="Save recording…",
        tip="Save what was recorded, to look at it again without running it.",
        menu=Menu.FILE,
        shortcuts=("Ctrl+Alt+S",),
        handler=lambda desk: desk.files.save_recording(),
        enabled_when=has_recording,
    ),
    Action(
        id="file.save_values",
        title="Save values…",
        tip="Save the selected value, or all named values and gradients at this step, as .safetensors or .npy.",
        menu=Menu.FILE,
        handler=lambda desk: desk.values.save(),
        enabled_when=has_recording,
    ),
    Action(
        id="file.export",
        title="Export picture…",
        tip="Save the graph as a picture or as text: PNG, SVG, PDF, DOT, Mermaid, GraphML or JSON.",
        menu=Menu.FILE,
        icon=Icon.EXPORT,
        shortcuts=("Ctrl+Shift+E",),
        handler=lambda desk: desk.dialogs.export(),
        enabled_when=has_steps,
        begins_section=True,
    ),
    Action(
        id="file.compare",
        title="Compare with another recording…",
        tip="Say step by step how this recording differs from another one: values, gradients, shapes and times.",
        menu=Menu.FILE,
        handler=lambda desk: desk.comparisons.compare(),
        enabled_when=_is_comparable,
        begins_section=True,
    ),
    *(_recent_action(place) for place in range(CAPACITY)),
    Action(
        id="file.quit",
        title="Quit",
        tip="Close Chainrule.",
        menu=Menu.FILE,
        shortcuts=("Ctrl+Q",),
        handler=lambda desk: desk.window.leave(),
        begins_section=True,
    ),
)
