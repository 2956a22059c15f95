"""How much of a node is painted at which zoom."""

from enum import IntEnum


class Level(IntEnum):
    """Levels of detail, from far to near."""

    BLOCKS = 0
    """Blocks in the colour of the category."""
    NAMES = 1
    """Boxes with the name of the operator and the number of a scalar, as large as fits."""
    SHORT = 2
    """The same, a little smaller, with the numbers of short tensors."""
    VALUES = 3
    """Also the mono line and the row of value cells."""
    DETAIL = 4
    """Also a thumbnail of larger tensors."""


def level_of(scale: float) -> Level:
    """Return what is painted at ``scale`` view pixels for each world pixel."""
    if scale < 0.35:
        return Level.BLOCKS
    if scale < 0.55:
        return Level.NAMES
    if scale < 0.8:
        return Level.SHORT
    return Level.VALUES if scale < 1.4 else Level.DETAIL
