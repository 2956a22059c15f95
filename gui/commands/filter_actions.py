"""Kinds of nodes that the graph can do without."""

from engine.graph.filters import Filter
from gui.commands.action import Action, Context, Desk, Menu
from gui.commands.conditions import has_steps


def _has_two(desk: Desk) -> str:
    if desk.graph.shows_only_between or desk.graph.can_show_between:
        return ""
    return has_steps(desk) or "Select two nodes first: click one, then Shift-click the other."


def _filter_action(kind: Filter, title: str, tip: str) -> Action:
    return Action(
        id=f"graph.hide_{kind.name.lower()}",
        title=title,
        tip=tip,
        menu=Menu.FILTER,
        handler=lambda desk: desk.graph.toggle_filter(kind),
        enabled_when=has_steps,
        checked_when=lambda desk: desk.graph.hides(kind),
    )


FILTER_ACTIONS = (
    _filter_action(Filter.CONSTANTS, "Constants", "Take constants out of the graph; again to bring them back."),
    _filter_action(
        Filter.VIEWS,
        "Views and reshapes",
        "Take ops out that only look at a tensor in another shape; edges go on over them.",
    ),
    _filter_action(
        Filter.NO_GRAD, "What needs no gradient", "Take ops out that no gradient flows through, such as metrics."
    ),
    _filter_action(Filter.OPTIMIZER, "Optimizer", "Take the optimizer's steps out of the graph."),
    Action(
        id="graph.only_between",
        title="Only what lies between the selected",
        tip="Show only what lies on a way from one selected node to another; again to show everything.",
        menu=Menu.FILTER,
        shortcuts=("B",),
        context=Context.VIEWS,
        handler=lambda desk: desk.graph.toggle_between(),
        enabled_when=_has_two,
        checked_when=lambda desk: desk.graph.shows_only_between,
        begins_section=True,
    ),
)
