"""What differs from another recording or iteration, in one picture or beside each other."""

from gui.commands.action import Action, Condition, Context, Desk, Menu
from gui.commands.conditions import has_whole_recording
from gui.theme.icons import Icon

_NOT_COMPARED = "Compare with another recording or iteration first."


def _is_compared(desk: Desk) -> str:
    return "" if desk.beside.is_compared else _NOT_COMPARED


def _is_beside(desk: Desk) -> str:
    return _is_compared(desk) or ("" if desk.beside.is_on else "Put the two side by side first.")


def _has_iterations(desk: Desk) -> str:
    reason = has_whole_recording(desk)
    if reason:
        return reason  # a growing one is not cut into iterations at every glance
    return "" if desk.beside.can_compare_iterations else "This recording has one iteration only."


def _has_difference(direction: int) -> Condition:
    def reason(desk: Desk) -> str:
        where = "after" if direction > 0 else "before"
        found = "" if desk.beside.has_difference(direction) else f"Nothing differs {where} this step."
        return _is_compared(desk) or found

    return reason


def _toggle_overlay(desk: Desk) -> None:
    """Lay the other one over the graph, also when it stood beside it; else take it off."""
    was_beside = desk.beside.is_on
    desk.beside.show(shown=False)
    if not (was_beside and desk.graph.shows_overlay):
        desk.graph.toggle_overlay()


COMPARE_ACTIONS = (
    Action(
        id="compare.iterations",
        title="Compare with another iteration",
        tip="Compare this iteration with the one before it; any other can be chosen when they stand side by side.",
        menu=Menu.COMPARE,
        shortcuts=("I",),
        context=Context.VIEWS,
        handler=lambda desk: desk.beside.compare_iterations(),
        enabled_when=_has_iterations,
    ),
    Action(
        id="view.overlay",
        title="Overlay of the compared recording",
        tip="Lay the recording compared with over the graph, or take it off: what only one of the two has is marked.",
        menu=Menu.COMPARE,
        shortcuts=("O",),
        context=Context.VIEWS,
        handler=_toggle_overlay,
        enabled_when=_is_compared,
        checked_when=lambda desk: desk.graph.shows_overlay,
        begins_section=True,
    ),
    Action(
        id="compare.beside",
        title="Side by side",
        tip="Put the recording compared with beside this one, or take it away.",
        menu=Menu.COMPARE,
        shortcuts=("S",),
        context=Context.VIEWS,
        handler=lambda desk: desk.beside.show(shown=not desk.beside.is_on),
        enabled_when=_is_compared,
        checked_when=lambda desk: desk.beside.is_on,
    ),
    Action(
        id="compare.in_step",
        title="Keep both sides in step",
        tip="Let both sides step, pan, zoom, fold and select together, or each alone.",
        menu=Menu.COMPARE,
        shortcuts=("Shift+S",),
        context=Context.VIEWS,
        handler=lambda desk: desk.beside.keep_in_step(kept=not desk.beside.in_step),
        enabled_when=_is_beside,
        checked_when=lambda desk: desk.beside.in_step,
    ),
    Action(
        id="compare.next_difference",
        title="Next difference",
        tip="Go to the next step at which the two differ.",
        menu=Menu.COMPARE,
        shortcuts=("D",),
        context=Context.VIEWS,
        handler=lambda desk: desk.beside.go_to_difference(1),
        enabled_when=_has_difference(1),
        begins_section=True,
    ),
    Action(
        id="compare.previous_difference",
        title="Previous difference",
        tip="Go back to the last step at which the two differ.",
        menu=Menu.COMPARE,
        shortcuts=("Shift+D",),
        context=Context.VIEWS,
        handler=lambda desk: desk.beside.go_to_difference(-1),
        enabled_when=_has_difference(-1),
    ),
    Action(
        id="compare.table",
        title="Table of all steps",
        tip="List every step of both with values, gradients, shapes and times, what differs first.",
        menu=Menu.COMPARE,
        handler=lambda desk: desk.comparisons.open_table(),
        enabled_when=_is_compared,
    ),
    Action(
        id="compare.end",
        title="End the comparison",
        tip="Compare no longer.",
        menu=Menu.COMPARE,
        icon=Icon.CLOSE,
        shortcuts=("Shift+O",),
        context=Context.VIEWS,
        handler=lambda desk: desk.beside.end(),
        enabled_when=_is_compared,
        begins_section=True,
    ),
)
