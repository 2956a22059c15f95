"""What a run does with what it meets: it follows the program, or keeps still while it is only run again."""

from torch.optim import Optimizer

from engine.runtime.training.following import Following


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


Phase = Following | Repeating
"""Is told of everything that a program does as it learns, on the program's thread."""
