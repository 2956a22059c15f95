"""What actions may ask of comparisons."""

from typing import Protocol


class ComparisonPort(Protocol):
    """The recording shown beside another one."""

    def compare(self) -> None:
        """Ask for the other one, and show how they differ."""
        ...

    def open_table(self) -> None:
        """Show step by step how the recording differs from what it is compared with."""
        ...


class BesidePort(Protocol):
    """What the recording is compared with, beside it."""

    @property
    def is_compared(self) -> bool:
        """Whether anything is compared."""
        ...

    @property
    def is_on(self) -> bool:
        """Whether both stand beside each other."""
        ...

    def show(self, *, shown: bool) -> None:
        """Put both beside each other, or show one again."""
        ...

    @property
    def in_step(self) -> bool:
        """Whether both sides move together."""
        ...

    def keep_in_step(self, *, kept: bool) -> None:
        """Let both sides move together, or each alone."""
        ...

    def has_difference(self, direction: int) -> bool:
        """Whether the two differ anywhere after (1) or before (-1) the playhead."""
        ...

    def go_to_difference(self, direction: int) -> None:
        """Go there."""
        ...

    @property
    def can_compare_iterations(self) -> bool:
        """Whether the recording has more iterations than one."""
        ...

    def compare_iterations(self) -> None:
        """Compare the iteration at the playhead with the one before it."""
        ...

    def end(self) -> None:
        """Compare no longer."""
        ...
