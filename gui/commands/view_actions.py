"""How the window looks: lens, zoom, drawer, theme, size."""

from gui.commands.action import Action, Context, Desk, Handler, Menu
from gui.commands.conditions import has_selection, has_steps
from gui.commands.ports import LENS_KEYS, Drawer, Place
from gui.model.preferences import SCALES_PERCENT, Appearance
from gui.theme.icons import Icon
from gui.theme.skins import SKIN_TITLES, Skin

_LENS_TIPS = {
    "structure": "Show names and shapes only.",
    "values": "Show the numbers in every box.",
    "gradients": "Colour the boxes by the size of their gradient.",
    "time": "Colour the boxes by the time they took.",
    "memory": "Colour the boxes by the new memory that they made.",
    "health": "Show NaN and infinities, gradients that are all zero, dead and saturated units.",
    "difference": "Colour the boxes by how far they are from the run compared with, or the iteration before.",
}
_APPEARANCES = {
    Appearance.SYSTEM: ("As the system", "Follow the system: light by day, dark when the system is dark.", None),
    Appearance.LIGHT: ("Light", "Dark text on white.", Icon.SUN),
    Appearance.DARK: ("Dark", "Light text on dark.", Icon.MOON),
}

_SKIN_TIPS = {
    Skin.CHAINRULE: "Draw the graph in Chainrule's own colours.",
    Skin.TORCHVIZ: "Draw the graph in the colours of torchviz: leaves blue, functions grey, the output green.",
    Skin.DRAW_DOT: "Draw the graph as micrograd does: white boxes with data and grad to four decimals.",
    Skin.TORCHVIEW: "Draw the graph in the colours of torchview: tensors yellow, modules green, functions pale blue.",
}


def _lens_action(place: int, key: str) -> Action:
    return Action(
        id=f"view.lens_{key}",
        title=key.capitalize(),
        tip=_LENS_TIPS[key],
        menu=Menu.LENS,
        icon=Icon.LENS if place == 0 else None,
        shortcuts=(str(place + 1),),
        context=Context.VIEWS,
        handler=lambda desk: desk.graph.set_lens(key),
        checked_when=lambda desk: desk.graph.lens == key,
    )


def _appearance_action(appearance: Appearance) -> Action:
    title, tip, icon = _APPEARANCES[appearance]
    return Action(
        id=f"view.appearance_{appearance.value}",
        title=title,
        tip=tip,
        menu=Menu.APPEARANCE,
        icon=icon,
        handler=lambda desk: desk.preferences.choose_appearance(appearance),
        checked_when=lambda desk: desk.preferences.choices.appearance is appearance,
    )


def _skin_action(skin: Skin) -> Action:
    return Action(
        id=f"view.skin_{skin.value}",
        title=SKIN_TITLES[skin],
        tip=_SKIN_TIPS[skin],
        menu=Menu.SKIN,
        handler=lambda desk: desk.preferences.choose_skin(skin),
        checked_when=lambda desk: desk.preferences.choices.skin == skin,
    )


def _choose_scale(percent: int) -> Handler:
    def handle(desk: Desk) -> None:
        desk.preferences.choose_scale(percent)
        desk.notices.info("The new size is used the next time Chainrule starts.")

    return handle


def _scale_action(percent: int) -> Action:
    return Action(
        id=f"view.scale_{percent}",
        title=f"{percent} %",
        tip=f"Show everything at {percent} % of its size from the next start on.",
        menu=Menu.SIZE,
        handler=_choose_scale(percent),
        checked_when=lambda desk: desk.preferences.choices.scale_percent == percent,
    )


def _drawer_action(drawer: Drawer, icon: Icon, tip: str, key: str) -> Action:
    return Action(
        id=f"view.{drawer.name.lower()}",
        title=drawer.value,
        tip=tip,
        menu=Menu.VIEW,
        icon=icon,
        shortcuts=(key,),
        handler=lambda desk: desk.window.toggle_drawer(drawer),
        checked_when=lambda desk: desk.window.shows_drawer(drawer),
    )


def _place_action(place: Place, key: str) -> Action:
    return Action(
        id=f"view.focus_{place.name.lower()}",
        title=f"Go to {place.value.lower()}",
        tip=f"Put the keyboard into the {place.value.lower()}.",
        menu=Menu.VIEW,
        shortcuts=(key,),
        handler=lambda desk: desk.window.focus(place),
    )


