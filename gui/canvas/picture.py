"""Pictures of a drawing as files, made by the canvas's own painters; needs a QGuiApplication (offscreen will do)."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from engine.drawing.drawing import Drawing, Rect
from engine.overlay import Overlay
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.canvas.emphasis import NO_EMPHASIS, Emphasis
from gui.canvas.lens import Lens, scale_of
from gui.canvas.scene import Scene
from gui.canvas.scene_painter import ScenePainter, Tools
from gui.canvas.valuebook import ValueBook
from gui.theme.tokens import Tokens

MAX_PIXELS = 100_000_000
"""Largest picture in pixels: 400 MB while it is painted."""
MAX_SIDE_PX = 32_767
"""Longest side of a picture: common viewers open nothing longer."""
_MARGIN_PX = 24.0
_BAND_NODES = 400
"""A larger picture in pixels is painted band by band, of about so many nodes each."""

Progress = Callable[[float], None]
"""Hears what share is done, 0 to 1; what it raises ends the work."""


def unheard(_share: float) -> None:
    """Take no notice."""


class PictureError(ValueError):
    """A picture could not be made; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a picture is painted on: a part of the world (None: the whole drawing), and whether it shines through.

    ``is_part`` says that the drawing lacks boxes, perhaps that of the current step: then no other is ringed instead.
    """

    page: Rect | None = None
    is_transparent: bool = False
    is_part: bool = False


WHOLE = Sheet()


def picture_size(drawing: Drawing, scale: float, page: Rect | None = None) -> tuple[int, int]:
    """Return width and height in pixels of the picture of a drawing, or of the part ``page`` of it.

    Raises:
        PictureError: If it would be larger than ``MAX_PIXELS`` or longer than ``MAX_SIDE_PX``, or scale is not above 0.
    """
    if not (math.isfinite(scale) and scale > 0):
        raise PictureError("The scale of a picture must be a positive number.")
    page = page or page_of(drawing)
    width, height = math.ceil(page.width * scale), math.ceil(page.height * scale)
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
        largest = min(math.sqrt(MAX_PIXELS / (page.width * page.height)), MAX_SIDE_PX / max(page.width, page.height))
        raise PictureError(
            f"The picture would be {width} x {height} pixels, more than fits in an image file; "
            f"choose a scale up to {math.floor(largest * 100) / 100:g}, or PDF or SVG."
        )
    return width, height


def render_image(
    drawing: Drawing,
    recording: Recording,
    step: StepIndex,
    tokens: Tokens,
    scale: float = 1.0,
    lens: Lens = Lens.VALUES,
    emphasis: Emphasis = NO_EMPHASIS,
    sheet: Sheet = WHOLE,
) -> QImage:
    """Return the picture of a whole drawing right after ``step``.

    Args:
        drawing: What is painted.
        recording: Where the numbers come from.
        step: The state shown; nodes that happen later are dashed.
        tokens: The theme.
        scale: Pixels for each world pixel.
        lens: What the boxes are coloured by.
        emphasis: What is picked out.
        sheet: How much of it, and on what.

    Raises:
        PictureError: If the picture would be too large.
    """
    return Painting(drawing, recording, tokens, lens, sheet).image(step, scale, emphasis)


def render_png(
    drawing: Drawing, recording: Recording, step: StepIndex, tokens: Tokens, scale: float, path: Path
) -> None:
    """Write the picture of a whole drawing as PNG.

    Raises:
        PictureError: If the picture would be too large.
        OSError: If the file cannot be written.
    """
    path.write_bytes(png_bytes(render_image(drawing, recording, step, tokens, scale)))


def png_bytes(image: QImage) -> bytes:
    """Return an image as a PNG file; Qt itself would not say why a file cannot be written.

    Raises:
        PictureError: If there is not enough memory.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # the stubs want bytes, Qt wants str
        raise PictureError("There is not enough memory for this picture.")
    return bytes(buffer.data().data())


class Painting:
    """One drawing that can be painted at any step; what the steps share is made once. Usable off the GUI thread."""

    def __init__(
        self,
        drawing: Drawing,
        recording: Recording,
        tokens: Tokens,
        lens: Lens = Lens.VALUES,
        sheet: Sheet = WHOLE,
        overlay: Overlay | None = None,
    ) -> None:
        """``overlay`` marks what only one of two recordings has."""
        book = ValueBook(recording)
        book.overlay = overlay
        lens_scale = scale_of(lens, drawing.nodes, book, StepIndex(len(recording) - 1))
        self.page = sheet.page or page_of(drawing)
        self.ground = QColor(Qt.GlobalColor.transparent) if sheet.is_transparent else QColor(tokens.canvas)
        self._drawing = drawing
        self._is_part = sheet.is_part
        self._painter = ScenePainter(Tools(tokens, book), Scene(drawing), lens, lens_scale)

    def image(
        self, step: StepIndex, scale: float, emphasis: Emphasis = NO_EMPHASIS, progress: Progress = unheard
    ) -> QImage:
        """Return the picture right after ``step``; see ``render_image``.

        Raises:
            PictureError: If the picture would be too large.
        """
        width, height = picture_size(self._drawing, scale, self.page)
        image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        if image.isNull():
            raise PictureError(f"There is not enough memory for a picture of {width} x {height} pixels.")
        image.fill(self.ground)
        emphasis = replace(emphasis, shows_current=emphasis.shows_current and self._has_current(step))
        count = max(1, min(len(self._drawing.nodes) // _BAND_NODES, height // 64))
        painter = QPainter(image)
        try:
            for band in range(count):
                progress(band / count)
                top, bottom = height * band // count, height * (band + 1) // count
                painter.resetTransform()
                painter.setClipRect(QRect(0, top, width, bottom - top))
                _aim(painter, self.page, scale)
                seen = Rect(self.page.x, self.page.y + top / scale, self.page.width, (bottom - top) / scale)
                self._painter.paint(painter, scale, seen if count > 1 else self.page, step, emphasis)
        finally:
            painter.end()
        return image

    def _has_current(self, step: StepIndex) -> bool:
        """Whether a box may be ringed as that of the current step."""
        return not self._is_part or self._painter.scene.node_for_step(step) is not None


def _aim(painter: QPainter, page: Rect, scale: float) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.scale(scale, scale)
    painter.translate(-page.x, -page.y)


def page_of(drawing: Drawing) -> Rect:
    """Return the rectangle that a picture of the whole drawing shows."""
    bounds = drawing.bounds
    return Rect(
        bounds.x - _MARGIN_PX,
        bounds.y - _MARGIN_PX,
        max(1.0, bounds.width) + 2 * _MARGIN_PX,
        max(1.0, bounds.height) + 2 * _MARGIN_PX,
    )
