"""Which iterations are to be kept whole, and why."""

from engine.runtime.training.sampler import Sampler
from engine.training.commands import Play
from engine.training.facts import SampleReason


class SampleWishes:
    """Knows what was wished for since the last kept iteration; ``every`` is the distance of the periodic ones.

    Attributes:
        is_asked: A person asked for the next iteration.
        is_alerted: Something was alarming: the next one is worth keeping.
    """

    def __init__(self, every: int | None) -> None:
        self._every = every
        self.is_asked = False
        self.is_alerted = False

    def reason(self, iteration: int, play: Play | None, sampler: Sampler) -> SampleReason | None:
        """Return why the iteration that begins now is to be kept, None where it is not."""
        if self.is_asked or (play is not None and play.kept):
            return SampleReason.ASKED
        if self.is_alerted:
            return SampleReason.ALERT
        every = self._every
        is_due = every is not None and iteration > 0 and iteration % every == 0
        return SampleReason.PERIODIC if is_due and sampler.may_begin else None

    def forget(self) -> None:
        """Take it that what was wished for is being kept."""
        self.is_asked = self.is_alerted = False
