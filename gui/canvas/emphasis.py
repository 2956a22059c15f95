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


NO_EMPHASIS = Emphasis()
