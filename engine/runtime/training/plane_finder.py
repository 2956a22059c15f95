"""Finds where the data of a typed program lies: whether its network takes points of a plane, and which ones.

A hook that only keeps what it sees is there for one forward pass in each of the first iterations. Targets are what the
loss function has saved for its backward pass. No line of the program is run for it.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook
from torch.utils.hooks import RemovableHandle

from engine.runtime.compat import quiet
from engine.runtime.training.losses import LossFinder
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.samples import MOST_SAMPLES, SampleTeller, table_of
from engine.runtime.training.subject import Subject
from engine.training.facts import Picture, PlaneTold
from engine.training.options import Plane

LOOKS = 12
"""Iterations that are looked at: batches of a loader lie at different places."""
_MARGIN = 0.15
_MOST_NODES = 64
_LINE_COLUMNS = 128
_NO_MODULE = "the parameters belong to no nn.Module that could be asked about other points."
_NEVER_CALLED = "the network is never called as a whole, only its parts are."


class PlaneFinder:
    """Looks at the first iterations; what it found is told once, and again where points lie outside of it.

    Attributes:
        plane: Where the points lie; None while that is not known, and where there is no plane.
    """

    def __init__(self, outbox: Outbox, losses: LossFinder, samples: SampleTeller, plane: Plane | None) -> None:
        self.plane = plane
        self._outbox = outbox
        self._losses = losses
        self._samples = samples
        self._looks_left = 0 if plane is not None else LOOKS
        self._handle: RemovableHandle | None = None
        self._model: nn.Module | None = None
        self._seen: tuple[tuple[Any, ...], dict[str, Any]] | None = None
        self._target: Tensor | None = None
        self._tables: list[Tensor] = []
        self._refusal = ""

    @property
    def is_looking(self) -> bool:
        """Whether iterations are still to be looked at."""
        return self._looks_left > 0

    def look(self, subject: Subject) -> None:
        """Make use of what the last iteration showed, and look at the next one; called between two iterations."""
        if self._looks_left <= 0:
            return
        if subject.model is None:
            self._give_up(_NO_MODULE)
            return
        if self._handle is not None or self._seen is not None:
            self._looks_left -= 1
        seen, self._seen = self._seen, None
        if seen is not None:
            with quiet():
                self._take(*seen)
        elif self._looks_left <= 0 and self.plane is None:
            self._give_up(_NEVER_CALLED)
        self.disarm()
        if self._looks_left > 0:
            self._model = subject.model
            self._handle = register_module_forward_hook(self._after_forward, with_kwargs=True)
            self._losses.peek = self._before_backward

    def disarm(self) -> None:
        """Look at nothing."""
        if self._handle is not None:
            self._handle.remove()
            self._losses.peek = None
        self._handle = self._target = None

    def give_up(self, why: str) -> None:
        """The network cannot be asked about points of the plane, if there is one."""
        self._refusal = why
        if self.plane is not None:
            self._give_up(why)

    def _give_up(self, why: str) -> None:
        self._looks_left, self.plane = 0, None
        self.disarm()
        self._outbox.add(PlaneTold(None, why))

    def _after_forward(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], _given: object) -> None:
        if module is self._model and self._seen is None and torch.is_grad_enabled():
            self._seen = args, kwargs

    def _before_backward(self, roots: Sequence[Any]) -> None:
        if self._seen is not None and self._target is None:
            with quiet():
                self._target = saved_target(roots)

    def _take(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        inputs = args[0] if len(args) == 1 and not kwargs else None
        if not isinstance(inputs, Tensor):
            self._give_up("the network takes more than one thing at once.")
        elif inputs.ndim != 2 or inputs.shape[1] not in (1, 2) or not inputs.is_floating_point():
            shape = " × ".join(map(str, inputs.shape)) or "one number"
            kind = str(inputs.dtype).removeprefix("torch.")
            self._give_up(f"the network takes {shape} numbers ({kind}), and not two numbers a sample.")
        elif self._refusal:
            self._give_up(self._refusal)
        else:
            self._widen(inputs.detach())
            self._show_samples(inputs.detach())

    def _widen(self, inputs: Tensor) -> None:
        points = inputs[inputs.isfinite().all(dim=1)].double().cpu()
        if not len(points):
            return
        low, high = points.amin(dim=0), points.amax(dim=0)
        if self.plane is not None and _holds(self.plane, low, high):
            return
        if self.plane is not None:
            low = torch.minimum(low, torch.tensor([self.plane.left, self.plane.bottom][: len(low)]))
            high = torch.maximum(high, torch.tensor([self.plane.right, self.plane.top][: len(high)]))
        self.plane = plane_around(low.tolist(), high.tolist())
        self._outbox.add(PlaneTold(self.plane))

    def _show_samples(self, inputs: Tensor) -> None:
        target = self._target
        if self._samples.has_told or target is None or len(target) != len(inputs):
            return
        count = sum(map(len, self._tables))
        table = table_of(inputs, target) if count < MOST_SAMPLES else None
        if table is None or any(torch.equal(table, old) for old in self._tables):
            return
        self._tables.append(table)
        told = torch.cat(self._tables)[:MOST_SAMPLES].numpy().astype("<f4")
        self._outbox.show(Picture(0, "data/train", told.shape, told.tobytes()))


def saved_target(roots: Sequence[Any]) -> Tensor | None:
    """Return the targets that a loss function of torch keeps for its backward pass, None where it is none of torch."""
    waiting = [root.grad_fn for root in roots if isinstance(root, Tensor) and root.grad_fn is not None]
    for _ in range(_MOST_NODES):
        if not waiting:
            return None
        node = waiting.pop(0)
        try:
            target = getattr(node, "_saved_target", None)
        except RuntimeError:  # it was freed
            return None
        if isinstance(target, Tensor):
            return target.detach()
        waiting += [after for after, _ in node.next_functions if after is not None]
    return None


def plane_around(low: list[float], high: list[float]) -> Plane:
    """Return the square around points, with some room; for points of one number a line."""
    reach = max(top - bottom for bottom, top in zip(low, high, strict=True)) or 1.0
    room = (0.5 + _MARGIN) * reach
    middle = [(bottom + top) / 2 for bottom, top in zip(low, high, strict=True)]
    if len(middle) == 1:
        return Plane(left=middle[0] - room, right=middle[0] + room, bottom=0.0, top=0.0, columns=_LINE_COLUMNS, rows=1)
    return Plane(left=middle[0] - room, right=middle[0] + room, bottom=middle[1] - room, top=middle[1] + room)


def _holds(plane: Plane, low: Tensor, high: Tensor) -> bool:
    sides = ((plane.left, plane.right), (plane.bottom, plane.top))
    return all(side[0] <= bottom and top <= side[1] for side, bottom, top in zip(sides, low.tolist(), high.tolist(),
                                                                                strict=False))  # fmt: skip
