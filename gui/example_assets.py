"""Makes what is shipped beside the examples: ``python -m gui.example_assets`` (or ``make assets``).

The starter program's recording is what the window shows before torch is loaded. The thumbnails are the cards of the
gallery: each is the graph of its example, drawn by the canvas's own painter at the end of a real run, and carries the
digest of the program it was made of, so that a test notices when the two no longer belong together.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from engine.drawing import arrange
from engine.drawing.drawing import Rect
from engine.graph import Folding, Iteration, build_view_graph, iteration_at, iterations
from engine.program.catalogue import Example, examples, starter
from engine.protocol.request import RunRequest
from engine.session.to_recording import run_to_recording
from engine.trace.facts import Phase
from engine.trace.file import write_recording
from engine.trace.recording import Recording
from gui.canvas.picture import Sheet, render_image
from gui.theme.fonts import load_fonts
from gui.theme.tokens import ThemeName, tokens_of

WIDTH_PX, HEIGHT_PX = 544, 288
"""Of a thumbnail: twice what the gallery shows, so that it stays sharp on fine screens."""
PROGRAM_KEY = "program"
"""Under this key the PNG carries the digest of the program."""
THEMES = (ThemeName.LIGHT, ThemeName.DARK)

_LARGEST_SCALE = 1.6
_MARGIN_PX = 18
_COLORS = 96
"""Of the palette of a thumbnail: a quarter of the bytes, and no difference that the eye sees."""


def digest(text: str) -> str:
    """Return what names a program text in a thumbnail."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def record(example: Example) -> Recording:
    """Run an example in a worker."""
    return run_to_recording(RunRequest(program=example.text, filename=f"{example.key}.py"))


def telling_iteration(recording: Recording) -> Iteration:
    """Return the last iteration with a backward pass, or the last: what comes after training only evaluates."""
    found = iterations(recording)
    starts = [step.index for step in recording.steps if step.phase is Phase.BACKWARD]
    return iteration_at(found, starts[-1]) if starts else found[-1]


def draw_thumbnail(recording: Recording, theme: ThemeName) -> QImage:
    """Return the whole graph of the telling iteration, fitted to the size of a card."""
    iteration = telling_iteration(recording)
    drawing = arrange(build_view_graph(recording, iteration, Folding()))
    bounds = drawing.bounds
    page = Rect(bounds.x - _MARGIN_PX, bounds.y, bounds.width + 2 * _MARGIN_PX, bounds.height + _MARGIN_PX)
    scale = min(_LARGEST_SCALE, WIDTH_PX / page.width, (HEIGHT_PX - _MARGIN_PX) / page.height)
    tokens = tokens_of(theme)
    graph = render_image(drawing, recording, iteration.last_step, tokens, scale, sheet=Sheet(page=page))
    image = QImage(WIDTH_PX, HEIGHT_PX, QImage.Format.Format_RGB32)
    image.fill(tokens.canvas)
    area = graph.rect()
    area.moveCenter(image.rect().center())
    painter = QPainter(image)
    painter.drawImage(area.topLeft(), graph)
    painter.end()
    return with_palette(image)


def with_palette(image: QImage) -> QImage:
    """Return the picture with its most frequent colours only, each other pixel taking the nearest of them."""
    raw = np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), image.width())
    colors, places, counts = np.unique(raw | 0xFF000000, return_inverse=True, return_counts=True)
    kept = colors[np.argsort(counts)[::-1][:_COLORS]]
    distances = np.square(_channels(colors)[:, None] - _channels(kept)[None]).sum(axis=2)
    nearest = distances.argmin(axis=1).astype(np.uint8)[places].reshape(raw.shape)
    indexed = QImage(nearest.tobytes(), image.width(), image.height(), image.width(), QImage.Format.Format_Indexed8)
    indexed.setColorTable([int(color) for color in kept])
    return indexed.copy()


def _channels(colors: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
    return np.stack([(colors >> shift) & 0xFF for shift in (16, 8, 0)], axis=1).astype(np.int32)


def make(wanted: Sequence[Example]) -> None:
    """Record the examples, keep the starter's recording, and draw the thumbnails."""
    for example in wanted:
        recording = record(example)
        if example == starter():
            write_recording(example.recording_path, recording)
        for theme in THEMES:
            path = example.thumbnail_path(theme.value)
            path.parent.mkdir(exist_ok=True)
            image = draw_thumbnail(recording, theme)
            image.setText(PROGRAM_KEY, digest(example.text))
            image.save(str(path), "PNG", 0)  # type: ignore[call-overload]  # the stubs want bytes, Qt wants str
            sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make all, or those of some examples."""
    parser = argparse.ArgumentParser(prog="python -m gui.example_assets", description="Make the examples' pictures.")
    parser.add_argument("keys", nargs="*", help="keys of examples (default: all)")
    keys = parser.parse_args(arguments).keys
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication.instance() or QGuiApplication([])
    load_fonts()
    make([example for example in examples() if not keys or example.key in keys])
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
