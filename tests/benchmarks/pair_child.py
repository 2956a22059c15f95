"""Measures two large recordings beside each other, all groups open, and prints JSON (a process of its own).

``python -m tests.benchmarks.pair_child BOXES``

Prints the processor time until both are drawn, the longest turn of the window meanwhile, and the time of each frame,
both canvases together, while they go in step.
"""

import gc
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from engine.compare import compare
from gui.canvas.panel import CanvasPanel
from gui.model.compared import Compared
from gui.workbench import Workbench
from tests.benchmarks.turns_child import SETTLING_S, Heart, go_on, go_on_for
from tests.support.made import recurrence
from tests.support.workbench import build

_FRAMES = 60
_LONGEST_WAIT = 400


def main(words: Sequence[str]) -> int:
    """Measure and print."""
    rounds = int(words[0]) // 24
    here, there = recurrence(rounds), recurrence(rounds + 1)
    with tempfile.TemporaryDirectory() as folder:
        bench = build(Path(folder))
        app = QCoreApplication.instance()
        assert isinstance(app, QApplication)
        bench.window.resize(1600, 1000)
        bench.window.show()
        gc.collect()
        gc.disable()  # as in the program, which collects when nobody waits
        report = _measured(app, bench, here, there)
        bench.panels.canvas.set_reduces_motion(reduces=True)
    json.dump(report, sys.stdout)
    sys.stdout.flush()
    return 0


def _measured(app: QApplication, bench: Workbench, here: object, there: object) -> dict[str, object]:
    models, heart = bench.models, Heart()
    models.document.replace_program("x = 1\n", "here.py")
    models.document.show_recording(here)  # type: ignore[arg-type]  # made without types
    models.playhead.resize(len(here))  # type: ignore[arg-type]
    a = bench.panels.canvas
    a.expand_all()
    go_on(app, lambda: _boxes(a) > len(here) // 2)  # type: ignore[arg-type]
    started_s = time.process_time()
    comparison = compare(here, there)  # type: ignore[arg-type]
    compared_ms = (time.process_time() - started_s) * 1e3
    go_on_for(app, SETTLING_S)
    heart.begin()
    started_s = time.process_time()
    models.document.compare_with(Compared("there", there, comparison.partners_of_a, comparison))  # type: ignore[arg-type]
    bench.compare.side.show(shown=True)
    go_on(app, lambda: bench.compare.other is not None)
    other = bench.compare.other
    assert other is not None
    go_on(app, lambda: _boxes(other) > len(here) // 2 and a.overlay is not None)  # type: ignore[arg-type]
    opened_ms = (time.process_time() - started_s) * 1e3
    go_on_for(app, SETTLING_S)
    turn_ms = heart.longest_ms
    heart.stop()
    models.playhead.seek(len(here) // 2)  # type: ignore[arg-type]
    frames = [_step_ms(bench, a, other) for _ in range(_FRAMES)]
    return {
        "boxes": _boxes(a),
        "compared": compared_ms,
        "opened": opened_ms,
        "turn": turn_ms,
        "frames": sorted(frames),
    }


def _boxes(panel: CanvasPanel) -> int:
    drawing = panel.current_drawing()
    return 0 if drawing is None else len(drawing.nodes)


def _step_ms(bench: Workbench, *panels: CanvasPanel) -> float:
    """Go one row on, and paint both until nothing gets sharper; the time of the first frame, which a person sees."""
    started_s = time.process_time()
    bench.compare.side.move(1)
    for panel in panels:
        _paint(panel)
    took_ms = (time.process_time() - started_s) * 1e3
    for panel in panels:
        for _ in range(_LONGEST_WAIT):
            if not panel.surface.is_pending:
                break
            _paint(panel)
    return took_ms


def _paint(panel: CanvasPanel) -> None:
    surface = panel.surface
    screen = QImage(surface.size(), QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(screen)
    surface.paint_view(painter)
    painter.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