VIEW_ACTIONS = (
    *(_lens_action(place, key) for place, key in enumerate(LENS_KEYS)),
    Action(
        id="view.log_scale",
        title="Logarithmic scale",
        tip="Let the colours of a lens follow powers of ten, or the numbers themselves.",
        menu=Menu.LENS,
        shortcuts=("L",),
        context=Context.VIEWS,
        handler=lambda desk: desk.graph.toggle_log_scale(),
        checked_when=lambda desk: desk.graph.has_log_scale,
        begins_section=True,
    ),
    Action(
        id="view.fit_selection",
        title="Centre selection",
        tip="Bring the selection to the middle; again to make it fill the view.",
        menu=Menu.VIEW,
        shortcuts=("F",),
        context=Context.VIEWS,
        handler=lambda desk: desk.graph.fit_selection(),
        enabled_when=has_selection,
    ),
    Action(
        id="view.fit",
        title="Fit all",
        tip="Show the whole graph.",
        menu=Menu.VIEW,
        icon=Icon.FIT,
        shortcuts=("Shift+F",),
        context=Context.VIEWS,
        handler=lambda desk: desk.graph.fit_all(),
        enabled_when=has_steps,
    ),
    Action(
        id="view.zoom_actual",
        title="Zoom to 100 %",
        tip="Show the graph at its own size.",
        menu=Menu.VIEW,
        shortcuts=("Ctrl+0",),
        handler=lambda desk: desk.graph.zoom_actual(),
    ),
    Action(
        id="view.zoom_in",
        title="Zoom in",
        tip="Show the graph larger.",
        menu=Menu.VIEW,
        icon=Icon.ZOOM_IN,
        shortcuts=("Ctrl++", "Ctrl+="),
        handler=lambda desk: desk.graph.zoom_in(),
    ),
    Action(
        id="view.zoom_out",
        title="Zoom out",
        tip="Show the graph smaller.",
        menu=Menu.VIEW,
        icon=Icon.ZOOM_OUT,
        shortcuts=("Ctrl+-",),
        handler=lambda desk: desk.graph.zoom_out(),
    ),
    Action(
        id="view.minimap",
        title="Minimap",
        tip="Show or hide the overview of the graph.",
        menu=Menu.VIEW,
        icon=Icon.MINIMAP,
        shortcuts=("Alt+M",),
        handler=lambda desk: desk.graph.toggle_minimap(),
        checked_when=lambda desk: desk.graph.shows_minimap,
        begins_section=True,
    ),
    Action(
        id="view.card",
        title="Chain rule card",
        tip="Show or hide the card with the chain rule in numbers at every step of the backward pass.",
        menu=Menu.VIEW,
        shortcuts=("Alt+R",),
        handler=lambda desk: desk.preferences.show_card(shown=not desk.preferences.choices.shows_card),
        checked_when=lambda desk: desk.preferences.choices.shows_card,
    ),
    _drawer_action(Drawer.CHARTS, Icon.CHARTS, "Show or hide the charts of loss and gradient norm.", "Alt+1"),
    _drawer_action(Drawer.CONSOLE, Icon.CONSOLE, "Show or hide what the program printed.", "Alt+2"),
    _drawer_action(Drawer.DECISIONS, Icon.DECISION, "Show or hide the conditions that depended on a tensor.", "Alt+3"),
    Action(
        id="view.next_place",
        title="Next part of the window",
        tip="Put the keyboard into the next part: editor, graph, inspector, timeline.",
        menu=Menu.VIEW,
        shortcuts=("F6",),
        handler=lambda desk: desk.window.focus_next(1),
        begins_section=True,
    ),
    Action(
        id="view.previous_place",
        title="Previous part of the window",
        tip="Put the keyboard into the part before: editor, graph, inspector, timeline.",
        menu=Menu.VIEW,
        shortcuts=("Shift+F6",),
        handler=lambda desk: desk.window.focus_next(-1),
    ),
    _place_action(Place.EDITOR, "Ctrl+E"),
    _place_action(Place.CANVAS, "Ctrl+Shift+G"),
    _place_action(Place.TIMELINE, "Ctrl+Shift+T"),
    _place_action(Place.INSPECTOR, "Ctrl+I"),
    *(_appearance_action(appearance) for appearance in Appearance),
    *(_skin_action(skin) for skin in Skin),
    *(_scale_action(percent) for percent in SCALES_PERCENT),
    Action(
        id="view.full_screen",
        title="Full screen",
        tip="Fill the screen, or stop doing so.",
        menu=Menu.VIEW,
        shortcuts=("Ctrl+Shift+F",),
        handler=lambda desk: desk.window.toggle_full_screen(),
        checked_when=lambda desk: desk.window.is_full_screen,
        begins_section=True,
    ),
)
