"""``chainrule render``: draw a program or a recording into a file, without a window."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TextIO

import msgspec
from PySide6.QtGui import QGuiApplication

from engine.commands.errors import CommandError
from engine.commands.options import PROGRAM_SUFFIX, Region, RenderOptions
from engine.commands.running import run_program, tell_outcome
from engine.commands.sources import check_output, open_recording, read_program
from engine.drawing.arrange import arrange
from engine.drawing.drawing import Drawing, Rect
from engine.drawing.part import touches
from engine.graph.build import build_view_graph
from engine.graph.folding import Folding
from engine.graph.iterations import iteration_at, iterations
from engine.graph.part import keys_named
from engine.graph.view import NodeKey, ViewGraph
from engine.interchange.drawing_json import drawing_json
from engine.interchange.picture_format import PictureFormat
from engine.protocol.request import RunRequest
from engine.trace.file import RecordingFileError, replacing
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.bridge.picture_job import PictureJob
from gui.bridge.shown import Shown
from gui.model.export import ExportChoice, ExportProblemError
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
        _draw(options, recording, step)
    except (RecordingFileError, ExportProblemError) as error:
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


def _draw(options: RenderOptions, recording: Recording, step: StepIndex) -> None:
    if options.picture is PictureFormat.JSON:
        drawing = drawing_json(_shown(options, recording, step).part_of_drawing())
        with replacing(options.output) as part:
            part.write_bytes(msgspec.json.encode(drawing) + b"\n")
        return
    choice = ExportChoice(
        format=options.picture,
        scale=options.scale,
        theme=ThemeName(options.theme),
        is_transparent=options.transparent,
        steps=options.steps,
        frame_ms=options.frame_ms,
        embeds_fonts=options.embed_fonts,
    )
    _check_choice(choice, recording)
    shown = _shown(options, recording, step)
    job = PictureJob(shown, choice, dressed(choice.theme, Skin(options.skin)))
    if not (choice.format.is_in_pixels or choice.format is PictureFormat.PDF):
        job.write(options.output)
        return
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # never a window, whatever the display
    application = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    load_fonts()
    job.write(options.output)
    application.processEvents()


def _check_choice(choice: ExportChoice, recording: Recording) -> None:
    name, last = choice.format.name, len(recording) - 1
    if choice.is_transparent and not choice.format.can_be_clear:
        raise CommandError(f"{name} has no clear background.")
    if choice.steps is None:
        if choice.format.is_animation:
            raise CommandError(f"{name} is an animation: say which steps, such as --steps 0:{max(0, last)}.")
    elif not choice.format.takes_steps:
        raise CommandError(f"{name} shows one step: use --step instead of --steps.")
    elif choice.steps[1] > last:
        raise CommandError(f"There is no step {choice.steps[1]}; the last one is {last}.")


def _shown(options: RenderOptions, recording: Recording, step: StepIndex) -> Shown:
    step = step if options.steps is None else StepIndex(options.steps[1])
    view = _view(recording, step)
    keys = None
    if options.selection:
        found = keys_named(view, options.selection)
        unknown = next((name for name, meant in found.items() if not meant), None)
        if unknown is not None:
            raise CommandError(f"There is no module or node {unknown!r} in the picture.")
        keys = frozenset[NodeKey]().union(*found.values())
    shown = Shown(recording=recording, view=view, drawing=arrange(view), step=step, keys=keys)
    return shown if options.region is None else replace(shown, page=_page(options.region, shown.part_of_drawing()))


def _page(region: Region, drawing: Drawing) -> Rect:
    """Return the part of a drawing that a person asked for.

    Raises:
        CommandError: If nothing of the drawing lies in it.
    """
    x, y, width, height = region.numbers
    bounds = drawing.bounds
    if region.is_share:
        x, width = bounds.x + x * bounds.width, width * bounds.width
        y, height = bounds.y + y * bounds.height, height * bounds.height
    page = Rect(x, y, width, height)
    if not any(touches(box.rect, page) for box in drawing.nodes):
        left, top, right, bottom = (round(edge) for edge in (bounds.x, bounds.y, bounds.right, bounds.bottom))
        raise CommandError(f"There is nothing in that region; the drawing goes from {left},{top} to {right},{bottom}.")
    return page


def _view(recording: Recording, step: StepIndex) -> ViewGraph:
    return build_view_graph(recording, iteration_at(iterations(recording), step), Folding())
