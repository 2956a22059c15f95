"""The application: one Qt application, its fonts and style, and the window that it opens."""

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from gui.bridge.collector import QuietCollector
from gui.bridge.crash import CrashReporter
from gui.bridge.settings import SettingsFile
from gui.dialogs.report_dialog import ReportDialog
from gui.theme.fonts import load_fonts, words_font
from gui.theme.icons import Icon, icon_pixmap
from gui.theme.tokens import LIGHT
from gui.workbench import Workbench, build_workbench

NAME = "Chainrule"
_IS_DRESSED = "chainruleIsDressed"


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
