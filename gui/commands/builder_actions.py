"""Building a network; the keys work while its canvas has the keyboard."""

from engine.network.templates import template_titles
from gui.commands.action import Action, Condition, Context, Desk, Handler, Menu, always
from gui.commands.conditions import has_program
from gui.theme.icons import Icon

TEMPLATE_PREFIX = "network.template_"
_SELECT = "Select a node of the network first."


def _has_selection(desk: Desk) -> str:
    return "" if desk.builder.selected else _SELECT


def _has_something(desk: Desk) -> str:
    return "" if desk.builder.selected or desk.builder.has_wire else "Select a node or a connection first."


def _has_several(desk: Desk) -> str:
    return "" if desk.builder.selected > 1 else "Select two nodes of the network or more."


def _has_block(desk: Desk) -> str:
    return "" if desk.builder.blocks.selected else "Select a node of a block first."


def _has_any_block(desk: Desk) -> str:
    return "" if desk.builder.blocks.all else "The network has no block: select nodes and make one."


def _has_source(desk: Desk) -> str:
    return desk.builder.source_trouble


def _can_undo(desk: Desk) -> str:
    return "" if desk.builder.can_undo else "There is nothing to undo in the network."


def _can_redo(desk: Desk) -> str:
    return "" if desk.builder.can_redo else "There is nothing to redo in the network."


def _can_paste(desk: Desk) -> str:
    return "" if desk.builder.can_paste else "Copy nodes of the network first."


def _edit(
    name: str,
    title: str,
    tip: str,
    handler: Handler,
    *keys: str,
    enabled_when: Condition = always,
    icon: Icon | None = None,
    begins_section: bool = False,
) -> Action:
    return Action(
        id=f"network.{name}",
        title=title,
        tip=tip,
        menu=Menu.NETWORK,
        icon=icon,
        shortcuts=keys,
        context=Context.BUILDER,
        handler=handler,
        enabled_when=enabled_when,
        begins_section=begins_section,
    )


def _nudge(word: str, right: int, down: int) -> Action:
    return _edit(
        f"nudge_{word.lower()}",
        f"Move {word.lower()}",
        f"Move what is selected a little {word.lower()}.",
        lambda desk: desk.builder.nudge(right, down),
        word,
        enabled_when=_has_selection,
        begins_section=word == "Left",
    )


def _template(place: int, title: str, summary: str) -> Action:
    return Action(
        id=f"{TEMPLATE_PREFIX}{place}",
        title=title,
        tip=summary,
        menu=Menu.TEMPLATE,
        context=Context.BUILDER,
        handler=lambda desk: desk.builder.start_from(title),
    )


