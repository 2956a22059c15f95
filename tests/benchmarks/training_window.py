"""A window in which something trains while a clock of the benchmark ticks."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer

from gui.app import make_application
from gui.bridge.collector import QuietCollector
from gui.bridge.settings import SettingsFile
from gui.model.workspace import Workspace
from gui.workbench import build_workbench


class TrainingWindow(ABC):
    """Opens the Train workspace as the program does; what ``_tick`` finds out goes into ``told``."""

    def __init__(self, tick_ms: int) -> None:
        settings = SettingsFile(Path(os.environ["CHAINRULE_HOME"]) / "settings.ini")
        self._application = make_application(settings)
        self.bench = build_workbench(self._application, settings)
        collector = QuietCollector(self._application)
        self.bench.train_bridge.told.connect(collector.wake)
        collector.start()
        self.bench.window.resize(1600, 1000)
        self.bench.window.show()
        self.bench.models.preferences.choose_workspace(Workspace.TRAIN)
        self._timer = QTimer(interval=tick_ms)
        self._timer.timeout.connect(self._tick)
        self.told: dict[str, float] = {}

    def run(self, begin: Callable[[], None]) -> dict[str, float]:
        """Begin training and return what was measured, when ``_tick`` has ended it."""
        begin()
        self._timer.start()
        QCoreApplication.exec()
        self.bench.window.may_close = lambda: True
        self.bench.window.close()
        return self.told

    @abstractmethod
    def _tick(self) -> None:
        """Look at the run."""
