"""Where the Train workspace is built and connected; ``gui.workbench`` calls these once."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from engine.training.errors import PlanError
from engine.training.plan import TrainingPlan
from engine.training.plane import plane_of
from engine.training.script import script_of
from gui.bridge.run_loader import RunLoader
from gui.bridge.session_bridge import SessionBridge
from gui.bridge.settings import SettingsFile
from gui.commands.action import Desk
from gui.commands.book import ActionBook
from gui.commands.ports import Place
from gui.dialogs.file_prompts import FilePrompts
from gui.dialogs.update_dialog import UpdateDialog
from gui.model.models import Models
from gui.model.network import NetworkModel
from gui.model.playhead import BEFORE_FIRST
from gui.model.preferences import Choices
from gui.model.training import Training
from gui.model.training_book import RunBook
from gui.model.training_choices import optimizer_names
from gui.model.training_control import Trainer, TrainingControl
from gui.model.training_data import DataModel
from gui.model.training_logs import RunLogs
from gui.model.training_plan import PlanModel
from gui.model.workspace import Workspace
from gui.train.arguments import ArgumentsPopup
from gui.train.batch_view import BatchDialog
from gui.train.canvas_keys import CanvasKeys
from gui.train.controls import TrainControls
from gui.train.network_card import Face
from gui.train.saving import SavingError, save_numbers, save_picture
from gui.train.until import UntilPopup
from gui.window.main_window import MainWindow

if TYPE_CHECKING:
    from gui.train.page import TrainPage

_SIZES = 4
"""Ends, parameters, bytes and operations; the canvas tells the rest."""
_DATA_FILTERS = ("Tables and arrays (*.csv *.tsv *.txt *.npz)", "All files (*)")
_CHECKPOINT_FILTER = "Checkpoint (*.safetensors)"
_FILTERS = {"PNG": "Picture (*.png)", "SVG": "Drawing (*.svg)", "CSV": "Numbers (*.csv)"}


def build_training(models: Models, trainer: Trainer, settings: SettingsFile | None = None) -> Training:
    """Build what is true of training in a window; runs are kept where the settings say, without any they are not."""
    plan, book = PlanModel(), RunBook()
    logs = RunLogs(book)
    if settings is not None:
        logs = RunLogs(book, settings.read_runs_folder(), settings.data_folder / "trash")
        logs.moved.connect(settings.write_runs_folder)
    network = NetworkModel(plan.network)
    network.changed.connect(lambda is_more: plan.use_network(network.network) if is_more else None)
    plan.changed.connect(lambda changed: network.choose_batch(changed.batch_size))
    control = TrainingControl(plan, book, models.preferences, trainer, script_of, lambda told: plane_of(told.data))
    return Training(plan=plan, data=DataModel(plan), book=book, control=control, network=network, logs=logs)


def connect_trainer(bridge: SessionBridge, training: Training, models: Models) -> None:
    """What the session of training says goes to its control."""
    control = training.control
    bridge.started.connect(control.take_start)
    bridge.told.connect(control.take_facts)
    bridge.sampled.connect(control.take_sample)
    bridge.ended.connect(control.take_end)
    control.refused.connect(models.notices.warning)
    control.failed.connect(models.notices.error)
    control.saved.connect(lambda path: models.notices.info(f"Saved “{path.name}”: Train > Go on from a checkpoint."))
    training.logs.failed.connect(models.notices.error)


class TrainView:
    """The page of the workspace, which is built when it is shown first; see ``gui.commands.ports.TrainPort``."""

    def __init__(
        self, models: Models, training: Training, prompts: FilePrompts, may_replace: Callable[[], bool]
    ) -> None:
        self._models = models
        self._training = training
        self._prompts = prompts
        self._may_replace = may_replace
        self._page: TrainPage | None = None
        self._controls: TrainControls | None = None
        self._until: UntilPopup | None = None
        self._batch: BatchDialog | None = None

    def ask_until(self) -> None:
        """Open the question below its button."""
        assert self._controls is not None
        button = self._controls.until
        if self._until is None:
            self._until = UntilPopup(button)
            self._until.wanted.connect(self._training.control.play)
        self._until.move(button.mapToGlobal(QPoint(0, button.height() + 4)))
        self._until.show()
        self._until.epochs.setFocus()
        self._until.epochs.selectAll()

    def toggle_log(self) -> None:
        """Switch the scale of the loss."""
        if self._page is not None:
            self._page.charts.loss.log.toggle()

    def save_checkpoint(self) -> None:
        """Ask where, and have everything written that the run needs to go on from here."""
        run = self._training.control.live
        if run is None:
            return
        path = self._prompts.ask_save(Path.home() / f"{run.name}.safetensors", (_CHECKPOINT_FILTER,))
        if path is not None:
            self._training.control.save_checkpoint(path.absolute())

    def log_runs(self) -> None:
        """Ask for a folder, and keep every run there, where TensorBoard can read it."""
        logs = self._training.logs
        folder = self._prompts.ask_folder(logs.folder or Path.home(), "Folder for runs")
        if folder is not None:
            logs.use(folder.absolute())
        if logs.folder is not None:
            self._models.notices.info(f"Runs are kept in “{logs.folder.name}”: tensorboard --logdir “{logs.folder}”")

    def resume(self) -> None:
        """Ask for a checkpoint, and go on from it."""
        path = self._prompts.ask_open(Path.home(), (_CHECKPOINT_FILTER, "All files (*)"))
        if path is not None:
            self._models.preferences.choose_workspace(Workspace.TRAIN)
            self._training.control.resume(path.absolute())

    def open_update(self) -> None:
        """Open the newest kept step of the optimizer; its iterations and parameters can be chosen there."""
        run = self._training.book.current
        samples = [sample for sample in run.samples if sample.update is not None] if run is not None else []
        if run is None or not samples:
            return
        dialog = UpdateDialog(run.name, samples, samples[-1].iteration, self._models.theme, self._page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)  # several may stand side by side
        dialog.show()

    def show_face(self, name: str) -> None:
        """Show another face of the network."""
        if self._page is not None:
            self._page.network.show_face(Face(name))

    def look_at_batch(self, *, is_next: bool = False) -> None:
        """Show the last batch, which is followed while the run goes on, or one of the data that would be next."""
        if self._batch is None:
            self._batch = BatchDialog(self._training.book, self._training.data, self._models.theme, self._page)
        self._batch.follow(is_next=is_next)
        self._batch.show()
        self._batch.raise_()

    def edit_number(self) -> None:
        """Open the card of single numbers."""
        if self._page is not None:
            self._page.network.elements.open_any()

    @property
    def page(self) -> "TrainPage | None":
        """The page, once it is built."""
        return self._page

    def put_controls(self, controls: TrainControls) -> None:
        """Use these controls of the top bar."""
        self._controls = controls
        for name in optimizer_names():
            entry = controls.optimizers.addAction(name)
            entry.triggered.connect(lambda _=False, name=name: self._training.plan.choose_optimizer(name))
        controls.optimizers.addSeparator()
        controls.optimizers.addAction("Arguments…").triggered.connect(lambda: self._ask_optimizer(controls.optimizer))

    def _ask_optimizer(self, below: QWidget) -> None:
        plan = self._training.plan
        popup = ArgumentsPopup(
            plan.plan.optimizer, lambda choice: plan.edit(lambda old: replace(old, optimizer=choice)), below
        )
        popup.open_below(below)

    def make_page(self, desk: Desk, book: ActionBook, make_canvas: Callable[[], QWidget]) -> "TrainPage":
        """Build the page and connect it."""
        # pyqtgraph takes a quarter second to import: the window must not wait for it at its start.
        from gui.train.page import TrainPage  # noqa: PLC0415  # lazy for the reason above

        training, models = self._training, self._models
        page = self._page = TrainPage(training, models.theme, lambda: _text_of(training.plan.plan))
        notices, prompts = models.notices, self._prompts

        def canvas() -> QWidget:
            made = make_canvas()
            CanvasKeys(made, book.builder_actions())
            return made

        page.network.put_canvas(canvas)
        page.refused.connect(notices.warning)
        page.told.connect(notices.info)
        page.file_wanted.connect(lambda: self._use_data(prompts.ask_open(Path.home(), _DATA_FILTERS)))
        page.batch_wanted.connect(lambda: self.look_at_batch(is_next=True))
        page.folder_wanted.connect(lambda: self._use_data(prompts.ask_folder(Path.home())))
        page.save_wanted.connect(self._save)
        page.template_wanted.connect(lambda template: training.network.replace(template.network))
        page.program_wanted.connect(self._open_program)
        page.iteration_wanted.connect(lambda iteration: self._open_iteration(iteration, desk))
        page.forgotten.connect(
            lambda run: notices.info(
                f"{run.name} lies in the trash for 30 days; Train > Bring back the last run undoes it."
            )
        )
        loader = RunLoader(training.book, page)
        loader.failed.connect(notices.error)
        training.logs.begin()
        training.network.told.connect(lambda _nothing: page.network.show_facts(_size_text(training.network)))
        book.install_train(page)
        training.network.ask()
        return page

    def _open_program(self, text: str) -> None:
        if not self._may_replace():
            return
        models = self._models
        models.document.replace_program(text, "training.py")
        models.document.show_recording(None)
        models.preferences.choose_workspace(Workspace.EXPLORE)

    def _open_iteration(self, iteration: int, desk: Desk) -> None:
        models, run = self._models, self._training.book.current
        recording = run.ring.recording(iteration) if run is not None and run.ring is not None else None
        if recording is None or run is None:
            models.notices.warning(f"Iteration {iteration:,} is not kept any more.")
            return
        if not self._may_replace():
            return
        models.document.replace_program(run.source, f"{run.name} {iteration}.py")
        models.document.show_recording(recording)
        models.playhead.resize(len(recording))
        models.playhead.seek(BEFORE_FIRST)
        models.preferences.choose_workspace(Workspace.EXPLORE)
        desk.window.focus(Place.CANVAS)

    def _use_data(self, path: Path | None) -> None:
        if path is None:
            return
        try:
            told = self._training.choose_file(path)
        except PlanError as error:
            self._models.notices.warning(str(error))
            return
        self._training.data.want()  # it may be the same file with other contents
        if told:
            self._models.notices.info(told)

    def _save(self, chart: QWidget, kind: str) -> None:
        run = self._training.book.current
        if run is None:
            self._models.notices.warning("There is nothing to save yet: train something first.")
            return
        path = self._prompts.ask_save(Path.home() / f"{run.name}.{kind.lower()}", (_FILTERS[kind],))
        if path is None:
            return
        try:
            if kind == "CSV":
                save_numbers((run, *self._training.book.beside), path)
            else:
                save_picture(chart, path)
        except SavingError as error:
            self._models.notices.error(str(error))
            return
        self._models.notices.info(f"Saved “{path.name}”.")


def follow_workspace(window: MainWindow, models: Models, prepare: Callable[[], None]) -> None:
    """Show the workspace that is preferred; the first time that Train is shown, torch is loaded for it."""
    shown: list[Workspace] = []

    def show(choices: Choices) -> None:
        if shown[-1:] == [choices.workspace]:
            return
        if choices.workspace is Workspace.TRAIN and Workspace.TRAIN not in shown:
            prepare()
        shown.append(choices.workspace)
        del shown[:-4]
        window.workspaces.show_workspace(choices.workspace)
        window.parts.top.show_workspace(choices.workspace)
        window.workspaces.setFocus()

    models.preferences.changed.connect(show)
    show(models.preferences.choices)


def _text_of(plan: TrainingPlan) -> str:
    """The program of a plan, or as a comment what is missing for one."""
    try:
        return script_of(plan)
    except ValueError as error:
        return f"# {error}\n"


def _size_text(network: NetworkModel) -> str:
    return network.known.trouble or " · ".join(network.known.totals(network.network).split(" · ")[:_SIZES])
