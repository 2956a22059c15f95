"""Which steps the timeline shows, and at which pixel each of them lies."""

from dataclasses import dataclass, replace

MAXIMUM_STEP_PX = 112.0
"""A step is never drawn wider than this when everything is fitted into view."""
CLOSEST_STEP_PX = 240.0
"""The narrowest view: zooming in stops here."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A window onto the steps.

    Attributes:
        first: Step boundary at the left edge; fractions are parts of a step.
        step_px: Width of a step in pixels.
        width_px: Width of the window in pixels.
        count: How many steps there are.
    """

    first: float
    step_px: float
    width_px: float
    count: int

    def x_of(self, boundary: float) -> float:
        """Return the pixel of a step boundary: boundary 3 is where step 3 (the fourth) begins."""
        return (boundary - self.first) * self.step_px

    def boundary_at(self, x_px: float) -> float:
        """Return the step boundary, with fractions, at a pixel."""
        return self.first + x_px / self.step_px

    @property
    def last(self) -> float:
        """Step boundary at the right edge."""
        return self.boundary_at(self.width_px)

    @property
    def visible(self) -> range:
        """The steps of which some part is in the window."""
        return range(max(0, int(self.first)), max(0, min(self.count, int(self.last) + 1)))

    def zoomed(self, factor: float, anchor_px: float) -> "Scale":
        """Return the scale after zooming such that what lies at ``anchor_px`` stays there."""
        anchor = self.boundary_at(anchor_px)
        least = fit(self.count, self.width_px).step_px
        step_px = min(CLOSEST_STEP_PX, max(least, self.step_px * factor))
        return replace(self, step_px=step_px, first=anchor - anchor_px / step_px).kept_inside()

    def panned(self, distance_px: float) -> "Scale":
        """Return the scale after moving the window right by some pixels."""
        return replace(self, first=self.first + distance_px / self.step_px).kept_inside()

    def kept_inside(self) -> "Scale":
        """Return the scale pushed back so that no empty space is shown that need not be."""
        room = max(0.0, self.count - self.width_px / self.step_px)
        return replace(self, first=min(max(0.0, self.first), room))

    def showing(self, boundary: float) -> "Scale":
        """Return the scale moved as little as needed so that a boundary is in view, with some room around it."""
        room = min(48.0, self.width_px / 4) / self.step_px
        if boundary < self.first + room:
            return replace(self, first=boundary - room).kept_inside()
        if boundary > self.last - room:
            return replace(self, first=boundary + room - self.width_px / self.step_px).kept_inside()
        return self


def fit(count: int, width_px: float) -> Scale:
    """Return the scale that shows all steps."""
    width_px = max(1.0, width_px)
    return Scale(0.0, min(MAXIMUM_STEP_PX, width_px / max(1, count)), width_px, count)


def ruler_stride(step_px: float, least_px: float = 56.0) -> int:
    """Return after how many steps the ruler has its next number: 1, 2, 5, 10, 20, ..."""
    base = 1
    while True:
        for factor in (1, 2, 5):
            if base * factor * step_px >= least_px or base > 10**12:
                return base * factor
        base *= 10
