"""Runs as they are kept on disk, and kept runs as runs again."""

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from engine.trace.outcome import Outcome, OutcomeKind
from engine.training.event_reader import Events
from engine.training.facts import Mark, MarkKind, Picture
from engine.training.kept_pictures import KeptPictures
from engine.training.kept_run import KeptRun, kept_plan, plan_of
from gui.model.training_run import TrainingRun
from gui.model.training_taking import HISTOGRAM, take_facts

UNENDED = Outcome(kind=OutcomeKind.STOPPED, message="The window was closed while it ran.")
_MARKS = "marks/"


def kept_of(run: TrainingRun, began_s: float) -> KeptRun:
    """Return what is to be kept of a run as it stands now."""
    return KeptRun(
        name=run.name,
        hue=run.hue,
        began_s=began_s,
        program=run.source,
        plan=None if run.plan is None else kept_plan(run.plan),
        hyper=run.hyper,
        loss=run.loss if math.isfinite(run.loss) else None,
        iterations=run.iteration + 1,
        torch=run.torch_version,
        outcome=run.outcome,
    )


def run_of(kept: KeptRun, folder: Path) -> TrainingRun:
    """Return a run without its curves, which are loaded when they are looked at.

    Raises:
        KeptRunError: If its plan cannot be read.
    """
    plan = None if kept.plan is None else plan_of(kept.plan)
    run = TrainingRun(kept.name, kept.hue, kept.program, plan)
    run.folder, run.began_s = folder, kept.began_s
    run.is_loaded = run.is_shown = False
    run.is_kept = True
    run.hyper, run.torch_version = kept.hyper, kept.torch
    run.outcome = kept.outcome or UNENDED
    run.kept_loss = math.nan if kept.loss is None else kept.loss
    return run


def pictures_of(run: TrainingRun) -> tuple[Picture, ...]:
    """Return the newest pictures of a run as facts; histograms are left out, as their course is not kept."""
    return tuple(
        Picture(picture.iteration, name, picture.numbers.shape, picture.numbers.astype("<f4").tobytes())
        for name, picture in run.pictures.items()
        if not name.startswith(HISTOGRAM)
    )


def fill(run: TrainingRun, events: Events, seen: KeptPictures) -> None:
    """Give a kept run its curves, marks and last pictures."""
    take_facts(run, seen.pictures)
    run.plane = seen.plane
    for name, (iterations, numbers) in events.curves.items():
        if "/" not in name or not name.startswith(_MARKS):
            for part in _rising(iterations):
                run.curves.extend(name, iterations[part], numbers[part])
    for mark in _marks(events.texts):
        run.add_mark(mark)
    run.is_loaded = True


def _rising(iterations: np.ndarray) -> Iterable[slice]:
    """Yield the parts in which iterations rise: a run that went back goes on from there."""
    breaks = (np.flatnonzero(np.diff(iterations) <= 0) + 1).tolist()
    return [slice(start, end) for start, end in zip([0, *breaks], [*breaks, len(iterations)], strict=True)]


def _marks(texts: list[tuple[int, str, str]]) -> Iterable[Mark]:
    kinds = {kind.value: kind for kind in MarkKind}
    for step, tag, text in texts:
        kind = kinds.get(tag.removeprefix(_MARKS))
        if tag.startswith(_MARKS) and kind is not None:
            yield Mark(step, kind, text.partition(": ")[2] or text)
