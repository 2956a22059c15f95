"""Writes what the canvas shows as a picture or as text."""

import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from engine.drawing.drawing import Drawing, Rect
from engine.graph.view import ViewGraph
from engine.interchange.dot import dot_text
from engine.interchange.graphml import graphml_text
from engine.interchange.mermaid import mermaid_text
from engine.interchange.recording_json import recording_json
from engine.interchange.svg import svg_text
from engine.trace.file import RecordingFileError, replacing
from engine.trace.recording import Recording
from gui.canvas.panel import CanvasPanel
from gui.canvas.picture import PictureError, Sheet, picture_size, png_bytes, render_image, render_pdf
from gui.dialogs.export_dialog import ExportProblemError
from gui.model.document import Document
from gui.model.export import ExportChoice, Extent, PictureFormat
from gui.model.playhead import Playhead
from gui.theme.tokens import tokens_of

_PREVIEW_LINES = 40
_PREVIEW_STEPS = 500


class CanvasExporter:
    """Exports the drawing of the canvas at the playhead; see ``gui.dialogs.export_dialog.Exporter``."""

    def __init__(self, canvas: CanvasPanel, document: Document, playhead: Playhead) -> None:
        self._canvas = canvas
        self._document = document
        self._playhead = playhead

    def preview(self, choice: ExportChoice, width_px: int, height_px: int) -> QImage | str:
        """Return a small picture, or the first lines of the text."""
        drawing, recording = self._subject()
        if choice.format is PictureFormat.JSON and len(recording) > _PREVIEW_STEPS:
            return f"The whole recording as JSON: {len(recording):,} steps, {len(recording.values):,} tensors."
        if not choice.format.is_picture:
            return "\n".join(self._text(choice).splitlines()[:_PREVIEW_LINES])
        room = QSize(width_px, height_px)
        if choice.format is PictureFormat.SVG:
            return _rendered_svg(self._text(choice), room)
        image = self._image(choice, drawing, recording, 1)
        return image.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)

    def size_text(self, choice: ExportChoice) -> str:
        """Return e.g. ``1840 × 920 pixels`` for pictures in pixels."""
        drawing = self._canvas.current_drawing()
        if choice.format is not PictureFormat.PNG or drawing is None:
            return ""
        try:
            width, height = self._size(choice, drawing)
        except PictureError:
            return ""
        return f"{width:,} × {height:,} pixels"

    def write(self, choice: ExportChoice, path: Path) -> None:
        """Write the file, whole or not at all."""
        drawing, recording = self._subject()
        try:
            with replacing(path) as part:
                match choice.format:
                    case PictureFormat.PNG:
                        part.write_bytes(png_bytes(self._image(choice, drawing, recording, choice.scale)))
                    case PictureFormat.PDF:
                        render_pdf(drawing, recording, self._playhead.current, tokens_of(choice.theme), part)
                    case _:
                        part.write_text(self._text(choice), encoding="utf-8")
        except (RecordingFileError, PictureError) as error:
            raise ExportProblemError(str(error)) from error

    def _subject(self) -> tuple[Drawing, Recording]:
        drawing, recording = self._canvas.current_drawing(), self._document.recording
        if drawing is None or recording is None:
            raise ExportProblemError("There is no graph to export yet: run a program first.")
        return drawing, recording

    def _view(self) -> ViewGraph:
        view = self._canvas.current_view()
        if view is None:
            raise ExportProblemError("There is no graph to export yet: run a program first.")
        return view

    def _size(self, choice: ExportChoice, drawing: Drawing) -> tuple[int, int]:
        return picture_size(drawing, choice.scale, self._page(choice))

    def _page(self, choice: ExportChoice) -> Rect | None:
        return self._canvas.visible_rect() if choice.extent is Extent.VIEW else None

    def _image(self, choice: ExportChoice, drawing: Drawing, recording: Recording, scale: float) -> QImage:
        try:
            return render_image(
                drawing,
                recording,
                self._playhead.current,
                tokens_of(choice.theme),
                scale,
                self._canvas.lens,
                sheet=Sheet(page=self._page(choice), is_transparent=choice.is_transparent),
            )
        except PictureError as error:
            raise ExportProblemError(str(error)) from error

    def _text(self, choice: ExportChoice) -> str:
        drawing, recording = self._subject()
        match choice.format:
            case PictureFormat.SVG:
                return svg_text(drawing, recording, self._playhead.current, tokens_of(choice.theme))
            case PictureFormat.DOT:
                return dot_text(self._view(), tokens_of(choice.theme))
            case PictureFormat.MERMAID:
                return mermaid_text(self._view(), tokens_of(choice.theme))
            case PictureFormat.GRAPHML:
                return graphml_text(self._view())
            case _:
                return json.dumps(recording_json(recording), indent=1, allow_nan=False)


def _rendered_svg(text: str, room: QSize) -> QImage:
    renderer = QSvgRenderer(QByteArray(text.encode()))
    size = renderer.defaultSize().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image