BUILDER_ACTIONS = (
    Action(
        id="network.build",
        title="Build a network…",
        tip="Put layers onto a canvas and connect them: shapes, counts and source follow.",
        menu=Menu.NETWORK,
        shortcuts=("Ctrl+Shift+B",),
        handler=lambda desk: desk.builder.open(),
    ),
    _edit("use", "Use in the editor", "Put the source of the network into the editor, to run it and go on from there.",
          lambda desk: desk.builder.use_in_editor(), "Ctrl+U", enabled_when=_has_source),
    _edit("train", "Train", "Go to where this network is trained.", lambda desk: desk.builder.train(),
          enabled_when=_has_source, icon=Icon.PLAY),
    Action(
        id="network.read",
        title="Read from the editor",
        tip="Put the nn.Module that the editor holds onto the canvas.",
        menu=Menu.NETWORK,
        handler=lambda desk: desk.builder.read_from_editor(),
        enabled_when=has_program,
    ),
    _edit("open", "Open source…", "Put the nn.Module of a Python file onto the canvas; nothing of it is run.",
          lambda desk: desk.builder.open_file(), icon=Icon.OPEN),
    _edit("copy_source", "Copy source", "Put the source of the network on the clipboard.",
          lambda desk: desk.builder.copy_source(), enabled_when=_has_source),
    _edit("clear", "Start anew", "Go on with an input that leads to the output; this can be undone.",
          lambda desk: desk.builder.clear()),
    _edit("add", "Add a layer…", "Find a layer by typing, and put it after what is selected or onto the selected wire.",
          lambda desk: desk.builder.add(is_branch=False), "Tab", "/", begins_section=True),
    _edit("branch", "Add a branch…", "Find a layer by typing, and let the selected node lead to it as well.",
          lambda desk: desk.builder.add(is_branch=True), "B", enabled_when=_has_selection),
    _edit("connect", "Connect with…", "Find the input to which the selected node shall lead.",
          lambda desk: desk.builder.connect(), "C", enabled_when=_has_selection),
    _edit("edit", "Edit settings", "Edit the settings of the selected node where they stand.",
          lambda desk: desk.builder.edit(), "Return", "Enter", enabled_when=_has_selection),
    _edit("rename", "Rename", "Give the selected node another name.",
          lambda desk: desk.builder.rename(), "F2", enabled_when=_has_selection),
    _edit("remove", "Delete", "Remove what is selected; what came before goes on to what came after.",
          lambda desk: desk.builder.remove(), "Del", "Backspace", enabled_when=_has_something),
    _edit("undo", "Undo", "Take the last edit of the network back.", lambda desk: desk.builder.undo(), "Ctrl+Z",
          enabled_when=_can_undo, icon=Icon.UNDO, begins_section=True),
    _edit("redo", "Redo", "Do again what was taken back in the network.", lambda desk: desk.builder.redo(),
          "Ctrl+Y", "Ctrl+Shift+Z", enabled_when=_can_redo, icon=Icon.REDO),
    _edit("cut", "Cut", "Keep the selected nodes to be pasted, and remove them.", lambda desk: desk.builder.cut(),
          "Ctrl+X", enabled_when=_has_selection),
    _edit("copy", "Copy", "Keep the selected nodes to be pasted.", lambda desk: desk.builder.copy(), "Ctrl+C",
          enabled_when=_has_selection, icon=Icon.COPY),
    _edit("paste", "Paste", "Add the nodes that were copied, with names of their own.",
          lambda desk: desk.builder.paste(), "Ctrl+V", enabled_when=_can_paste),
    _edit("duplicate", "Duplicate", "Add a copy of the selected nodes.", lambda desk: desk.builder.duplicate(),
          "Ctrl+D", enabled_when=_has_selection),
    _edit("select_all", "Select all", "Select every node of the network.", lambda desk: desk.builder.select_all(),
          "Ctrl+A"),
    _edit("group", "Make a block…", "Name the selected nodes as a block, which is kept to be added to any network.",
          lambda desk: desk.builder.blocks.group(), "G", enabled_when=_has_selection, begins_section=True),
    _edit("ungroup", "Dissolve the block", "Let the nodes of a block stand alone again.",
          lambda desk: desk.builder.blocks.ungroup(), "Shift+G", enabled_when=_has_block),
    _edit("fold", "Fold or open the block", "Show the block of what is selected as one box, or its nodes again.",
          lambda desk: desk.builder.blocks.fold(), "E", enabled_when=_has_block),
    _edit("fold_all", "Fold or open all blocks", "Show every block as one box, or all nodes again.",
          lambda desk: desk.builder.blocks.fold_all(), "Shift+E", enabled_when=_has_any_block),
    _edit("keep_block", "Keep the block", "Keep the block of what is selected, to add it to any network.",
          lambda desk: desk.builder.blocks.keep(), enabled_when=_has_block),
    _edit("kept_blocks", "Kept blocks…", "Add, rename or delete the blocks that are kept.",
          lambda desk: desk.builder.blocks.show(), "Shift+B"),
    _edit("align_left", "Align left", "Put the selected nodes below each other.",
          lambda desk: desk.builder.align("left"), "Ctrl+Left", enabled_when=_has_several),
    _edit("align_top", "Align at the top", "Put the selected nodes beside each other.",
          lambda desk: desk.builder.align("top"), "Ctrl+Up", enabled_when=_has_several),
    _edit("tidy", "Tidy", "Lay the whole network out anew.", lambda desk: desk.builder.tidy(), "T", icon=Icon.FIT),
    _nudge("Left", -1, 0),
    _nudge("Right", 1, 0),
    _nudge("Up", 0, -1),
    _nudge("Down", 0, 1),
    _edit("before", "Select what comes before", "Go against the flow: select what feeds the selected node.",
          lambda desk: desk.builder.walk(-1), "[", "Shift+Up", begins_section=True),
    _edit("after", "Select what comes after", "Go with the flow: select what the selected node feeds.",
          lambda desk: desk.builder.walk(1), "]", "Shift+Down"),
    _edit("left_of", "Select to the left", "Select the next node to the left.",
          lambda desk: desk.builder.walk_beside(-1), "Shift+Left", enabled_when=_has_selection),
    _edit("right_of", "Select to the right", "Select the next node to the right.",
          lambda desk: desk.builder.walk_beside(1), "Shift+Right", enabled_when=_has_selection),
    _edit("fit", "Show the whole network", "Fit the network into the view.", lambda desk: desk.builder.fit_all(),
          "Shift+F", begins_section=True),
    _edit("fit_selection", "Show what is selected", "Bring the selected nodes into the middle.",
          lambda desk: desk.builder.fit_selection(), "F", enabled_when=_has_selection),
    _edit("zoom_in", "Larger", "Show the network larger.", lambda desk: desk.builder.zoom(1), "+", "="),
    _edit("zoom_out", "Smaller", "Show the network smaller.", lambda desk: desk.builder.zoom(-1), "-"),
    _edit("zoom_actual", "At 100 %", "Show the network at its own size.", lambda desk: desk.builder.zoom(0), "0"),
    *(_template(place, title, summary) for place, (title, summary) in enumerate(template_titles())),
)  # fmt: skip
"""All actions on the network."""

BUILDER_MENU = (
    "network.add", "network.branch", "network.connect", "", "network.edit", "network.rename", "network.remove", "",
    "network.cut", "network.copy", "network.paste", "network.duplicate", "", "network.group", "network.fold",
    "network.keep_block", "network.ungroup", "network.kept_blocks", "",
    "network.align_left", "network.align_top", "network.tidy", "", "network.undo", "network.redo", "",
    "network.build",
)  # fmt: skip
"""What the right button offers; an empty id is a line."""
