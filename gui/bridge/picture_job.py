"""One export, ready to be done on any thread: it has all that it needs, and asks no widget."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from engine.compare import ChangeKind
from engine.drawing.drawing import Drawing, Rect
from engine.graph.view import ViewEdge
from engine.interchange.dot import dot_text
from engine.interchange.graphml import graphml_pieces
from engine.interchange.marks import NO_MARKS, Mark, Marks
from engine.interchange.mermaid import mermaid_text
from engine.interchange.pdf.page import PdfPage, pdf_pieces
from engine.interchange.picture_format import PictureFormat
from engine.interchange.recording_json import recording_pieces
from engine.interchange.svg import svg_pieces
from engine.interchange.tikz import tikz_pieces
from engine.overlay.overlay import name_of
from engine.trace.file import RecordingFileError, replacing
from engine.trace.ids import StepIndex
from gui.bridge.shown import Reel, Shown
from gui.canvas.changes import change_color, sign_of
from gui.canvas.dresses import dress_of
from gui.canvas.film import MAX_FRAMES, Film, write_apng, write_gif, write_mp4, write_numbered, write_webp
from gui.canvas.lens import Lens
from gui.canvas.outlines import outline
from gui.canvas.picture import (
    Painting,
    PictureError,
    Progress,
    Sheet,
    page_of,
    picture_size,
    png_bytes,
    unheard,
)
from gui.model.export import ExportChoice, ExportProblemError
from gui.theme.fonts import faces
from gui.theme.tokens import Tokens

_PREVIEW_LINES = 40
_SAMPLES = 24
"""So many frames are looked at for the colours of a GIF, at 100 % or less."""
_PREVIEW_STEPS = 500
_PREVIEW_BOXES = 800
"""The preview of a larger SVG is painted by the canvas: to read the SVG back would take the window's time."""
_PREVIEW_PIXELS = 4_000_000
"""A picture with more is drawn small at once, instead of being made smaller."""


