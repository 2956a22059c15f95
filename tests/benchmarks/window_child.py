"""Opens the real window, types in it, and prints what it took in milliseconds (a process of its own; see bench_window).

Prints: start of the process to painted window, to the finished graph of the starter program, then one number for each
keystroke: from the end of the pause in typing to the painted graph of the changed program.
"""

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from gui.app import make_application
from gui.bridge.settings import SettingsFile
from gui.model.document import RunState
from gui.workbench import Workbench, build_workbench

KEYSTROKES = 7
PATIENCE_S = 60.0


class PaintWatch(QObject):
    """Counts how often a widget was painted."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count and let pass."""
        self.count += event.type() is QEvent.Type.Paint
        return False


def wait_for(application: QApplication, is_done: Callable[[], bool]) -> None:
    """Let Qt work until something is true."""
    limit = time.monotonic() + PATIENCE_S
    while not is_done():
        if time.monotonic() > limit:
            raise TimeoutError("the window did not get there")
        application.processEvents()
        time.sleep(0.0005)


def is_drawn(workbench: Workbench, recording: object) -> bool:
    """Whether the recording shown is another one, finished, and on the canvas whole."""
    shown, drawing = workbench.models.document.recording, workbench.panels.canvas.current_drawing()
    if shown is None or shown is recording or drawing is None or not shown.outcome.succeeded:
        return False
    return max((box.node.step or 0 for box in drawing.nodes), default=0) == len(shown) - 1


def keystroke_ms(application: QApplication, workbench: Workbench, digit: int) -> float:
    """Change the program by one digit and measure from the moment at which live mode asks for a run."""
    document, canvas = workbench.models.document, workbench.panels.canvas
    wait_for(application, lambda: document.run_state is RunState.IDLE)
    for _ in range(2000):  # time for the next worker to be ready, as there is between two pauses in typing
        application.processEvents()
        time.sleep(0.001)
    before = document.recording
    workbench.panels.editor.edit.setPlainText(document.program + f"\n# {digit}\n")
    started_ns = time.monotonic_ns()
    workbench.panels.editor.run_requested.emit()
    wait_for(application, lambda: is_drawn(workbench, before))
    canvas.repaint()
    return (time.monotonic_ns() - started_ns) / 1e6


def main() -> None:
    """Measure and print."""
    process_started_ns = int(sys.argv[1])
    settings = SettingsFile()
    application = make_application(settings)
    workbench = build_workbench(application, settings)
    watch = PaintWatch(workbench.window)
    workbench.window.show()
    wait_for(application, lambda: watch.count > 0)
    window_ns = time.monotonic_ns()
    workbench.start(None)
    wait_for(application, lambda: is_drawn(workbench, None))
    workbench.panels.canvas.repaint()
    starter_ns = time.monotonic_ns()
    keystrokes = [keystroke_ms(application, workbench, digit) for digit in range(KEYSTROKES)]
    workbench.backend.close()
    sys.stdout.write(" ".join(f"{(moment - process_started_ns) / 1e6:.1f}" for moment in (window_ns, starter_ns)))
    sys.stdout.write(" " + " ".join(f"{taken:.1f}" for taken in keystrokes) + "\n")


if __name__ == "__main__":
    main()
