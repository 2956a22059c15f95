"""Pictures of a drawing as files, made by the canvas's own painters; needs a QGuiApplication (offscreen will do)."""

import math
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter

from engine.drawing.drawing import Drawing, Rect
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
_PDF_LONGEST_PT = 14_400
"""Acrobat opens no page longer than 200 inches."""
_PDF_DPI = 288


class PictureError(ValueError):
    """A picture could not be made; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a picture is painted on: a part of the world (None: the whole drawing), and whether it shines through."""

    page: Rect | None = None
    is_transparent: bool = False


WHOLE = Sheet()


def picture_size(drawing: Drawing, scale: float, page: Rect | None = None) -> tuple[int, int]:
    """Return width and height in pixels of the picture of a drawing, or of the part ``page`` of it.

    Raises:
        PictureError: If it would be larger than ``MAX_PIXELS`` or longer than ``MAX_SIDE_PX``, or scale is not above 0.
    """
    if not (math.isfinite(scale) and scale > 0):
        raise PictureError("The scale of a picture must be a positive number.")
    page = page or _page(drawing)
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
    width, height = picture_size(drawing, scale, sheet.page)
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise PictureError(f"There is not enough memory for a picture of {width} x {height} pixels.")
    image.fill(Qt.GlobalColor.transparent if sheet.is_transparent else QColor(tokens.canvas))
    page = sheet.page or _page(drawing)
    painter = QPainter(image)
    _aim(painter, page, scale)
    _painter(drawing, recording, tokens, lens).paint(painter, scale, page, step, emphasis)
    painter.end()
    return image


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


def render_pdf(drawing: Drawing, recording: Recording, step: StepIndex, tokens: Tokens, path: Path) -> None:
    """Write the picture of a whole drawing as PDF: one page of the drawing's size, vectors, fonts embedded.

    Raises:
        PictureError: If the page cannot be painted.
        OSError: If the file cannot be written.
    """
    page = _page(drawing)
    shrink = min(1.0, _PDF_LONGEST_PT / max(page.width, page.height))
    buffer = QBuffer()  # written to a file, QPdfWriter leaves half a page on a full disk and says nothing
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle("Chainrule")
    writer.setResolution(_PDF_DPI)
    size = QSizeF(page.width * shrink, page.height * shrink)
    writer.setPageSize(QPageSize(size, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Point)
    painter = QPainter()
    if not painter.begin(writer):
        raise PictureError("The page could not be painted.")
    painter.fillRect(0, 0, writer.width(), writer.height(), QColor(tokens.canvas))
    factor = writer.width() / page.width
    _aim(painter, _page(drawing), factor)
    _painter(drawing, recording, tokens, Lens.VALUES).paint(painter, 1.0, page, step)
    painter.end()
    path.write_bytes(bytes(buffer.data().data()))


def _aim(painter: QPainter, page: Rect, scale: float) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.scale(scale, scale)
    painter.translate(-page.x, -page.y)


def _painter(drawing: Drawing, recording: Recording, tokens: Tokens, lens: Lens) -> ScenePainter:
    book = ValueBook(recording)
    lens_scale = scale_of(lens, drawing.nodes, book, StepIndex(len(recording) - 1))
    return ScenePainter(Tools(tokens, book), Scene(drawing), lens, lens_scale)


def _page(drawing: Drawing) -> Rect:
    bounds = drawing.bounds
    return Rect(
        bounds.x - _MARGIN_PX,
        bounds.y - _MARGIN_PX,
        max(1.0, bounds.width) + 2 * _MARGIN_PX,
        max(1.0, bounds.height) + 2 * _MARGIN_PX,
    )
