"""Measures the frames of one graph in a process of its own, and prints them as JSON.

``python -m tests.benchmarks.canvas_child FAMILY BOXES``
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import cast

import shiboken6
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from engine.drawing.drawing import Drawing
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.canvas.lens import Lens
from gui.canvas.scene import Scene
from gui.canvas.scene_painter import ScenePainter, Tools
from gui.canvas.surface import Surface
from gui.canvas.valuebook import ValueBook
from gui.theme.fonts import load_fonts
from gui.theme.tokens import LIGHT
from gui.widgets.camera import Camera, Margins, fitted
from tests.benchmarks.canvas_families import FAMILIES, drawing_of
from tests.support.drawings import grid_drawing
from tests.support.recordings import starter_recording

_WIDTH, _HEIGHT = 1600, 900
_FRAMES = 60
_LONGEST_WAIT = 400

Report = dict[str, object]


def main(words: Sequence[str]) -> int:
    """Measure and print."""
    family, boxes = words[0], int(words[1])
    app = QApplication.instance() or QApplication([])
    load_fonts()
    drawing, recording = _made(family, boxes)
    gc.collect()
    gc.disable()  # as in the program, which collects when nobody waits
    empty = _resident_bytes()
    reports = [_measured(drawing, recording, ratio) for ratio in (1, 2)]
    taken = max(cast("int", report["resident"]) for report in reports) - empty
    json.dump({"boxes": len(drawing.nodes), "bytes": max(taken, 0), "runs": reports}, sys.stdout)
    app.processEvents()
    return 0


def _made(family: str, boxes: int) -> tuple[Drawing, Recording]:
    if family == "grid":
        return grid_drawing(max(1, boxes // 200), 200), starter_recording()
    recording = FAMILIES[family](boxes)
    return drawing_of(recording), recording


def _measured(drawing: Drawing, recording: Recording, ratio: int) -> Report:
    surface = Surface(LIGHT)
    surface.resize(_WIDTH, _HEIGHT)
    scene = Scene(drawing)
    painter = ScenePainter(Tools(LIGHT, ValueBook(recording)), scene, Lens.VALUES, None)
    surface.show_scene(scene, painter, LIGHT, Lens.VALUES)
    screen = QImage(_WIDTH * ratio, _HEIGHT * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    screen.setDevicePixelRatio(ratio)
    whole = fitted(drawing.bounds, _WIDTH, _HEIGHT, Margins())
    steps = int(scene.first.max()) + 1
    box = scene.nodes[len(scene.nodes) // 2].rect
    middle = Camera(box.x, box.y, 1.0).centred(box.center, _WIDTH, _HEIGHT)
    half = Camera(box.x, box.y, 0.5).centred(box.center, _WIDTH, _HEIGHT)
    surface.show_step(StepIndex(steps // 2))
    jump = surface.control.jump
    workloads: dict[str, tuple[Callable[[], None], Iterable[Callable[[], None]]]] = {
        "pan, all in view": (lambda: jump(whole), [_look(surface, whole.panned(7 * n, 3 * n)) for n in range(_FRAMES)]),
        "pan at 50 %": (lambda: jump(half), [_look(surface, half.panned(9 * n, 5 * n)) for n in range(_FRAMES)]),
        "pan at 100 %": (lambda: jump(middle), [_look(surface, middle.panned(13 * n, 7 * n)) for n in range(_FRAMES)]),
        "zoom from all to 800 %": (
            lambda: jump(whole),
            [_look(surface, whole.between(Camera(box.x, box.y, 8.0), n / 80)) for n in range(80)],
        ),
        "step, all in view": (lambda: jump(whole), [_step(surface, n % steps) for n in range(_FRAMES)]),
        "step at 100 %": (
            lambda: jump(middle),
            [_step(surface, (steps // 2 + n) % steps) for n in range(_FRAMES)],
        ),
    }
    times: dict[str, list[float]] = {}
    for name, (prepare, frames) in workloads.items():
        prepare()
        jumping = _rest(surface, screen)
        if times:  # what is seen first of all has more time
            times["jump elsewhere"] = times.get("jump elsewhere", []) + jumping
        times[name] = [_frame_ms(surface, screen, frame) for frame in frames]
        times["coming to rest"] = times.get("coming to rest", []) + _rest(surface, screen)
    resident = _resident_bytes() - screen.sizeInBytes()  # the screen is not the canvas's
    surface.show_scene(None, None, LIGHT, Lens.VALUES)  # the memory of one window is measured, not of two
    shiboken6.delete(surface)
    return {"ratio": ratio, "times": times, "resident": resident}


def _look(surface: Surface, camera: Camera) -> Callable[[], None]:
    return lambda: surface.control.jump(camera)


def _step(surface: Surface, step: int) -> Callable[[], None]:
    return lambda: surface.show_step(StepIndex(step))


def _rest(surface: Surface, screen: QImage) -> list[float]:
    """Paint until nothing gets sharper any more, and return how long each frame took."""
    times = []
    for _ in range(_LONGEST_WAIT):
        times.append(_frame_ms(surface, screen, lambda: None))
        if not surface.is_pending:
            break
    return times


def _frame_ms(surface: Surface, screen: QImage, prepare: Callable[[], None]) -> float:
    prepare()
    started_ns = time.process_time_ns()
    painter = QPainter(screen)
    surface.paint_view(painter)
    painter.end()
    return (time.process_time_ns() - started_ns) / 1e6


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
