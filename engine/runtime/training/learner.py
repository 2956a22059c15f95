"""What learns in a run, and how far it is."""

from dataclasses import dataclass, field

from torch.optim import Optimizer

from engine.runtime.training.subject import Subject


@dataclass(slots=True)
class Learner:
    """The optimizer that counts, None before there is one; what it trains; and how many iterations are done."""

    optimizer: Optimizer | None = None
    subject: Subject = field(default_factory=lambda: Subject((), (), None))
    iteration: int = 0
