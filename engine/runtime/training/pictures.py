"""Pictures of a network while it learns: histograms, kernels, what it answers over the plane and on the last batch.

The network itself is never run for a picture: a copy of it is, with the newest weights, in evaluation mode and without
gradients; random states are put back. So a picture changes nothing of what is learned. Networks with hooks of their own
get no pictures of answers, as a hook may reach anything.
"""

import copy
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from engine.runtime.compat import quiet
from engine.runtime.training.attention import AttentionTaker
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.plane_finder import PlaneFinder
from engine.runtime.training.randomness import random_numbers
from engine.runtime.training.subject import Subject
from engine.training.facts import Picture
from engine.training.options import Plane

SECOND_NS = 1_000_000_000
SPREADS_A_PICTURE = 5
"""Histograms of parameters are taken up to so many times as often as other pictures."""
BINS = 32
MOST_PARAMETERS = 64
MOST_UNITS = 64
MOST_SAMPLES = 256
MOST_WEIGHTS = 4096
MOST_MAPS = 16
MOST_ELEMENTS = 1_000_000
MOST_SHOWN = 32
MOST_SHOWN_NUMBERS = 65_536
"""Of the batch that is looked at: samples, and numbers of them all."""
SATURATED = 0.97
_BINARY = frozenset({"BinaryCrossEntropyWithLogitsBackward0", "SoftMarginLossBackward0"})
_BINARY_SHARES = "BinaryCrossEntropyBackward0"
_PLAIN = frozenset({"MseLossBackward0", "L1LossBackward0", "SmoothL1LossBackward0", "HuberLossBackward0"})
_CUTTING = (nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.GELU, nn.SiLU, nn.ELU)


