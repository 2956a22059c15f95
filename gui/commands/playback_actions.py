"""Stepping and playing, in both directions."""

from collections.abc import Callable

from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.commands.action import Action, Context, Desk, Handler, Menu
from gui.commands.conditions import has_backward, has_next, has_previous, has_steps
from gui.model.navigation import backward_start, step_back_over, step_into, step_out, step_over
from gui.model.player import PlayDirection
from gui.model.playhead import BEFORE_FIRST
from gui.theme.icons import Icon


def _go(target: Callable[[Recording, StepIndex], StepIndex | None]) -> Handler:
    """Return a handler that seeks where ``target`` says."""

    def handle(desk: Desk) -> None:
        recording = desk.document.recording
        if recording is None:
            return
        step = target(recording, desk.playhead.current)
        if step is not None:
            desk.playhead.seek(step)

    return handle


PLAYBACK_ACTIONS = (
    Action(
        id="playback.next",
        title="Next step",
        tip="Go one step forward.",
        menu=Menu.PLAYBACK,
        icon=Icon.NEXT,
        shortcuts=("Right", "."),
        context=Context.VIEWS,
        handler=lambda desk: desk.playhead.move(1),
        enabled_when=has_next,
    ),
    Action(
        id="playback.previous",
        title="Previous step",
        tip="Go one step back.",
        menu=Menu.PLAYBACK,
        icon=Icon.PREVIOUS,
        shortcuts=("Left", ","),
        context=Context.VIEWS,
        handler=lambda desk: desk.playhead.move(-1),
        enabled_when=has_previous,
    ),
    Action(
        id="playback.next_anywhere",
        title="Next step, also while typing",
        tip="Go one step forward; the keyboard stays where it is.",
        menu=Menu.PLAYBACK,
        shortcuts=("Alt+Right", "F8"),
        handler=lambda desk: desk.playhead.move(1),
        enabled_when=has_next,
    ),
    Action(
        id="playback.previous_anywhere",
        title="Previous step, also while typing",
        tip="Go one step back; the keyboard stays where it is.",
        menu=Menu.PLAYBACK,
        shortcuts=("Alt+Left", "Shift+F8"),
        handler=lambda desk: desk.playhead.move(-1),
        enabled_when=has_previous,
    ),
    Action(
        id="playback.over",
        title="Step over module",
        tip="Go to the end of the module that comes next, or one step forward outside of modules.",
        menu=Menu.PLAYBACK,
        icon=Icon.OVER,
        shortcuts=("Shift+Right",),
        context=Context.VIEWS,
        handler=_go(step_over),
        enabled_when=has_next,
        begins_section=True,
    ),
    Action(
        id="playback.back_over",
        title="Step back over module",
        tip="Go back to before the module that has just ended.",
        menu=Menu.PLAYBACK,
        shortcuts=("Shift+Left",),
        context=Context.VIEWS,
        handler=_go(step_back_over),
        enabled_when=has_previous,
    ),
    Action(
        id="playback.into",
        title="Step into module",
        tip="Go to the next step, also inside a module.",
        menu=Menu.PLAYBACK,
        icon=Icon.INTO,
        shortcuts=("F11",),
        handler=_go(step_into),
        enabled_when=has_next,
    ),
    Action(
        id="playback.out",
        title="Step out of module",
        tip="Go to the first step after the module that is running.",
        menu=Menu.PLAYBACK,
        icon=Icon.OUT,
        shortcuts=("Shift+F11",),
        handler=_go(step_out),
        enabled_when=has_next,
    ),
    Action(
        id="playback.first",
        title="To the start",
        tip="Go to before the first step.",
        menu=Menu.PLAYBACK,
        icon=Icon.FIRST,
        shortcuts=("Home",),
        context=Context.VIEWS,
        handler=lambda desk: desk.playhead.seek(BEFORE_FIRST),
        enabled_when=has_previous,
        begins_section=True,
    ),
    Action(
        id="playback.last",
        title="To the end",
        tip="Go to the last step.",
        menu=Menu.PLAYBACK,
        icon=Icon.LAST,
        shortcuts=("End",),
        context=Context.VIEWS,
        handler=lambda desk: desk.playhead.seek(desk.playhead.step_count - 1),
        enabled_when=has_next,
    ),
    Action(
        id="playback.backward",
        title="To the start of backward",
        tip="Go to where the backward pass begins; again for the next one.",
        menu=Menu.PLAYBACK,
        icon=Icon.BACKWARD,
        shortcuts=("Ctrl+B",),
        handler=_go(backward_start),
        enabled_when=has_backward,
    ),
    Action(
        id="playback.play",
        title="Play",
        tip="Play the steps, or pause.",
        menu=Menu.PLAYBACK,
        icon=Icon.PLAY,
        shortcuts=("Space",),
        context=Context.VIEWS,
        handler=lambda desk: desk.player.toggle(PlayDirection.FORWARD),
        enabled_when=has_steps,
        checked_when=lambda desk: desk.player.is_playing and desk.player.direction is PlayDirection.FORWARD,
        begins_section=True,
    ),
    Action(
        id="playback.reverse",
        title="Play backwards",
        tip="Play the steps back in time, or pause.",
        menu=Menu.PLAYBACK,
        icon=Icon.REVERSE,
        shortcuts=("Shift+Space",),
        context=Context.VIEWS,
        handler=lambda desk: desk.player.toggle(PlayDirection.BACKWARD),
        enabled_when=has_steps,
        checked_when=lambda desk: desk.player.is_playing and desk.player.direction is PlayDirection.BACKWARD,
    ),
    Action(
        id="playback.faster",
        title="Faster",
        tip="Play at the next higher speed.",
        menu=Menu.PLAYBACK,
        shortcuts=(">",),
        context=Context.VIEWS,
        handler=lambda desk: desk.player.shift_speed(1),
    ),
    Action(
        id="playback.slower",
        title="Slower",
        tip="Play at the next lower speed.",
        menu=Menu.PLAYBACK,
        shortcuts=("<",),
        context=Context.VIEWS,
        handler=lambda desk: desk.player.shift_speed(-1),
    ),
)
