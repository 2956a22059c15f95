"""What is picked out in a picture."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Emphasis:
    """What is picked out at the moment; node indices of the scene."""

    selected: frozenset[int] = frozenset()
    hovered: int | None = None
    traced: frozenset[int] | None = None
    """Nodes that keep their colour while all others are dimmed; None: nothing is dimmed."""
    hidden: frozenset[int] = frozenset()
    hits: frozenset[int] = frozenset()
    """Nodes found by the search."""
    shows_current: bool = True
    edge: int | None = None
    """The edge under the mouse."""
    lifted: frozenset[int] = frozenset()
    """Nodes that the mouse holds: they and their edges are painted elsewhere."""

    @property
    def gone(self) -> frozenset[int]:
        """Nodes that are not painted in their places."""
        return self.hidden | self.lifted if self.lifted else self.hidden


NO_EMPHASIS = Emphasis()