@dataclass(frozen=True, slots=True)
class PictureJob:
    """Draws what is ``shown`` as ``choice`` says; see ``gui.dialogs.export_dialog.ExportJob``."""

    shown: Shown
    choice: ExportChoice
    tokens: Tokens
    lens: Lens = Lens.VALUES

    def preview(self, width_px: int, height_px: int, progress: Progress = unheard) -> QImage | str:
        """Return a small picture of the step that is shown, or the first lines of the text."""
        shown, room = self.shown, QSize(width_px, height_px)
        if self.choice.format is PictureFormat.JSON and len(shown.recording) > _PREVIEW_STEPS:
            recording = shown.recording
            return f"The whole recording as JSON: {len(recording):,} steps, {len(recording.values):,} tensors."
        is_small = len(shown.drawing.nodes) <= _PREVIEW_BOXES
        if self.choice.format is PictureFormat.SVG and is_small:
            return _rendered_svg("".join(self._pieces(progress)), room)
        if not self.choice.format.is_picture or self.choice.format is PictureFormat.TIKZ:
            return "\n".join("".join(self._pieces()).splitlines()[:_PREVIEW_LINES])
        painting = self._painting()
        page = painting.page
        fit = min(room.width() / page.width, room.height() / page.height)
        scale = 1.0 if page.width * page.height <= _PREVIEW_PIXELS else min(1.0, fit)
        image = painting.image(shown.step, scale, progress=progress)
        return image.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)

    def size_text(self) -> str:
        """Return e.g. ``1840 × 920 pixels, 9 frames``; empty for a picture without pixels or pages."""
        parts = []
        if self.choice.format.is_in_pixels:
            try:
                width, height = picture_size(self.shown.part_of_drawing(), self.choice.scale, self.shown.page)
            except PictureError as error:
                return str(error)
            parts.append(f"{width:,} × {height:,} pixels")
        if self.choice.steps is not None and self.choice.format.takes_steps:
            nouns = {PictureFormat.PDF: "pages", PictureFormat.PNG: "files"}
            parts.append(f"{len(self._steps()):,} {nouns.get(self.choice.format, 'frames')}")
        return ", ".join(parts)

    def write(self, path: Path, progress: Progress = unheard) -> None:
        """Write the file, whole or not at all; ``progress`` may raise to end it.

        Raises:
            ExportProblemError: If it could not be written.
        """
        is_range = self.choice.steps is not None or self.choice.format.is_animation
        try:
            if self.choice.format is PictureFormat.PNG and is_range:
                _check_folder(path)
                write_numbered(self._film(progress), path)
                return
            with replacing(path) as part:
                self._write(part, progress)
                progress(1.0)
        except OSError as error:
            raise ExportProblemError(f"{path} could not be written: {error.strerror or error}.") from error
        except (RecordingFileError, PictureError) as error:
            raise ExportProblemError(str(error)) from error

    def _write(self, path: Path, progress: Progress) -> None:
        match self.choice.format:
            case PictureFormat.PNG:
                path.write_bytes(
                    png_bytes(self._painting().image(self.shown.step, self.choice.scale, progress=progress))
                )
            case PictureFormat.PDF:
                with path.open("wb") as pages:
                    pages.writelines(self._pages(progress))
            case PictureFormat.GIF:
                write_gif(self._film(progress), path)
            case PictureFormat.APNG:
                write_apng(self._film(progress), path)
            case PictureFormat.WEBP:
                write_webp(self._film(progress), path)
            case PictureFormat.MP4:
                write_mp4(self._film(progress), path)
            case _:
                with path.open("w", encoding="utf-8", newline="\n") as file:
                    file.writelines(self._pieces(progress))

    def _pieces(self, progress: Progress = unheard) -> Iterable[str]:
        """The text, in pieces where it may be long."""
        shown, tokens, is_clear = self.shown, self.tokens, self.choice.is_transparent
        match self.choice.format:
            case PictureFormat.SVG:
                return svg_pieces(
                    shown.part_of_drawing(),
                    shown.recording,
                    shown.step,
                    tokens,
                    is_transparent=is_clear,
                    faces=faces() if self.choice.embeds_fonts else (),
                    marks=self._worn(shown.part_of_drawing(), shown.step),
                    progress=progress,
                )
            case PictureFormat.TIKZ:
                return tikz_pieces(
                    shown.part_of_drawing(),
                    shown.step,
                    tokens,
                    is_transparent=is_clear,
                    marks=self._marks(),
                    progress=progress,
                )
            case PictureFormat.DOT:
                return [dot_text(shown.part_of_view(), tokens)]
            case PictureFormat.MERMAID:
                return [mermaid_text(shown.part_of_view(), tokens)]
            case PictureFormat.GRAPHML:
                return graphml_pieces(shown.part_of_view(), progress)
            case PictureFormat.JSON:
                return recording_pieces(shown.recording, progress)
            case (
                PictureFormat.PNG
                | PictureFormat.PDF
                | PictureFormat.GIF
                | PictureFormat.APNG
                | PictureFormat.WEBP
                | PictureFormat.MP4
            ):
                raise ExportProblemError(f"{self.choice.format.name} is no text.")
            case _:
                assert_never(self.choice.format)

    def _marks(self) -> Marks:
        """How boxes and arrows of an overlay are marked in a picture that the canvas does not paint."""
        overlay = self.shown.overlay
        if overlay is None:
            return NO_MARKS
        boxes = {
            key: Mark(change_color(self.tokens, kind), kind is ChangeKind.ADDED, sign_of(kind))
            for key, kind in overlay.kinds.items()
            if kind is not ChangeKind.KEPT
        }
        stub = Mark(self.tokens.muted, is_dashed=True)
        ghost = Mark(change_color(self.tokens, ChangeKind.ADDED), is_dashed=True)

        def of_edge(edge: ViewEdge) -> Mark | None:
            if name_of(edge) in overlay.ghost_edges:
                return ghost
            return stub if edge.target in overlay.stubs else None

        return Marks(boxes | dict.fromkeys(overlay.stubs, stub), of_edge)

    # Pictures

    def _sheet(self) -> Sheet:
        shown = self.shown
        return Sheet(
            page=shown.page,
            is_transparent=self.choice.is_transparent and self.choice.format.can_be_clear,
            is_part=shown.page is not None or shown.keys is not None or bool(shown.hidden),
        )

    def _painting(self) -> Painting:
        return self._of(self.shown.part_of_drawing(), self._sheet())

    def _of(self, drawing: Drawing, sheet: Sheet) -> Painting:
        return Painting(drawing, self.shown.recording, self.tokens, self.lens, sheet, self.shown.overlay)

    def _steps(self) -> range:
        """The steps to show, the one at hand when no range is chosen."""
        if self.choice.steps is None:
            return range(self.shown.step, self.shown.step + 1)
        first, last = self.choice.steps
        last = min(last, len(self.shown.recording) - 1)
        if last < first:
            raise ExportProblemError("There are no steps between the first and the last one chosen.")
        if last - first >= MAX_FRAMES:
            raise ExportProblemError(f"Those are {last - first + 1:,} steps; choose {MAX_FRAMES:,} at the most.")
        return range(first, last + 1)

    def _pages(self, progress: Progress) -> Iterator[bytes]:
        """A PDF with a page for each step."""
        steps, sheet = self._steps(), self._sheet()
        pages = (PdfPage(drawing, step, page, self._worn(drawing, step)) for drawing, page, step in self._drawn(steps))
        return pdf_pieces(
            pages,
            self.shown.recording,
            self.tokens,
            faces(),
            count=len(steps),
            is_transparent=sheet.is_transparent,
            outline=outline,
            progress=progress,
        )

    def _worn(self, drawing: Drawing, step: StepIndex) -> Marks:
        """How everything looks through the lens, in a picture that the canvas does not paint."""
        dress = dress_of(drawing, self.shown.recording, step, self.tokens, self.lens, self.shown.overlay)
        return replace(self._marks(), dress=dress)

    def _drawn(self, steps: range) -> Iterator[tuple[Drawing, Rect, StepIndex]]:
        """Yield the drawing and the page of each step; the pages are all the same."""
        reel = Reel(self.shown)
        needed = list(dict.fromkeys(reel.iteration_of(StepIndex(step)) for step in steps))
        page = self.shown.page or _around([page_of(reel.drawing_of(iteration)) for iteration in needed])
        for step in map(StepIndex, steps):
            yield reel.drawing_of(reel.iteration_of(step)), page, step

    def _painted(self, steps: range, progress: Progress = unheard) -> Iterator[tuple[Painting, StepIndex]]:
        """Yield a painting for each step, all of the same page; steps of one iteration share theirs."""
        painting, painted = None, None
        for position, (drawing, page, step) in enumerate(self._drawn(steps)):
            progress(position / len(steps))
            if painting is None or drawing is not painted:
                painting, painted = self._of(drawing, replace(self._sheet(), page=page)), drawing
            yield painting, step

    def _film(self, progress: Progress) -> Film:
        steps, scale = self._steps(), self.choice.scale
        first = next(self._painted(steps))[0]
        width, height = picture_size(self.shown.drawing, scale, first.page)

        def frames() -> Iterator[QImage]:
            for painting, step in self._painted(steps, progress):
                yield painting.image(step, scale)

        def samples() -> list[QImage]:
            picked = sorted({steps[number * (len(steps) - 1) // _SAMPLES] for number in range(_SAMPLES + 1)})
            pages = (page for one in picked for page in self._painted(range(one, one + 1)))
            return [painting.image(step, min(1.0, scale)) for painting, step in pages]

        return Film(frames, samples, len(steps), width, height, self.choice.frame_ms)


def _around(rects: list[Rect]) -> Rect:
    left, top = min(rect.x for rect in rects), min(rect.y for rect in rects)
    return Rect(left, top, max(rect.right for rect in rects) - left, max(rect.bottom for rect in rects) - top)


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise ExportProblemError(f"The folder {path.parent} does not exist.")


def _rendered_svg(text: str, room: QSize) -> QImage:
    renderer = QSvgRenderer(QByteArray(text.encode()))
    size = renderer.defaultSize().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image
