"""Run and stop."""

from gui.commands.action import Action, Desk, Menu
from gui.commands.conditions import has_program, has_whole_recording, is_running
from gui.model.run_controller import Park
from gui.theme.icons import Icon


def _toggle_live(desk: Desk) -> None:
    desk.preferences.run_while_typing(wanted=not desk.preferences.choices.runs_while_typing)


def _toggle_kernels(desk: Desk) -> None:
    desk.preferences.record_kernels(wanted=not desk.preferences.choices.records_kernels)


RUN_ACTIONS = (
    Action(
        id="run.start",
        title="Run",
        tip="Run the program and record what torch does.",
        menu=Menu.RUN,
        icon=Icon.RUN,
        shortcuts=("Ctrl+Return", "F5", "Ctrl+Enter"),
        handler=lambda desk: desk.runs.run(),
        enabled_when=has_program,
    ),
    Action(
        id="run.park",
        title="Run and go to the start",
        tip="Run the program, then stand before its first step.",
        menu=Menu.RUN,
        shortcuts=("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
        handler=lambda desk: desk.runs.run(Park.START),
        enabled_when=has_program,
    ),
    Action(
        id="run.stop",
        title="Stop",
        tip="Stop the program; what was recorded stays.",
        menu=Menu.RUN,
        icon=Icon.STOP,
        shortcuts=("Ctrl+.", "Shift+F5"),
        handler=lambda desk: desk.runs.stop(),
        enabled_when=is_running,
    ),
    Action(
        id="run.live",
        title="Run while typing",
        tip="Run the program by itself when typing pauses, as long as it takes less than 0.1 s.",
        menu=Menu.RUN,
        shortcuts=("Ctrl+Shift+R",),
        handler=_toggle_live,
        checked_when=lambda desk: desk.preferences.choices.runs_while_typing,
    ),
    Action(
        id="run.kernels",
        title="Record kernels (as executed)",
        tip="From the next run on, record the ATen operators that steps are executed as; runs take some times longer.",
        menu=Menu.RUN,
        handler=_toggle_kernels,
        checked_when=lambda desk: desk.preferences.choices.records_kernels,
    ),
    Action(
        id="run.verify",
        title="Verify this recording…",
        tip="Make every call again and compare it bit for bit, to prove that the recording is what torch computes.",
        menu=Menu.RUN,
        handler=lambda desk: desk.proofs.verify(),
        enabled_when=has_whole_recording,
    ),
    Action(
        id="run.device",
        title="Choose device…",
        tip="Choose where programs run: CPU, CUDA or MPS.",
        menu=Menu.RUN,
        icon=Icon.DEVICE,
        shortcuts=("Ctrl+Shift+D",),
        handler=lambda desk: desk.window.show_devices(),
        begins_section=True,
    ),
)
