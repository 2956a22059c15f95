"""The worker's side of a training run: watches optimizer steps, tells curves, waits, changes, keeps and resumes.

Nothing here computes anything of the program's: a run that is watched gives the same numbers, bit for bit, as the same
text alone, as long as the person changes nothing.
"""

from engine.runtime.training.controller import TrainingController
from engine.runtime.training.gate import Gate
from engine.runtime.training.resuming import Resuming
from engine.runtime.training.sampler import Sampler

__all__ = ["Gate", "Resuming", "Sampler", "TrainingController"]
