"""Training: play, pause, so many batches, how far; and the two workspaces."""

from engine.training.commands import Play
from gui.commands.action import Action, Context, Desk, Menu
from gui.commands.conditions import has_program
from gui.model.training_run import Phase
from gui.model.workspace import Workspace
from gui.theme.icons import Icon

_BUSY = (Phase.RUNNING, Phase.STARTING)
_TIPS = {
    Workspace.EXPLORE: "Look at a program, its graph and every step of it.",
    Workspace.TRAIN: "Choose data and a network, train it, and watch it learn.",
}
_KEYS = {Workspace.EXPLORE: "Alt+X", Workspace.TRAIN: "Alt+T"}


def _is_alive(desk: Desk) -> str:
    return "" if desk.training.control.live is not None else "No training is going on."


def _has_update(desk: Desk) -> str:
    run = desk.training.book.current
    if run is None:
        return "Nothing was trained yet."
    is_known = any(sample.update is not None for sample in run.samples)
    return "" if is_known else "No iteration was kept whole yet: press K to keep the next one."


def _has_numbers(desk: Desk) -> str:
    run = desk.training.book.current
    return "" if run is not None and run.elements.shapes else "Train something first: then it has numbers."


def _can_undo_number(desk: Desk) -> str:
    live = desk.training.control.live
    return "" if live is not None and live.elements.can_undo else "No number of a run that goes on was changed."


def _can_redo_number(desk: Desk) -> str:
    live = desk.training.control.live
    return "" if live is not None and live.elements.can_redo else "No change of a number was taken back."


def _was_trained(desk: Desk) -> str:
    return "" if desk.training.book.current is not None else "Nothing was trained yet."


def _enter(desk: Desk) -> None:
    desk.preferences.choose_workspace(Workspace.TRAIN)


def _toggle(desk: Desk) -> None:
    _enter(desk)
    desk.training.control.toggle()


def _play(desk: Desk, play: Play) -> None:
    _enter(desk)
    desk.training.control.play(play)


def _play_label(desk: Desk) -> str:
    return "Pause" if desk.training.control.live is not None and desk.training.control.phase in _BUSY else "Play"


def _train_program(desk: Desk) -> None:
    _enter(desk)
    document = desk.document
    desk.training.control.train_program(document.program, document.path, document.title)


def _workspace_action(workspace: Workspace) -> Action:
    return Action(
        id=f"view.{workspace.value}",
        title=workspace.value.capitalize(),
        tip=_TIPS[workspace],
        menu=Menu.VIEW,
        shortcuts=(_KEYS[workspace],),
        handler=lambda desk: desk.preferences.choose_workspace(workspace),
        checked_when=lambda desk: desk.preferences.choices.workspace is workspace,
        begins_section=workspace is Workspace.EXPLORE,
    )


def _face_action(name: str, tip: str, key: str) -> Action:
    return Action(
        id=f"train.{name.lower()}",
        title=f"Network: {name.lower()}",
        tip=tip,
        menu=Menu.TRAIN,
        shortcuts=(key,),
        context=Context.TRAIN,
        handler=lambda desk: desk.train.show_face(name),
        begins_section=name == "Live",
    )


