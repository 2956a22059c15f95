"""A whole window over a backend that plays a hand-made recording."""

from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from gui.app import make_application
from gui.bridge.settings import SettingsFile
from gui.workbench import Workbench, Workers, build_workbench
from tests.support.backend import FakeBackend, FakeDataWorker, FakeNetworkWorker
from tests.support.prompts import FakePrompts
from tests.support.recordings import STARTER

FAKES = Workers(FakeNetworkWorker(), FakeDataWorker())
"""Nobody asks torch."""


def build(folder: Path) -> Workbench:
    """Build a window; its settings lie in ``folder``."""
    settings = SettingsFile(folder / "settings.ini")
    application = make_application(settings)
    assert isinstance(application, QApplication)
    return build_workbench(application, settings, FakeBackend, FakePrompts(), FAKES)


def run_starter(workbench: Workbench) -> None:
    """Open the starter program of the hand-made recording, and run it."""
    workbench.models.document.replace_program(STARTER, "starter.py")
    workbench.runs.run()


def destroy(workbench: Workbench) -> None:
    """Close a window and delete its widgets, so that later tests do not style them again and again."""
    workbench.window.may_close = lambda: True
    workbench.window.close()
    workbench.window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    application = QApplication.instance()
    if isinstance(application, QApplication):
        application.setStyleSheet("")
        application.setPalette(application.style().standardPalette())
