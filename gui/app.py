"""The one place where the window's parts are built and connected."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget

from engine.program.catalogue import starter
from engine.protocol.request import RunRequest
from engine.session import Session
from engine.session.listener import SessionListener
from engine.trace.ids import ValueId
from engine.training.commands import TrainCommand
from gui.bridge.appearance import AppearanceKeeper
from gui.bridge.canvas_graph import CanvasGraph
from gui.bridge.collector import QuietCollector
from gui.bridge.crash import CrashReporter
from gui.bridge.exporter import CanvasExporter
from gui.bridge.fetcher import Fetcher
from gui.bridge.file_clock import FileClock
from gui.bridge.network_asker import Asked, NetworkAsker
from gui.bridge.prover import RecordingProver
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
from gui.dialogs.report_dialog import ReportDialog
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
from gui.theme.fonts import load_fonts, words_font
from gui.theme.icons import Icon, icon_pixmap
from gui.theme.tokens import LIGHT
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

NAME = "Chainrule"
_IS_DRESSED = "chainruleIsDressed"


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
        self.panels.canvas.setFocus()


def build_workbench(
    application: QApplication,
    settings: SettingsFile,
    make_backend: MakeBackend = Session,
    prompts: FilePrompts | None = None,
    network_worker: Asked | None = None,
) -> Workbench:
    """Build one window and connect its parts; nothing is shown and nothing runs yet."""
    models = build_models(settings.read_choices(), settings.read_recents())
    window = MainWindow(models.theme)
    AppearanceKeeper(application, models.preferences, models.theme, window)
    Ticker(models.player, window)
    panels = build_panels(models)
    bridge = SessionBridge(window)
    backend = make_backend(bridge)
    runs = RunController(models.document, models.playhead, models.preferences, backend)
    Fetcher(models.document, runs, window)
    files = Files(models.document, models.playhead, models.recents)
    asker = prompts or QtFilePrompts(window)
    flow = FileFlow(models.document, files, models.notices, asker)
    FileClock(files.followed, window)
    exporter = CanvasExporter(panels.canvas, models.document, models.playhead, models.theme)
    train_bridge = SessionBridge(window)
    trainer = make_backend(train_bridge)
    training = build_training(models, trainer, settings)
    train = TrainView(models, training, asker, flow.may_replace)
    builder = BuilderPlace(window, models, training.network, asker, flow.may_replace)
    dialogs = Dialogs(window, models.document, models.devices, models.notices, models.theme, flow, asker, exporter)

    def export_other(canvas: CanvasPanel, document: Document, playhead: Playhead) -> None:
        dialogs.export_with(CanvasExporter(canvas, document, playhead, models.theme), document.title)

    compare = ComparePlace(window, models, panels.canvas, panels.editor.go_to_line, export_other)
    prover = RecordingProver(window)
    window.closing.connect(prover.close)
    desk = Desk(
        document=models.document,
        playhead=models.playhead,
        selection=models.selection,
        player=models.player,
        runs=runs,
        recents=models.recents,
        preferences=models.preferences,
        notices=models.notices,
        graph=CanvasGraph(panels.canvas, models.document, models.preferences),
        files=flow,
        values=ValueSaver(models.document, models.playhead, models.selection, models.notices, asker),
        proofs=Verifier(window, models.document, prover, models.playhead.seek, models.theme),
        comparisons=ComparisonOpener(window, models.document, models.playhead, models.notices, models.theme, asker),
        beside=compare.port,
        dialogs=dialogs,
        window=WindowCommands(window, _places(panels)),
        training=training,
        train=train,
        builder=builder.port,
    )
    book = ActionBook(ALL_ACTIONS, desk, models.theme, window)
    builder.use_book(book)
    compare.use_book(book)
    controls = TrainControls(book, training, models.theme, window)
    train.put_controls(controls)
    window.put_together(_parts(window, panels, book, models, controls, compare))
    Readouts(
        models.document,
        models.playhead,
        models.player,
        models.preferences,
        models.devices,
        runs,
        WindowDisplays(window),
        window,
    )
    workbench = Workbench(
        models=models,
        window=window,
        panels=panels,
        desk=desk,
        book=book,
        runs=runs,
        files=files,
        flow=flow,
        backend=backend,
        bridge=bridge,
        settings=settings,
        training=training,
        train=train,
        trainer=trainer,
        train_bridge=train_bridge,
        builder=builder,
        compare=compare,
    )
    _connect(workbench)
    _connect_training(workbench, network_worker)
    return workbench


def _places(panels: Panels) -> dict[Place, QWidget]:
    return {
        Place.EDITOR: panels.editor,
        Place.CANVAS: panels.canvas,
        Place.INSPECTOR: panels.inspector,
        Place.TIMELINE: panels.timeline,
    }


def _parts(
    window: MainWindow,
    panels: Panels,
    book: ActionBook,
    models: Models,
    train_controls: TrainControls,
    compare: ComparePlace,
) -> Parts:
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


def _connect_training(workbench: Workbench, network_worker: Asked | None) -> None:
    models, window, training = workbench.models, workbench.window, workbench.training
    asker = NetworkAsker(training.network, window, network_worker)
    connect_trainer(workbench.train_bridge, training, models)
    window.workspaces.put(
        Workspace.TRAIN,
        lambda: workbench.train.make_page(workbench.desk, workbench.book, workbench.builder.make_compact_panel),
    )
    follow_workspace(window, models, workbench.trainer.prepare)
    window.closing.connect(workbench.trainer.close)
    window.closing.connect(workbench.builder.close)
    window.closing.connect(asker.close)
    window.closing.connect(training.logs.close)


def make_application(settings: SettingsFile, arguments: Sequence[str] = ()) -> QApplication:
    """Return the one QApplication, with fonts, style and the size of everything that the person prefers."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        application = existing
    else:
        percent = settings.read_choices().scale_percent
        if percent != 100 and "QT_SCALE_FACTOR" not in os.environ:
            os.environ["QT_SCALE_FACTOR"] = str(percent / 100)  # Qt reads it once, when the application is made
        application = QApplication([NAME, *arguments])
    application.setApplicationName(NAME)
    application.setApplicationDisplayName("")
    application.setDesktopFileName("chainrule")
    if application.property(_IS_DRESSED):
        return application
    application.setProperty(_IS_DRESSED, True)  # noqa: FBT003  # Qt's own signature
    application.setStyle("Fusion")
    load_fonts()
    application.setFont(words_font())  # before the first widget: some would keep the system's font
    icon = QIcon()
    for size_px in (16, 32, 64, 128):
        icon.addPixmap(icon_pixmap(Icon.CHAINRULE, LIGHT.accent, size_px))
    application.setWindowIcon(icon)
    return application


def run_window(path: Path | None) -> int:
    """Open the window and return its exit status when it is closed.

    Args:
        path: A program or a recording to open; None opens the starter program and runs it.
    """
    settings = SettingsFile()
    application = make_application(settings)
    workbench = build_workbench(application, settings)
    collector = QuietCollector(application)
    workbench.bridge.batch_arrived.connect(collector.wake)
    collector.start()
    CrashReporter(lambda sentence, details: _show_crash(workbench, sentence, details)).install()
    workbench.window.fit_screen(application.primaryScreen().availableGeometry().size())
    workbench.window.show()
    QTimer.singleShot(0, workbench.window, lambda: workbench.start(path))
    return QCoreApplication.exec()


def _show_crash(workbench: Workbench, sentence: str, details: str) -> None:
    ReportDialog("Chainrule", sentence, details, workbench.window).exec()
