"""The one place where the window's parts are built and connected."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QApplication, QWidget

from engine.program.catalogue import starter
from engine.protocol.request import RunRequest
from engine.session import Session
from engine.session.listener import SessionListener
from engine.trace.ids import ValueId
from engine.training.commands import TrainCommand
from gui.bridge.appearance import AppearanceKeeper
from gui.bridge.canvas_graph import CanvasGraph
from gui.bridge.data_asker import DataAsker
from gui.bridge.exporter import CanvasExporter
from gui.bridge.fetcher import Fetcher
from gui.bridge.file_clock import FileClock
from gui.bridge.network_asker import NetworkAsker
from gui.bridge.prover import RecordingProver
from gui.bridge.questions import Answering
from gui.bridge.readouts import Readouts
from gui.bridge.session_bridge import SessionBridge
from gui.bridge.settings import SettingsFile
from gui.bridge.ticker import Ticker
from gui.builder_wiring import BuilderPlace
from gui.canvas.panel import CanvasPanel
from gui.commands.action import Desk
from gui.commands.book import ActionBook
from gui.commands.ports import Drawer, Place
from gui.commands.registry import ALL_ACTIONS
from gui.compare_wiring import ComparePlace, give_room
from gui.dialogs.comparison_opener import ComparisonOpener
from gui.dialogs.dialogs import Dialogs
from gui.dialogs.file_flow import FileFlow
from gui.dialogs.file_prompts import FilePrompts, QtFilePrompts
from gui.dialogs.value_saver import ValueSaver
from gui.dialogs.verifier import Verifier
from gui.model.document import Document
from gui.model.files import Files
from gui.model.models import Models, build_models
from gui.model.playhead import Playhead
from gui.model.run_controller import Park, RunController
from gui.model.training import Training
from gui.model.workspace import Workspace
from gui.panels import Panels, build_panels
from gui.train.controls import TrainControls
from gui.train_wiring import TrainView, build_training, connect_trainer, follow_workspace
from gui.window.bottom import BottomArea
from gui.window.centre import Centre
from gui.window.columns import LeftColumn, RightColumn
from gui.window.cue import CuePill
from gui.window.displays import WindowDisplays
from gui.window.main_window import MainWindow, Parts
from gui.window.status_bar import StatusBar
from gui.window.top_bar import TopBar
from gui.window.window_port import WindowCommands
from gui.wiring import (
    ChartOpener,
    connect_coach,
    connect_notices,
    connect_panels,
    connect_session,
    connect_top_bar,
    connect_window,
    keep_settings,
)


class Backend(Protocol):
    """What runs programs for a window: a ``Session``, or a fake in tests."""

    def prepare(self) -> None:
        """Load torch in the background."""
        ...

    def run(self, request: RunRequest) -> None:
        """Run a program."""
        ...

    def stop(self) -> None:
        """Stop the program."""
        ...

    def look(self, values: tuple[ValueId, ...]) -> None:
        """Fetch the numbers of these values of the last run before all others."""
        ...

    def steer(self, command: TrainCommand) -> None:
        """Ask something of the training that runs."""
        ...

    def close(self) -> None:
        """End all processes."""
        ...


MakeBackend = Callable[[SessionListener], Backend]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """One window with everything that belongs to it, kept alive together."""

    models: Models
    window: MainWindow
    panels: Panels
    desk: Desk
    book: ActionBook
    runs: RunController
    files: Files
    flow: FileFlow
    backend: Backend
    bridge: SessionBridge
    settings: SettingsFile
    training: Training
    train: TrainView
    trainer: Backend
    train_bridge: SessionBridge
    builder: BuilderPlace
    compare: ComparePlace

    def start(self, path: Path | None) -> None:
        """Open what is there to be seen first, and load torch in the background."""
        self.open_first(path)
        self.backend.prepare()

    def open_first(self, path: Path | None) -> None:
        """Open a file, or the starter program with the recording that is shipped of it; without that it is run."""
        if path is not None:
            self.flow.open_path(path)
        elif not self.files.open_example(starter()):
            self.runs.run(Park.START)
        canvas = self.panels.canvas
        place = canvas if canvas.isVisibleTo(self.window) else self.window.workspaces
        place.setFocus()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Programs:
    """What runs typed programs and keeps them in files."""

    bridge: SessionBridge
    backend: Backend
    runs: RunController
    files: Files
    flow: FileFlow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learning:
    """What trains networks and builds them."""

    bridge: SessionBridge
    backend: Backend
    training: Training
    view: TrainView
    builder: BuilderPlace


@dataclass(frozen=True, slots=True)
class Workers:
    """What answers questions about networks and data in place of processes of their own: fakes in tests."""

    network: Answering | None = None
    data: Answering | None = None


def build_workbench(
    application: QApplication,
    settings: SettingsFile,
    make_backend: MakeBackend = Session,
    prompts: FilePrompts | None = None,
    workers: Workers = Workers(),
) -> Workbench:
    """Build one window and connect its parts; nothing is shown and nothing runs yet."""
    models = build_models(settings.read_choices(), settings.read_recents())
    window = MainWindow(models.theme)
    AppearanceKeeper(application, models.preferences, models.theme, window)
    Ticker(models.player, window)
    panels = build_panels(models)
    asker = prompts or QtFilePrompts(window)
    programs = _programs(window, models, make_backend, asker)
    learning = _learning(window, models, settings, make_backend, asker, programs.flow)
    exporter = CanvasExporter(panels.canvas, models.document, models.playhead, models.theme)
    dialogs = Dialogs(
        window, models.document, models.devices, models.notices, models.theme, programs.flow, asker, exporter
    )
    compare = _compare(window, models, panels, dialogs)
    desk = _desk(window, models, panels, programs, learning, dialogs, compare, asker)
    workbench = Workbench(
        models=models,
        window=window,
        panels=panels,
        desk=desk,
        book=ActionBook(ALL_ACTIONS, desk, models.theme, window),
        runs=programs.runs,
        files=programs.files,
        flow=programs.flow,
        backend=programs.backend,
        bridge=programs.bridge,
        settings=settings,
        training=learning.training,
        train=learning.view,
        trainer=learning.backend,
        train_bridge=learning.bridge,
        builder=learning.builder,
        compare=compare,
    )
    _put_together(workbench)
    _connect(workbench)
    _connect_training(workbench, workers)
    return workbench


def _programs(window: MainWindow, models: Models, make_backend: MakeBackend, asker: FilePrompts) -> _Programs:
    bridge = SessionBridge(window)
    backend = make_backend(bridge)
    runs = RunController(models.document, models.playhead, models.preferences, backend)
    Fetcher(models.document, runs, window)
    files = Files(models.document, models.playhead, models.recents)
    FileClock(files.followed, window)
    flow = FileFlow(models.document, files, models.notices, asker)
    return _Programs(bridge=bridge, backend=backend, runs=runs, files=files, flow=flow)


def _learning(
    window: MainWindow,
    models: Models,
    settings: SettingsFile,
    make_backend: MakeBackend,
    asker: FilePrompts,
    flow: FileFlow,
) -> _Learning:
    bridge = SessionBridge(window)
    backend = make_backend(bridge)
    training = build_training(models, backend, settings)
    return _Learning(
        bridge=bridge,
        backend=backend,
        training=training,
        view=TrainView(models, training, asker, flow.may_replace),
        builder=BuilderPlace(window, models, training.network, asker, flow.may_replace),
    )


def _compare(window: MainWindow, models: Models, panels: Panels, dialogs: Dialogs) -> ComparePlace:
    def export_other(canvas: CanvasPanel, document: Document, playhead: Playhead) -> None:
        dialogs.export_with(CanvasExporter(canvas, document, playhead, models.theme), document.title)

    return ComparePlace(window, models, panels.canvas, panels.editor.go_to_line, export_other)


def _desk(
    window: MainWindow,
    models: Models,
    panels: Panels,
    programs: _Programs,
    learning: _Learning,
    dialogs: Dialogs,
    compare: ComparePlace,
    asker: FilePrompts,
) -> Desk:
    prover = RecordingProver(window)
    window.closing.connect(prover.close)
    return Desk(
        document=models.document,
        playhead=models.playhead,
        selection=models.selection,
        player=models.player,
        runs=programs.runs,
        recents=models.recents,
        preferences=models.preferences,
        notices=models.notices,
        graph=CanvasGraph(panels.canvas, models.document, models.preferences),
        files=programs.flow,
        values=ValueSaver(models.document, models.playhead, models.selection, models.notices, asker),
        proofs=Verifier(window, models.document, prover, models.playhead.seek, models.theme),
        comparisons=ComparisonOpener(window, models.document, models.playhead, models.notices, models.theme, asker),
        beside=compare.port,
        dialogs=dialogs,
        window=WindowCommands(window, _places(panels)),
        training=learning.training,
        train=learning.view,
        builder=learning.builder.port,
    )


def _places(panels: Panels) -> dict[Place, QWidget]:
    return {
        Place.EDITOR: panels.editor,
        Place.CANVAS: panels.canvas,
        Place.INSPECTOR: panels.inspector,
        Place.TIMELINE: panels.timeline,
    }


def _put_together(workbench: Workbench) -> None:
    """Give actions to who offers them, and everything its place in the window."""
    models, window, book = workbench.models, workbench.window, workbench.book
    workbench.builder.use_book(book)
    workbench.compare.use_book(book)
    controls = TrainControls(book, workbench.training, models.theme, window)
    workbench.train.put_controls(controls)
    window.put_together(_parts(workbench, controls))
    Readouts(
        models.document,
        models.playhead,
        models.player,
        models.preferences,
        models.devices,
        workbench.runs,
        WindowDisplays(window),
        window,
    )


def _parts(workbench: Workbench, train_controls: TrainControls) -> Parts:
    models, window, panels, book, compare = (
        workbench.models,
        workbench.window,
        workbench.panels,
        workbench.book,
        workbench.compare,
    )
    return Parts(
        top=TopBar(book, models.theme, train_controls, window),
        left=LeftColumn(panels.editor, panels.problems, window),
        centre=Centre(compare.split, panels.card, CuePill(models.theme, window), compare.set_bottom_inset, window),
        right=RightColumn(panels.inspector, panels.canvas.ranking, window),
        bottom=BottomArea(
            book,
            panels.timeline,
            {Drawer.CHARTS: panels.charts, Drawer.CONSOLE: panels.console, Drawer.DECISIONS: panels.decisions},
            window,
        ),
        status=StatusBar(window),
    )


def _connect(workbench: Workbench) -> None:
    models, window, panels, desk, book = (
        workbench.models,
        workbench.window,
        workbench.panels,
        workbench.desk,
        workbench.book,
    )
    book.install(window, (panels.canvas, panels.timeline, panels.inspector))
    connect_session(workbench.bridge, workbench.runs, models)
    connect_panels(panels, desk, book, window)
    connect_top_bar(window.parts.top, desk, book, models.devices)
    connect_notices(window, models, workbench.runs)
    connect_coach(window, models)
    connect_window(window, workbench.flow, book, desk)
    ChartOpener(window, models)
    give_room(workbench.compare.side, window)
    keep_settings(workbench.settings, window, models)
    window.closing.connect(workbench.backend.close)
    book.refresh()


def _connect_training(workbench: Workbench, workers: Workers) -> None:
    models, window, training = workbench.models, workbench.window, workbench.training
    askers = (
        NetworkAsker(training.network, window, workers.network),
        DataAsker(training.data, window, workers.data),
    )
    connect_trainer(workbench.train_bridge, training, models)
    window.workspaces.put(
        Workspace.TRAIN,
        lambda: workbench.train.make_page(workbench.desk, workbench.book, workbench.builder.make_compact_panel),
    )
    follow_workspace(window, models, workbench.trainer.prepare)
    window.closing.connect(workbench.trainer.close)
    window.closing.connect(workbench.builder.close)
    for asker in askers:
        window.closing.connect(asker.close)
    window.closing.connect(training.logs.close)