TRAIN_ACTIONS = (
    Action(
        id="train.play",
        title="Play",
        label=_play_label,
        tip="Train, or pause after the batch that is being worked on.",
        menu=Menu.TRAIN,
        icon=Icon.PLAY,
        shortcuts=("Ctrl+T",),
        handler=_toggle,
    ),
    Action(
        id="train.toggle",
        title="Play or pause",
        tip="Train, or pause, while the Train workspace has the keyboard.",
        menu=Menu.TRAIN,
        shortcuts=("Space",),
        context=Context.TRAIN,
        handler=_toggle,
    ),
    Action(
        id="train.batch",
        title="1 batch",
        tip="Train on one batch, keep it whole, and wait.",
        menu=Menu.TRAIN,
        shortcuts=(".",),
        context=Context.TRAIN,
        handler=lambda desk: _play(desk, Play(iterations=1, kept=True)),
    ),
    Action(
        id="train.epoch",
        title="1 epoch",
        tip="Train on all data once, and wait.",
        menu=Menu.TRAIN,
        shortcuts=(">",),
        context=Context.TRAIN,
        handler=lambda desk: _play(desk, Play(epochs=1)),
    ),
    Action(
        id="train.until",
        title="Until…",
        tip="Train so many epochs or batches, or until the loss is small enough.",
        menu=Menu.TRAIN,
        shortcuts=("U",),
        context=Context.TRAIN,
        handler=lambda desk: desk.train.ask_until(),
    ),
    Action(
        id="train.restart",
        title="Start anew",
        tip="Begin a new run with the settings as they are; the run before stays in the list.",
        menu=Menu.TRAIN,
        shortcuts=("R",),
        context=Context.TRAIN,
        handler=lambda desk: desk.training.control.restart(),
    ),
    Action(
        id="train.stop",
        title="End training",
        tip="End the run; its curves, its marks and its kept iterations stay.",
        menu=Menu.TRAIN,
        icon=Icon.STOP,
        shortcuts=("Ctrl+Shift+X",),
        handler=lambda desk: desk.training.control.stop(),
        enabled_when=_is_alive,
    ),
    Action(
        id="train.keep",
        title="Keep the next iteration whole",
        tip="Record everything in the next iteration, to step through it.",
        menu=Menu.TRAIN,
        shortcuts=("K",),
        context=Context.TRAIN,
        handler=lambda desk: desk.training.control.keep_next(),
        enabled_when=_is_alive,
    ),
    Action(
        id="train.update",
        title="Open an optimizer step…",
        tip="Show a kept iteration's step of the optimizer, from the gradient to the new value, number by number.",
        menu=Menu.TRAIN,
        shortcuts=("X",),
        context=Context.TRAIN,
        handler=lambda desk: desk.train.open_update(),
        enabled_when=_has_update,
    ),
    Action(
        id="train.look_batch",
        title="Look at the batch…",
        tip="Show the first samples of the last batch, what is to be told of them, and what the network answers.",
        menu=Menu.TRAIN,
        shortcuts=("D",),
        context=Context.TRAIN,
        handler=lambda desk: desk.train.look_at_batch(),
        enabled_when=_was_trained,
    ),
    Action(
        id="train.number",
        title="Change a weight…",
        tip="Look at any number of any tensor that is trained, and change it before the next batch.",
        menu=Menu.TRAIN,
        shortcuts=("W",),
        context=Context.TRAIN,
        handler=lambda desk: desk.train.edit_number(),
        enabled_when=_has_numbers,
        begins_section=True,
    ),
    Action(
        id="train.undo_number",
        title="Undo the change of a weight",
        tip="Give the number that was changed last the value that it had before.",
        menu=Menu.TRAIN,
        icon=Icon.UNDO,
        shortcuts=("Ctrl+Z",),
        context=Context.TRAIN,
        handler=lambda desk: desk.training.control.undo_element(),
        enabled_when=_can_undo_number,
    ),
    Action(
        id="train.redo_number",
        title="Redo the change of a weight",
        tip="Make the change of a weight again that was taken back last.",
        menu=Menu.TRAIN,
        icon=Icon.REDO,
        shortcuts=("Ctrl+Y", "Ctrl+Shift+Z"),
        context=Context.TRAIN,
        handler=lambda desk: desk.training.control.redo_element(),
        enabled_when=_can_redo_number,
    ),
    Action(
        id="train.put_back",
        title="Bring back the last run",
        tip="Bring the run back that was moved to the trash last, in this session or an earlier one.",
        menu=Menu.TRAIN,
        icon=Icon.UNDO,
        handler=lambda desk: desk.training.book.put_back(),
        enabled_when=lambda desk: "" if desk.training.book.can_put_back else "No run lies in the trash.",
    ),
    Action(
        id="train.save",
        title="Save a checkpoint…",
        tip="Write weights, optimizer and random states, so that training can go on exactly from here.",
        menu=Menu.TRAIN,
        icon=Icon.SAVE,
        handler=lambda desk: desk.train.save_checkpoint(),
        enabled_when=_is_alive,
        begins_section=True,
    ),
    Action(
        id="train.resume",
        title="Go on from a checkpoint…",
        tip="Begin a run that goes on from where a checkpoint was saved.",
        menu=Menu.TRAIN,
        icon=Icon.OPEN,
        handler=lambda desk: desk.train.resume(),
    ),
    Action(
        id="train.events",
        title="Keep runs in another folder…",
        tip="Curves, marks and programs of all runs are kept there while they go on; TensorBoard reads them, too.",
        menu=Menu.TRAIN,
        handler=lambda desk: desk.train.log_runs(),
    ),
    Action(
        id="train.program",
        title="Train with the program of the editor",
        tip="Run the program of the Explore workspace as training: its curves appear by themselves.",
        menu=Menu.TRAIN,
        handler=_train_program,
        enabled_when=has_program,
        begins_section=True,
    ),
    Action(
        id="train.log",
        title="Logarithmic loss",
        tip="Draw the loss on a logarithmic scale, or on a linear one.",
        menu=Menu.TRAIN,
        shortcuts=("Shift+L",),
        context=Context.TRAIN,
        handler=lambda desk: desk.train.toggle_log(),
        enabled_when=_was_trained,
    ),
    _face_action("Live", "Show what each unit of the network answers.", "1"),
    _face_action("Canvas", "Show the canvas on which the network is built.", "2"),
    _face_action("Code", "Show the program that trains.", "3"),
    *(_workspace_action(workspace) for workspace in Workspace),
)
