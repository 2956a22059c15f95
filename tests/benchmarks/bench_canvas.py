"""How long the canvas takes for one frame, in CPU time on this machine: panning, zooming and stepping large graphs."""

import time
from collections.abc import Callable, Iterable

from PySide6.QtWidgets import QApplication

from engine.trace.ids import StepIndex
from gui.canvas.camera import Camera, Margins, fitted
from gui.canvas.lens import Lens
from gui.canvas.scene import Scene
from gui.canvas.scene_painter import ScenePainter, Tools
from gui.canvas.surface import Surface
from gui.canvas.valuebook import ValueBook
from gui.theme.fonts import load_fonts
from gui.theme.tokens import LIGHT
from tests.support.drawings import grid_drawing
from tests.support.recordings import starter_recording

_WIDTH, _HEIGHT = 1600, 900
_FRAME_MS = 16.0

Row = dict[str, object]


def rows() -> list[Row]:
    """Return one row for each workload: the median and the worst frame in milliseconds of CPU time."""
    app = QApplication.instance() or QApplication([])
    load_fonts()
    found: list[Row] = []
    for columns, lines, name in ((50, 100, "5k nodes"), (100, 100, "10k nodes"), (200, 250, "50k nodes")):
        surface = _surface(columns, lines)
        scene = surface.scene
        assert scene is not None
        whole = fitted(scene.drawing.bounds, _WIDTH, _HEIGHT, Margins())
        near = Camera(200, 300, 1.0)
        workloads: dict[str, Iterable[Callable[[], None]]] = {
            "pan, all in view": [_look(surface, whole.panned(7 * n, 3 * n)) for n in range(30)],
            "pan at 50 %": [_look(surface, Camera(200 + 9 * n, 300 + 5 * n, 0.5)) for n in range(30)],
            "pan at 100 %": [_look(surface, near.panned(-13 * n, -7 * n)) for n in range(30)],
            "zoom from all to 800 %": [_look(surface, whole.zoomed(1.15**n, (800, 450))) for n in range(35)],
            "step, all in view": [_step(surface, whole, n * 7) for n in range(30)],
            "step at 100 %": [_step(surface, near, n) for n in range(30)],
        }
        for workload, frames in workloads.items():
            times = sorted(_frame_ms(surface, prepare) for prepare in frames)
            label = f"{name}, {workload}"
            found.append(_row("canvas frame, median", label, times[len(times) // 2]))
            found.append(_row("canvas frame, worst", label, times[-1]))
        surface.deleteLater()
    app.processEvents()
    return found


def _surface(columns: int, lines: int) -> Surface:
    surface = Surface(LIGHT)
    surface.resize(_WIDTH, _HEIGHT)
    drawing = grid_drawing(columns, lines)
    scene = Scene(drawing)
    painter = ScenePainter(Tools(LIGHT, ValueBook(starter_recording())), scene, Lens.VALUES, None)
    surface.show_scene(scene, painter, LIGHT, Lens.VALUES)
    surface.show_step(StepIndex(columns * lines // 2))
    surface.show()
    surface.control.jump(fitted(drawing.bounds, _WIDTH, _HEIGHT, Margins()))
    surface.grab()
    return surface


def _look(surface: Surface, camera: Camera) -> Callable[[], None]:
    return lambda: surface.control.jump(camera)


def _step(surface: Surface, camera: Camera, step: int) -> Callable[[], None]:
    def prepare() -> None:
        if surface.camera != camera:
            surface.control.jump(camera)
            surface.grab_sharp()
        surface.show_step(StepIndex(step))

    return prepare


def _frame_ms(surface: Surface, prepare: Callable[[], None]) -> float:
    prepare()
    started_ns = time.process_time_ns()
    surface.grab()
    return (time.process_time_ns() - started_ns) / 1e6


def _row(name: str, workload: str, figure: float) -> Row:
    return {
        "name": name,
        "workload": workload,
        "figure": round(figure, 2),
        "unit": "ms",
        "baseline": None,
        "ratio": None,
        "goal": _FRAME_MS,
    }
