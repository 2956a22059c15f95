"""Pictures of the real window: ``python -m gui.screenshots OUT.png --program FILE --step N --theme dark``.

The program runs in a real worker; the picture is taken when the run has ended and the window has come to rest.
With ``--train N`` the Train workspace is shown instead, after N iterations of ``--data`` or of the program.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QWidget

from engine.network.templates import template_titles
from engine.program.catalogue import starter
from engine.trace.outcome import Outcome
from engine.training.commands import Play
from engine.training.plan import Shape
from gui.app import make_application
from gui.bridge.settings import SettingsFile
from gui.commands.ports import Drawer
from gui.model.preferences import Appearance, Lesson
from gui.model.run_controller import Park
from gui.model.training_run import Phase, TrainingRun
from gui.model.workspace import Workspace
from gui.workbench import Workbench, build_workbench

REST_MS = 900
LIMIT_MS = 60_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Take one picture; return 0, or 1 when the program did not end in time."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        settings = SettingsFile(Path(folder) / "settings.ini")
        application = make_application(settings)
        workbench = build_workbench(application, settings)
        workbench.models.preferences.choose_appearance(Appearance(options.theme))
        workbench.models.preferences.reach(Lesson.DONE)
        width, _, height = options.size.partition("x")
        workbench.window.resize(int(width), int(height))
        workbench.window.show()
        if options.train is None:
            _Photographer(workbench, options).begin()
        else:
            _TrainPhotographer(workbench, options).begin()
        status: int = QCoreApplication.exec()
    return status


class _Camera:
    """Takes the picture and closes; gives up after a while."""

    def __init__(self, workbench: Workbench, options: argparse.Namespace) -> None:
        self._workbench = workbench
        self._options = options
        QTimer.singleShot(LIMIT_MS, workbench.window, lambda: self._close(1))

    def _shoot(self) -> None:
        window = self._pictured()
        for widget in window.findChildren(QWidget):
            widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, on=False)  # nothing shall look pointed at
        picture: QPixmap = window.grab()
        is_saved = picture.save(str(self._options.out))
        self._close(0 if is_saved else 1)

    def _pictured(self) -> QWidget:
        """Return the window that is to be seen: the builder, where it is open, has one of its own."""
        return self._workbench.builder.window or self._workbench.window

    def _close(self, status: int) -> None:
        self._workbench.window.may_close = lambda: True
        self._workbench.window.close()
        QCoreApplication.exit(status)


class _TrainPhotographer(_Camera):
    """Trains so many iterations, takes the picture, closes."""

    def begin(self) -> None:
        """Train; with 0 iterations, only show the workspace."""
        workbench, options = self._workbench, self._options
        workbench.models.preferences.choose_workspace(Workspace.TRAIN)
        if options.data is not None:
            workbench.training.choose_shape(Shape(options.data))
        if not options.train:
            QTimer.singleShot(REST_MS, workbench.window, self._arrange)
            return
        workbench.training.book.advanced.connect(self._on_advanced)
        if options.program is None:
            workbench.training.control.play(Play(iterations=options.train))
        else:
            text = options.program.read_text(encoding="utf-8")
            workbench.training.control.train_program(text, options.program, options.program.name)

    def _on_advanced(self, run: TrainingRun) -> None:
        if run.phase in (Phase.ENDED, Phase.FAILED) or run.iteration + 1 >= self._options.train:
            self._workbench.training.book.advanced.disconnect(self._on_advanced)
            QTimer.singleShot(REST_MS, self._workbench.window, self._arrange)

    def _arrange(self) -> None:
        if self._options.action:
            self._workbench.book.qaction(self._options.action).trigger()
        QTimer.singleShot(REST_MS, self._workbench.window, self._shoot)


class _Photographer(_Camera):
    """Runs the program, goes to the step, waits, takes the picture, closes."""

    def __init__(self, workbench: Workbench, options: argparse.Namespace) -> None:
        super().__init__(workbench, options)
        workbench.models.document.run_ended.connect(self._on_ended)

    def begin(self) -> None:
        """Run the program, or open the network builder."""
        if self._options.builder is not None:
            self._build()
            return
        path: Path = self._options.program or starter().path
        self._workbench.backend.prepare()
        self._workbench.panels.canvas.setFocus()
        text = path.read_text(encoding="utf-8")
        self._workbench.models.document.replace_program(text, path.name)
        self._workbench.runs.run(Park.START if self._options.step == 0 else Park.END)

    def _build(self) -> None:
        """Open the builder with a template, and wait for what torch says of it."""
        workbench, model = self._workbench, self._workbench.training.network
        panel = workbench.builder.show()
        panel.window().resize(workbench.window.size())
        workbench.builder.port.start_from(self._options.builder)
        model.ask()
        model.told.connect(lambda _none: None if model.is_waiting else self._rest())

    def _rest(self) -> None:
        QTimer.singleShot(REST_MS, self._workbench.window, self._shoot)

    def _on_ended(self, _outcome: Outcome) -> None:
        QTimer.singleShot(REST_MS, self._workbench.window, self._arrange)

    def _arrange(self) -> None:
        workbench, options = self._workbench, self._options
        if options.step is not None:
            workbench.models.playhead.seek(options.step - 1)
        if options.drawer:
            workbench.window.parts.bottom.open(Drawer[options.drawer.upper()])
        if options.action:
            workbench.book.qaction(options.action).trigger()
        QTimer.singleShot(REST_MS, workbench.window, self._shoot)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gui.screenshots", description="Take a picture of the window.")
    parser.add_argument("out", type=Path, help="the PNG to write")
    parser.add_argument("--program", type=Path, help="the program to run (default: the starter program)")
    parser.add_argument("--step", type=int, help="the step to stand at, counted from 1; 0 is before the first")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", default="1600x1000", help="of the window, as WIDTHxHEIGHT")
    parser.add_argument(
        "--drawer", choices=[drawer.name.lower() for drawer in Drawer], help="the page of the drawer to open"
    )
    parser.add_argument("--train", type=int, help="show the Train workspace after so many iterations")
    parser.add_argument("--data", choices=[shape.value for shape in Shape], help="what is trained on")
    parser.add_argument("--action", help="the id of an action to do before the picture, e.g. view.lens_gradients")
    parser.add_argument(
        "--builder",
        metavar="TEMPLATE",
        choices=[title for title, _summary in template_titles()],
        help="picture the network builder with this template instead, e.g. LeNet",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
