"""Changes hyper-parameters of a run while it goes on, and says so on its curves."""

from collections.abc import MutableMapping
from math import inf, isfinite
from time import monotonic_ns
from typing import Any

from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from engine.runtime.recorder.patches import PatchSet
from engine.runtime.training.clipping import ClipWatch
from engine.runtime.training.hypers import CLIP, HyperError, LiveClip, ScheduleWatch, clip_text, hypers_of, set_hyper
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.sampler import Sampler
from engine.runtime.training.subject import Subject
from engine.training.commands import SetHyper
from engine.training.facts import Mark, MarkKind

NS_PER_MS = 1_000_000
OWN_CLIP = "clip_norm"
"""The variable that scripts of plans clip by."""


class HyperEditor:
    """Does what ``SetHyper`` asks.

    Attributes:
        clips: Knows gradients as they were before they were clipped.
    """

    def __init__(self, outbox: Outbox, namespace: MutableMapping[str, Any], clip: LiveClip, sampler: Sampler) -> None:
        self.clips = ClipWatch(sampler)
        self._outbox = outbox
        self._namespace = namespace
        self._clip = clip
        self._schedules = ScheduleWatch()

    def plan(self, patches: PatchSet) -> None:
        """Plan what has to be replaced."""
        self._schedules.plan(patches)
        self.clips.plan(patches)

    def tell(self, optimizer: Optimizer) -> None:
        """Tell all hyper-parameters as they are now."""
        self._outbox.add(hypers_of(optimizer, self._clip_norm))

    def set(self, command: SetHyper, sent_ns: int, optimizer: Optimizer | None, iteration: int) -> None:
        """Change one, and mark it; what cannot be is told in one sentence."""
        try:
            text = self._changed(command, optimizer)
        except HyperError as error:
            self._outbox.add(Mark(iteration, MarkKind.TROUBLE, str(error)))
            return
        self._outbox.add(Mark(iteration, MarkKind.EDIT, text, (monotonic_ns() - sent_ns) / NS_PER_MS))
        if optimizer is not None:
            self.tell(optimizer)

    @property
    def is_clipping(self) -> bool:
        """Whether ``clip`` has something to do."""
        return self._clip.norm is not None

    def clip(self, subject: Subject) -> None:
        """Clip the gradients that the optimizer is about to get, if that was asked for while the run went on."""
        if self._clip.norm is not None:
            self.clips.note(subject.parameters)
            clip_grad_norm_(subject.parameters, self._clip.norm)

    @property
    def _clip_norm(self) -> float | None:
        """The norm that gradients are clipped to: by the program where it has a number for it, else by this."""
        own = self._namespace.get(OWN_CLIP)
        return (own if isfinite(own) else None) if isinstance(own, (int, float)) else self._clip.norm

    def _changed(self, command: SetHyper, optimizer: Optimizer | None) -> str:
        if command.name == CLIP:
            return self._set_clip(command.numbers)
        if optimizer is None:
            raise HyperError("No optimizer has been made yet.")
        return set_hyper(optimizer, self._schedules.of(optimizer), command.name, command.numbers)

    def _set_clip(self, numbers: tuple[float, ...]) -> str:
        norm = numbers[0] if numbers else None
        if norm is not None and not norm > 0:
            raise HyperError("The norm that gradients are clipped to has to be above 0.")
        old = self._clip_norm
        if isinstance(self._namespace.get(OWN_CLIP), (int, float)):
            self._namespace[OWN_CLIP] = inf if norm is None else norm
        else:
            self._clip.norm = norm
        return clip_text(old, norm)
