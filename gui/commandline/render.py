"""``chainrule render``: draw a program or a recording into a file, without a window."""

import os
import sys
from pathlib import Path
from typing import TextIO, assert_never

import msgspec
from PySide6.QtGui import QGuiApplication

from engine.commands.errors import CommandError
from engine.commands.options import PROGRAM_SUFFIX, PictureFormat, RenderOptions
from engine.commands.running import run_program, tell_outcome
from engine.commands.sources import check_output, open_recording, read_program
from engine.drawing.arrange import arrange
from engine.graph.build import build_view_graph
from engine.graph.folding import Folding
from engine.graph.iterations import iteration_at, iterations
from engine.graph.view import ViewGraph
from engine.interchange.dot import dot_text
from engine.interchange.drawing_json import drawing_json
from engine.interchange.graphml import graphml_text
from engine.interchange.mermaid import mermaid_text
from engine.interchange.svg import svg_text
from engine.protocol.request import RunRequest
from engine.trace.file import RecordingFileError, replacing
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.canvas.picture import PictureError, render_pdf, render_png
from gui.theme.fonts import load_fonts
from gui.theme.skins import Skin, dressed
from gui.theme.tokens import ThemeName


def render(options: RenderOptions, out: TextIO, err: TextIO) -> int:
    """Draw the iteration that the step belongs to, as it is right after the step.

    Returns:
        0, or 1 when a program was run and failed; the picture up to the fault is drawn all the same.

    Raises:
        CommandError: If the source cannot be read, has no such step, or the picture cannot be written.
    """
    check_output(options.output, options.source)
    is_program = options.source.suffix.lower() == PROGRAM_SUFFIX
    recording = _run(options.source, out, err) if is_program else open_recording(options.source)
    step = _step(recording, options.step)
    try:
        with replacing(options.output) as part:
            _draw(options, recording, step, part)
    except (RecordingFileError, PictureError) as error:
        raise CommandError(str(error)) from error
    if is_program and not recording.outcome.succeeded:
        return tell_outcome(recording, err)
    return 0


def _run(source: Path, out: TextIO, err: TextIO) -> Recording:
    return run_program(RunRequest(program=read_program(source), filename=str(source)), out, err)


def _step(recording: Recording, wanted: int | None) -> StepIndex:
    last = len(recording) - 1
    if wanted is None:
        return StepIndex(last)
    if last < 0:
        raise CommandError(f"There is no step {wanted}, because nothing was recorded.")
    if wanted > last:
        raise CommandError(f"There is no step {wanted}; the last one is {last}.")
    return StepIndex(wanted)


def _draw(options: RenderOptions, recording: Recording, step: StepIndex, path: Path) -> None:
    match options.picture:
        case PictureFormat.PNG | PictureFormat.PDF:
            _paint(options, recording, step, path)
        case PictureFormat.SVG:
            drawing, tokens = arrange(_view(recording, step)), dressed(ThemeName(options.theme), Skin(options.skin))
            _write(path, svg_text(drawing, recording, step, tokens))
        case PictureFormat.DOT:
            _write(path, dot_text(_view(recording, step), dressed(ThemeName(options.theme), Skin(options.skin))))
        case PictureFormat.MERMAID:
            _write(path, mermaid_text(_view(recording, step), dressed(ThemeName(options.theme), Skin(options.skin))))
        case PictureFormat.GRAPHML:
            _write(path, graphml_text(_view(recording, step)))
        case PictureFormat.JSON:
            path.write_bytes(msgspec.json.encode(drawing_json(arrange(_view(recording, step)))) + b"\n")
        case _:
            assert_never(options.picture)


def _paint(options: RenderOptions, recording: Recording, step: StepIndex, path: Path) -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # never a window, whatever the display
    application = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    load_fonts()
    drawing, tokens = arrange(_view(recording, step)), dressed(ThemeName(options.theme), Skin(options.skin))
    if options.picture is PictureFormat.PNG:
        render_png(drawing, recording, step, tokens, options.scale, path)
    else:
        render_pdf(drawing, recording, step, tokens, path)
    application.processEvents()


def _view(recording: Recording, step: StepIndex) -> ViewGraph:
    return build_view_graph(recording, iteration_at(iterations(recording), step), Folding())


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
