"""What a run told of its network that the live picture draws."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from gui.model.training_run import TrainingRun

Floats = npt.NDArray[np.float32]
_BATCH_OF_PICTURES = 4
"""Dimensions: samples, channels, rows, columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The newest pictures.

    Attributes:
        answers: What the units of a layer answer, by layer: [units, rows, columns].
        weights: By parameter: [units, units before].
        is_upright: Whether row 0 of the answers is the top one: they are maps of a picture, and of no plane.
        is_by_place: Whether they are told along a sequence.
        sample: The picture that they answer, [channels, rows, columns]; None: what goes in are no pictures.
        arrays: All of these as they were told: where they are the same ones, nothing has changed.
    """

    answers: Mapping[str, Floats] = field(default_factory=dict)
    weights: Mapping[str, Floats] = field(default_factory=dict)
    is_upright: bool = False
    is_by_place: bool = False
    sample: Floats | None = None
    arrays: tuple[Floats, ...] = ()


def told_of(run: TrainingRun | None) -> Told:
    """Return what a run told last."""
    if run is None:
        return Told()
    maps = run.pictures_of("feature maps")
    answers = {name: told for name, told in maps.items() if told.ndim == 3}
    by_place = run.pictures_of("answers by place")
    answers |= {name: told for name, told in by_place.items() if told.ndim == 3}
    answers |= run.pictures_of("unit")
    weights = run.pictures_of("weight")
    inputs = run.picture("batch/inputs")
    is_picture = inputs is not None and inputs.ndim == _BATCH_OF_PICTURES and len(inputs) > 0
    return Told(
        answers=answers,
        weights=weights,
        is_upright=bool(maps),
        is_by_place=bool(by_place),
        sample=inputs[0] if is_picture and inputs is not None else None,
        arrays=(*answers.values(), *weights.values(), *((inputs,) if is_picture and inputs is not None else ())),
    )
