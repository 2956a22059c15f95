"""Where the timeline's rows lie."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QRectF

LABEL_PX = 96.0
RIGHT_PX = 24.0
ROW_PX = 22.0
WIDE_RULER_PX = 34.0
NARROW_RULER_PX = 26.0
BOTTOM_PX = 10.0


class Row(Enum):
    """A row of the timeline, by its label."""

    MODULES = "modules"
    FORWARD = "forward"
    BACKWARD = "backward"
    OPTIMIZER = "optimizer"


TRACKS = (Row.FORWARD, Row.BACKWARD, Row.OPTIMIZER)
"""In the order of ``table.PHASES``."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a timeline of some size, top to bottom."""

    shown: tuple[Row, ...]
    width_px: float
    height_px: float

    @property
    def ruler_px(self) -> float:
        """Height of the ruler at the top."""
        return WIDE_RULER_PX if len(self.shown) == len(TRACKS) else NARROW_RULER_PX

    @property
    def track_width_px(self) -> float:
        """Width of what is right of the labels."""
        return max(1.0, self.width_px - LABEL_PX - RIGHT_PX)

    @property
    def pitch_px(self) -> float:
        """Distance from one row to the next."""
        room = (self.height_px - self.ruler_px - BOTTOM_PX) / len(self.shown)
        return min(30.0, max(ROW_PX + 2.0, room))

    def of(self, row: Row) -> QRectF:
        """Return the rectangle of a row's cells; ``x`` 0 is the left edge of the tracks."""
        top = self.ruler_px + 2.0 + self.shown.index(row) * self.pitch_px
        return QRectF(0.0, top, self.track_width_px, ROW_PX)

    @property
    def bottom_px(self) -> float:
        """Lower edge of the last row."""
        return self.of(self.shown[-1]).bottom()
