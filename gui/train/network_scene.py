"""What the picture of the network shows: of each column its shown units, what they answer, and the weights between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gui.model.training_columns import Column
from gui.train.network_told import Floats, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One tile: which unit of which layer it is (the input's units have no layer), and what it answers."""

    layer: str
    index: int
    answers: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownColumn:
    """One column as it is drawn.

    ``weights`` are those from the shown units of the column before, [units here, units before]; None: not known.
    They are elements of ``parameter``. ``left_out`` units find no room.
    """

    title: str
    shape: str
    units: tuple[Unit, ...]
    left_out: int
    weights: Floats | None
    is_beside: bool
    parameter: str = ""


def scene_of(columns: Sequence[Column], batch: int, told: Told, room: int) -> tuple[ShownColumn, ...]:
    """Return what is drawn.

    Args:
        columns: From left to right.
        batch: Samples of a batch, which the shapes begin with; 0 where it is not known.
        told: What the run told of its network.
        room: How many units find room above one another.
    """
    shown: list[ShownColumn] = []
    for place, column in enumerate(columns):
        units = _units(column, told, room)
        before = shown[-1] if shown else None
        shown.append(
            ShownColumn(
                title=column.title,
                shape=_shape(column, batch),
                units=units,
                left_out=max(0, column.units - len(units)),
                weights=_between(column, columns[place - 1], before, told.weights) if before is not None else None,
                is_beside=column.is_beside,
                parameter=column.weight,
            )
        )
    return tuple(shown)


def _units(column: Column, told: Told, room: int) -> tuple[Unit, ...]:
    count = min(column.units, room)
    if not column.layers:
        sample = told.sample
        if sample is not None and sample.shape == column.sizes:
            return tuple(Unit(layer="", index=index, answers=sample[index, ::-1]) for index in range(count))
        return tuple(
            Unit(layer="", index=index, answers=_coordinate(column, index, told.answers)) for index in range(count)
        )
    layer = next((name for name in reversed(column.layers) if name in told.answers), column.layers[-1])
    answers = told.answers.get(layer)
    answers = answers[:, ::-1] if answers is not None and told.is_upright else answers
    return tuple(
        Unit(layer=layer, index=index, answers=answers[index] if answers is not None and index < len(answers) else None)
        for index in range(count)
    )


def _coordinate(column: Column, index: int, answers: Mapping[str, Floats]) -> Floats | None:
    """Return an input over the plane: x grows to the right, y upwards."""
    told = next(iter(answers.values()), None)
    if told is None or told.ndim != 3 or column.units != (1 if told.shape[1] == 1 else 2):
        return None
    rows, columns = told.shape[1:]
    ramp = np.linspace(-1, 1, columns if index == 0 else rows, dtype=np.float32)
    return np.broadcast_to(ramp if index == 0 else ramp[:, None], (rows, columns))


def _shape(column: Column, batch: int) -> str:
    if not column.units:
        return ""
    if column.sizes:
        return f"[{', '.join(map(str, (batch, *column.sizes) if batch else column.sizes))}]"
    return f"[{batch}, {column.units}]" if batch else f"[{column.units}]"


def _between(column: Column, left: Column, before: ShownColumn, weights: Mapping[str, Floats]) -> Floats | None:
    told = weights.get(column.weight) if column.weight else None
    if told is None or told.ndim != 2 or told.shape != (column.units, left.units):
        return None
    return told[:, : len(before.units)]