class PictureTaker:
    """Takes pictures as often as they may cost.

    ``take`` is called where nothing is being recorded.
    """

    def __init__(self, outbox: Outbox, finder: PlaneFinder, every_s: float | None, cost_share: float) -> None:
        self._outbox = outbox
        self.finder = finder
        self._every_ns = None if every_s is None else int(every_s * SECOND_NS)
        self._share = cost_share / 2
        self._next_ns = 0
        self._next_spread_ns = 0
        self._taken_at = -1
        self._copy: nn.Module | None = None
        self._copied: nn.Module | None = None
        self._can_run = True
        self.batch: object = None
        """The last batch, of which the first tensor is what goes in."""

    def forget(self) -> None:
        """Take pictures anew although they were taken at this iteration: something was changed since."""
        self._taken_at = -1

    def take_if_due(self, iteration: int, subject: Subject, loss_kind: str) -> None:
        """Take pictures if it is time."""
        if self._every_ns is None:
            return
        if self.finder.is_looking:
            self.finder.look(subject)
        now_ns = perf_counter_ns()
        if now_ns >= self._next_ns:
            self.take(iteration, subject, loss_kind)
        elif now_ns >= self._next_spread_ns and iteration != self._taken_at:
            with quiet():
                self._spreads(iteration, subject)

    def take(self, iteration: int, subject: Subject, loss_kind: str) -> None:
        """Take all pictures now, unless they were taken at this iteration or are not wanted at all."""
        if self._every_ns is None or iteration == self._taken_at or not subject.parameters:
            return
        began_ns = perf_counter_ns()
        self._taken_at = iteration
        with quiet():
            self._weights(iteration, subject)
            if subject.model is not None and self._can_run:
                self._answers(iteration, subject.model, loss_kind)
        ended_ns = perf_counter_ns()
        self._next_ns = ended_ns + max(self._every_ns, int((ended_ns - began_ns) / (self._share * 2 / 3)))

    def _weights(self, iteration: int, subject: Subject) -> None:
        self._spreads(iteration, subject)
        for parameter, name in _members(subject):
            if parameter.ndim == 2 and parameter.numel() <= MOST_WEIGHTS and not parameter.is_sparse:
                self._show(iteration, f"weight/{name}", parameter)
        for name, module in [] if subject.model is None else subject.model.named_modules():
            if isinstance(module, nn.Conv2d):
                self._show(iteration, f"kernels/{name}", module.weight[:MOST_UNITS, 0])

    def _spreads(self, iteration: int, subject: Subject) -> None:
        """Take the histograms of the parameters; between other pictures too, as they are watched over time."""
        began_ns = perf_counter_ns()
        for parameter, name in _members(subject):
            self._histogram(iteration, f"histogram/{name}", parameter)
        ended_ns = perf_counter_ns()
        rest_ns = max((self._every_ns or 0) // SPREADS_A_PICTURE, int((ended_ns - began_ns) / (self._share / 3)))
        self._next_spread_ns = ended_ns + rest_ns

    def _histogram(self, iteration: int, name: str, tensor: Tensor) -> None:
        if tensor.is_sparse or not tensor.is_floating_point() or not 0 < tensor.numel() <= MOST_ELEMENTS:
            return
        numbers = tensor.detach().float().cpu().numpy().ravel()
        numbers = numbers[np.isfinite(numbers)]
        if numbers.size:
            self._tell(iteration, name, histogram_of(numbers.astype(np.float64)))

    def _answers(self, iteration: int, model: nn.Module, loss_kind: str) -> None:
        """Run the copy over the plane and on the last batch; whatever goes wrong, no more such pictures are taken."""
        states = random_numbers()
        try:
            shadow = self._shadow(model)
            if shadow is None:
                self._can_run = False
                self.finder.give_up("the network has hooks of its own, which a picture must not call.")
                return
            if self.finder.plane is not None:
                self._over_plane(iteration, shadow, self.finder.plane, loss_kind)
            self._on_batch(iteration, shadow)
        except Exception as error:  # noqa: BLE001 - the network may take other inputs than we can guess; it learns on all the same
            self._can_run = False
            self.finder.give_up(f"the network cannot be asked about other points ({type(error).__name__}).")
        finally:
            states.restore()

    def _shadow(self, model: nn.Module) -> nn.Module | None:
        """Return a copy of the network with its present weights, None where it cannot be copied safely."""
        if any(module._forward_hooks or module._forward_pre_hooks for module in model.modules()):  # noqa: SLF001 - torch tells of hooks nowhere else
            return None
        if self._copy is None or self._copied is not model:
            self._copy, self._copied = copy.deepcopy(model), model
            self._copy.eval()
            for parameter in self._copy.parameters():
                parameter.grad = None
        for old, new in zip(_tensors(self._copy), _tensors(model), strict=True):
            old.copy_(new)
        return self._copy

    def _over_plane(self, iteration: int, shadow: nn.Module, plane: Plane, loss_kind: str) -> None:
        device = next(shadow.parameters()).device
        x = torch.linspace(plane.left, plane.right, plane.columns)
        y = torch.linspace(plane.bottom, plane.top, plane.rows)
        across = x.repeat(plane.rows, 1)
        points = torch.stack([across, y[:, None].expand_as(across)], dim=-1).reshape(-1, 2)
        points = points[:, :1] if plane.rows == 1 else points
        output, seen = _run(shadow, points.to(device, _float_type(shadow)))
        grid = (plane.rows, plane.columns)
        output = output[:, None] if output is not None and output.shape == points.shape[:1] else output
        if output is not None and output.ndim == 2:
            self._show(iteration, "boundary", _probabilities(output, loss_kind).reshape(*grid, -1))
        for name, (_, units) in seen.items():
            if units.ndim == 2:
                self._show(iteration, f"unit/{name}", units[:, :MOST_UNITS].T.reshape(-1, *grid))

    def _on_batch(self, iteration: int, shadow: nn.Module) -> None:
        inputs = self.batch[0] if isinstance(self.batch, (tuple, list)) and self.batch else self.batch
        if not isinstance(inputs, Tensor):
            return
        inputs = inputs[:MOST_SAMPLES].detach()
        attention = AttentionTaker(shadow)
        try:
            output, seen = _run(shadow, inputs)
        finally:
            attention.remove()
        for name, weights in attention.weights().items():
            self._show(iteration, f"attention/{name}", weights)
        self._show_batch(iteration, inputs, output)
        self._mistakes(iteration, inputs, output)
        put = self._outbox.points.append
        for name, (module, units) in seen.items():
            if not units.is_floating_point():
                continue
            if isinstance(module, nn.RNNBase) and units.ndim == 3:
                norms = torch.linalg.vector_norm(units, dim=-1).mean(dim=0 if module.batch_first else 1)
                self._show(iteration, f"hidden norms/{name}", norms)
            self._histogram(iteration, f"activations/{name}", units)
            if units.ndim == 4:
                self._show(iteration, f"feature maps/{name}", units[0, :MOST_MAPS])
            elif units.ndim == 3 and units.shape[:2] == inputs.shape[:2]:
                self._show(iteration, f"answers by place/{name}", units[0, :, :MOST_MAPS].T[:, None])
            if isinstance(module, _CUTTING):
                put((f"dead units/{name}", iteration, _dead(units)))
            elif isinstance(module, (nn.Tanh, nn.Sigmoid)):
                level = units.abs() if isinstance(module, nn.Tanh) else (2 * units - 1).abs()
                put((f"saturation/{name}", iteration, float((level > SATURATED).float().mean())))

    def _show_batch(self, iteration: int, inputs: Tensor, output: Tensor | None) -> None:
        """Show the first samples of the last batch, what is to be told of them, and what the network answers."""
        count = min(MOST_SHOWN, len(inputs), MOST_SHOWN_NUMBERS // max(1, inputs[:1].numel())) if len(inputs) else 0
        if not count or inputs.is_complex() or inputs.is_sparse:
            return
        self._show(iteration, "batch/inputs", inputs[:count])
        targets = self._targets
        if targets is not None and not targets.is_complex() and len(targets) >= count and targets.ndim <= 2:
            self._show(iteration, "batch/targets", targets[:count])
        if output is not None and output.ndim == 2 and len(output) >= count:
            told = output[:count]
            is_class = targets is not None and not targets.is_floating_point() and output.shape[1] > 1
            self._show(iteration, "batch/answers", told.argmax(1) if is_class else told)

    @property
    def _targets(self) -> Tensor | None:
        targets = self.batch[1] if isinstance(self.batch, (tuple, list)) and len(self.batch) > 1 else None
        return targets if isinstance(targets, Tensor) else None

    def _mistakes(self, iteration: int, inputs: Tensor, output: Tensor | None) -> None:
        """Show which pictures of the last batch are taken for another class, where it is one of pictures."""
        targets = self._targets
        if targets is None or output is None or inputs.ndim != 4 or output.ndim != 2:
            return
        if targets.ndim == 1 and not targets.is_floating_point():
            wrong = output.argmax(1).to(targets.device) != targets[: len(inputs)]
            self._show(iteration, "mistakes", inputs[wrong.to(inputs.device)][:MOST_MAPS])

    def _show(self, iteration: int, name: str, tensor: Tensor) -> None:
        self._tell(iteration, name, tensor.detach().float().cpu().numpy())

    def _tell(self, iteration: int, name: str, numbers: Any) -> None:  # noqa: ANN401 - an array of any shape
        array = np.ascontiguousarray(numbers, dtype="<f4")
        self._outbox.show(Picture(iteration, name, array.shape, array.tobytes()))


def histogram_of(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return lowest, highest, and how many numbers lie in each of ``BINS`` stretches between; all are finite.

    As ``numpy.histogram`` has it, in a tenth of its time, which for small tensors goes into looking at its arguments;
    and also for numbers so large or so near each other that NumPy refuses them.
    """
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        room = max(0.5, 1e-6 * abs(low))
        low, high = low - room, high + room
    places = ((numbers - low) / (high - low) * BINS).astype(np.int64)
    counts = np.bincount(np.minimum(places, BINS - 1), minlength=BINS)
    return np.concatenate([(low, high), counts])


def _members(subject: Subject) -> list[tuple[Tensor, str]]:
    return list(zip(subject.parameters, subject.names, strict=True))[:MOST_PARAMETERS]


def _tensors(model: nn.Module) -> list[Tensor]:
    return [*model.parameters(), *model.buffers()]


def _run(shadow: nn.Module, inputs: Tensor) -> tuple[Tensor | None, dict[str, tuple[nn.Module, Tensor]]]:
    """Return what a network answers, and what each of its layers does."""
    seen: dict[str, tuple[nn.Module, Tensor]] = {}
    handles = [
        module.register_forward_hook(_keeping(name, seen))
        for name, module in shadow.named_modules()
        if name and not any(module.children())
    ]
    try:
        output = shadow(inputs)
    finally:
        for handle in handles:
            handle.remove()
    return output if isinstance(output, Tensor) else None, seen


def _keeping(name: str, seen: dict[str, tuple[nn.Module, Tensor]]) -> Callable[..., None]:
    def keep(module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, tuple) and output and isinstance(module, nn.RNNBase):
            output = output[0]
        if isinstance(output, Tensor):
            seen[name] = (module, output)

    return keep


def _float_type(model: nn.Module) -> torch.dtype:
    found = (parameter.dtype for parameter in model.parameters() if parameter.is_floating_point())
    return next(found, torch.float32)


def _probabilities(output: Tensor, loss_kind: str) -> Tensor:
    if output.shape[1] == 1:
        if loss_kind not in _BINARY and loss_kind != _BINARY_SHARES:
            return output
        share = torch.sigmoid(output) if loss_kind in _BINARY else output
        return torch.cat([1 - share, share], dim=1)
    return output if loss_kind in _PLAIN else torch.softmax(output, dim=1)


def _dead(units: Tensor) -> float:
    """Return the share of units that give nothing above 0 for any sample."""
    dims = [dim for dim in range(units.ndim) if dim != 1] if units.ndim > 1 else [0]
    return float((units.amax(dim=dims) <= 0).float().mean())
