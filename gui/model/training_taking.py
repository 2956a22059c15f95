"""Takes what a training run tells into its model."""

from collections.abc import Iterable
from typing import assert_never

from engine.training.facts import (
    Edited,
    Element,
    Hyper,
    Mark,
    Note,
    Picture,
    PlaneTold,
    Points,
    Progress,
    Tensors,
    ToldFact,
    array_of,
    iterations_of,
    numbers_of,
)
from gui.model.training_run import LivePicture, TrainingRun

HISTOGRAM = "histogram/"


def take_facts(run: TrainingRun, facts: Iterable[ToldFact]) -> None:
    """Take facts in, in the order in which they were told; a picture whose numbers are not as many as said is left."""
    for fact in facts:
        match fact:
            case Points(name=name):
                run.curves.extend(name, iterations_of(fact), numbers_of(fact))
            case Mark():
                run.add_mark(fact)
            case Hyper():
                run.hyper = fact
            case Picture():
                _take_picture(run, fact)
            case Progress():
                run.progress = fact
            case Tensors() | Element() | Edited():
                run.elements.tell(fact)
            case PlaneTold(plane=plane, why=why):
                run.plane, run.no_plane = plane, why
            case Note(about=about, text=text):
                run.notes[about] = text
            case _:
                assert_never(fact)


def _take_picture(run: TrainingRun, picture: Picture) -> None:
    try:
        numbers = array_of(picture)
    except ValueError:
        return
    run.pictures[picture.name] = LivePicture(picture.iteration, numbers)
    if picture.name.startswith(HISTOGRAM):
        run.spreads.add(picture.name.removeprefix(HISTOGRAM), picture.iteration, numbers)
