"""Measures how long the window stands still while large work is done beside it; prints JSON (a process of its own).

``python -m tests.benchmarks.turns_child BOXES``

A turn is what the processor did for this process from one beat of a clock in the window to the next: its own work, and
that of other threads for which it had to wait. Other programs on the machine do not count.
"""

import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from engine.interchange.picture_format import PictureFormat
from engine.trace.ids import StepIndex
from gui.bridge.picture_job import PictureJob
from gui.bridge.shown import Shown
from gui.canvas.panel import CanvasPanel
from gui.dialogs.export_work import ExportWork
from gui.model.document import Document
from gui.model.export import ExportChoice
from gui.model.playhead import Playhead
from gui.model.selection import Selection
from gui.theme.fonts import load_fonts
from gui.theme.theme import Theme
from gui.theme.tokens import LIGHT
from tests.support.made import recurrence

BEAT_MS = 4
PATIENCE_S = 120.0
SETTLING_S = 1.0
FORMATS = (
    PictureFormat.SVG,
    PictureFormat.PDF,
    PictureFormat.PNG,
    PictureFormat.TIKZ,
    PictureFormat.DOT,
    PictureFormat.GRAPHML,
    PictureFormat.JSON,
)


class Heart(QTimer):
    """Beats in the window's thread and remembers its longest turn."""

    def __init__(self) -> None:
        super().__init__(interval=BEAT_MS)
        self.setTimerType(Qt.TimerType.PreciseTimer)
        self.timeout.connect(self._beat)
        self.longest_ms = 0.0
        self._beaten_s = 0.0

    def begin(self) -> None:
        """Forget what was, and beat."""
        self.longest_ms, self._beaten_s = 0.0, time.process_time()
        self.start()

    def _beat(self) -> None:
        now_s = time.process_time()
        self.longest_ms = max(self.longest_ms, (now_s - self._beaten_s) * 1e3)
        self._beaten_s = now_s


def go_on(app: QApplication, is_done: Callable[[], bool]) -> None:
    """Let the window work until something is true."""
    limit_s = time.monotonic() + PATIENCE_S
    while not is_done():
        if time.monotonic() > limit_s:
            raise TimeoutError("the window did not get there")
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def go_on_for(app: QApplication, seconds: float) -> None:
    """Let the window work for a while."""
    end_s = time.monotonic() + seconds
    go_on(app, lambda: time.monotonic() > end_s)


def main(words: Sequence[str]) -> int:
    """Measure and print the longest turn of each work, in milliseconds, and what it took in all."""
    instance = QApplication.instance() or QApplication([])
    assert isinstance(instance, QApplication)
    app, heart, report = instance, Heart(), {}
    load_fonts()
    recording = recurrence(int(words[0]) // 24)
    document, playhead, selection, theme = Document(), Playhead(), Selection(), Theme()
    panel = CanvasPanel(document, playhead, selection, theme)
    panel.resize(1600, 900)
    panel.show()
    gc.collect()
    gc.disable()  # as in the program, which collects when nobody waits
    heart.begin()
    document.show_recording(recording)
    go_on(app, lambda: panel.current_drawing() is not None)
    go_on_for(app, SETTLING_S)
    report["open"] = (heart.longest_ms, 0.0)
    for name, act in (("unfold all", panel.expand_all), ("fold all", panel.collapse_all)):
        before, started_s = panel.current_drawing(), time.process_time()
        heart.begin()
        act()
        go_on(app, lambda before=before: panel.current_drawing() is not before)  # type: ignore[misc]  # a bound name
        took_ms = (time.process_time() - started_s) * 1e3
        go_on_for(app, SETTLING_S)
        report[name] = (heart.longest_ms, took_ms)
    panel.expand_all()
    go_on(app, lambda: len(((drawing := panel.current_drawing()) and drawing.nodes) or ()) > len(recording) // 2)
    go_on_for(app, SETTLING_S)
    drawing, view = panel.current_drawing(), panel.current_view()
    assert drawing is not None
    assert view is not None
    shown = Shown(recording=recording, view=view, drawing=drawing, step=StepIndex(len(recording) - 1))
    for kind in FORMATS:
        report[f"export {kind.value}"] = _export(app, heart, shown, kind)
    json.dump({"boxes": len(drawing.nodes), "turns": report}, sys.stdout)
    return 0


def _export(app: QApplication, heart: Heart, shown: Shown, kind: PictureFormat) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        job = PictureJob(shown, ExportChoice(format=kind, scale=0.05), LIGHT)
        ended: list[bool] = []
        work = ExportWork(lambda progress: job.write(Path(folder, f"picture.{kind.value}"), progress))
        problems: list[str] = []
        work.failed.connect(problems.append)
        work.ended.connect(lambda: ended.append(True))
        started_s = time.process_time()
        heart.begin()
        work.start()
        go_on(app, lambda: bool(ended))
        took_ms = (time.process_time() - started_s) * 1e3
        if problems:
            raise RuntimeError(problems[0])
        return heart.longest_ms, took_ms


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
