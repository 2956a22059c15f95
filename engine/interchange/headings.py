"""What is written at the top of a frame, the same in every picture that is not painted by the canvas."""

from dataclasses import dataclass

from engine.drawing.drawing import GroupFrame
from engine.drawing.measure import fitted, shortened, title_width

MARGIN_PX = 14.0
BASELINE_PX = 22.0
_GAP_PX = 8.0


@dataclass(frozen=True, slots=True)
class Heading:
    """A name, what follows it, and how wide the name is where it needs a ground of its own; else 0."""

    title: str
    subtitle: str
    ground_px: float


def heading_of(frame: GroupFrame) -> Heading:
    """Return the heading of a frame.

    The name has all the width there is, if need be before an edge that comes in from above; what follows the name ends
    where that edge is.
    """
    whole = frame.rect.width - 2 * MARGIN_PX
    free = whole if frame.heading_px is None else min(whole, frame.heading_px - MARGIN_PX)
    title = fitted(frame.group.title, whole, is_mono=False)
    width = title_width(title)
    subtitle = shortened(frame.group.subtitle, free - width - _GAP_PX, title_width)
    return Heading(title, subtitle, width if width > free else 0.0)
