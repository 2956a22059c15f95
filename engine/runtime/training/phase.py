"""What a run does with what it meets: it follows the program, or keeps still while it is only run again."""

from typing import Protocol

from torch.optim import Optimizer


class Phase(Protocol):
    """Is told of everything that a program does as it learns, on the program's thread; see ``Following``."""

    def before(self, optimizer: Optimizer) -> None:
        """The optimizer that counts is about to step."""
        ...

    def before_aside(self, optimizer: Optimizer) -> None:
        """Another optimizer is about to step."""
        ...

    def after(self, optimizer: Optimizer) -> None:
        """The optimizer that counts has stepped."""
        ...

    def stepped(self) -> None:
        """The step is over: hooks may come and go."""
        ...

    def between(self) -> None:
        """An iteration has wholly ended."""
        ...

    def hold(self, *, is_at_end: bool = True) -> None:
        """The program may wait here; ``is_at_end``: between two iterations."""
        ...

    def batch_there(self, batch: object) -> None:
        """The next iteration begins with this batch."""
        ...

    def pass_begins(self) -> None:
        """A pass through the data begins."""
        ...

    def epoch_ended(self) -> None:
        """Everything of an epoch was learned."""
        ...

    def log(self, name: str, number: float) -> None:
        """The program tells a number itself."""
        ...

    def end(self) -> None:
        """The program has ended."""
        ...


class Repeating:
    """Keeps still while a program is run again up to where a checkpoint was written: all of it was told before.

    Only iterations are counted; nobody can ask for anything, nothing waits and nothing is taken.
    """

    def before(self, optimizer: Optimizer) -> None:
        """Look at nothing."""

    def before_aside(self, optimizer: Optimizer) -> None:
        """Look at nothing."""

    def after(self, optimizer: Optimizer) -> None:
        """Look at nothing."""

    def stepped(self) -> None:
        """Record nothing."""

    def between(self) -> None:
        """Take no pictures."""

    def hold(self, *, is_at_end: bool = True) -> None:
        """Let the program go on."""

    def batch_there(self, batch: object) -> None:
        """Keep no batch."""

    def pass_begins(self) -> None:
        """Take no metrics."""

    def epoch_ended(self) -> None:
        """Count no epoch against what the run may do."""

    def log(self, name: str, number: float) -> None:
        """Tell nothing twice."""

    def end(self) -> None:
        """Leave nothing behind: the run never came to where it was."""
