"""How strong the gradient of a recurrent layer's state is at each place of the sequence.

torch computes a whole sequence in one function, whose inner gradients nobody sees. So hooks that change nothing take
the gradient that arrives at what the layer gave, and before the optimizer steps a copy of the layer is run again, one
place after the other, and differentiated from there. The network itself and its gradients are never touched.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook
from torch.utils.hooks import RemovableHandle

from engine.runtime.compat import quiet
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.subject import Subject
from engine.training.facts import Picture

KINDS = (nn.RNN, nn.LSTM, nn.GRU)
MOST_SAMPLES = 64
MOST_PLACES = 128
_SECOND_NS = 1_000_000_000


@dataclass(slots=True)
class _Call:
    """One call of a recurrent layer, and the gradients that arrived at what it gave: output, states."""

    layer: nn.RNNBase
    inputs: Tensor
    states: tuple[Tensor, ...] | None
    gradients: dict[int, Tensor] = field(default_factory=dict)


class SequenceWatch:
    """Looks at an iteration as often as it may cost; a hook is there only in such an iteration.

    Whatever goes wrong, it looks no more: the program goes on as if nothing had been.
    """

    def __init__(self, outbox: Outbox, every_s: float | None, cost_share: float) -> None:
        self._outbox = outbox
        self._every_ns = None if every_s is None else int(every_s * _SECOND_NS)
        self._share = cost_share / 4
        self._next_ns = 0
        self._handle: RemovableHandle | None = None
        self._names: dict[int, str] = {}
        self._calls: list[_Call] = []

    def arm_if_due(self, subject: Subject) -> None:
        """Look at the next iteration if it is time and there is something to be seen."""
        if self._every_ns is None or self._handle is not None or perf_counter_ns() < self._next_ns:
            return
        modules = [] if subject.model is None else subject.model.named_modules()
        self._names = {id(module): name for name, module in modules if type(module) in KINDS}
        if self._names:
            self._handle = register_module_forward_hook(self._after_forward, with_kwargs=True)
        else:
            self._every_ns = None

    def disarm(self) -> None:
        """Look at nothing: the next iteration is recorded, or the run is over."""
        if self._handle is not None:
            self._handle.remove()
        self._handle = None
        self._calls = []

    def look(self, iteration: int) -> None:
        """Tell what was seen of the iteration; before the optimizer steps, inside of ``quiet``."""
        if self._handle is None or self._every_ns is None:
            return
        calls = self._calls
        self.disarm()
        began_ns = perf_counter_ns()
        try:
            for call in calls:
                self._tell(iteration, call)
        except Exception:  # noqa: BLE001 - a layer that cannot be run again is learned from all the same
            self._every_ns = None
            return
        ended_ns = perf_counter_ns()
        self._next_ns = ended_ns + max(self._every_ns, int((ended_ns - began_ns) / self._share))

    def _tell(self, iteration: int, call: _Call) -> None:
        if call.gradients:
            told = np.ascontiguousarray(_norms(call).float().cpu().numpy(), dtype="<f4")
            name = f"gradient norms/{self._names[id(call.layer)]}"
            self._outbox.show(Picture(iteration, name, told.shape, told.tobytes()))

    def _after_forward(self, layer: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], given: Any) -> None:  # noqa: ANN401 - as torch has it
        if isinstance(layer, nn.RNNBase) and id(layer) in self._names and torch.is_grad_enabled():
            try:
                with quiet():
                    self._note(layer, given, *args, **kwargs)
            except Exception:  # noqa: BLE001 - a fault of ours must not reach the program
                self._calls = []

    def _note(self, layer: nn.RNNBase, given: Any, input: Any, hx: Any = None) -> None:  # noqa: A002, ANN401 - as torch has it
        if not _is_plain(layer, input):
            return
        output, states = given
        parts = (output, *(states if isinstance(states, tuple) else (states,)))
        began = None if hx is None else tuple(state.detach() for state in (hx if isinstance(hx, tuple) else (hx,)))
        call = _Call(layer, input.detach(), began)
        self._calls = [one for one in self._calls if one.layer is not layer] + [call]
        for place, part in enumerate(parts):
            if part.requires_grad:
                part.register_hook(_taking(call, place))


def _is_plain(layer: nn.RNNBase, inputs: object) -> bool:
    """Return whether running a layer again, place by place, is the same.

    That is with no dropout, one direction,
    no mixed precision and a short sequence.
    """
    is_random = layer.training and layer.dropout > 0 and layer.num_layers > 1
    if is_random or layer.bidirectional or not isinstance(inputs, Tensor) or inputs.ndim != 3:
        return False
    if torch.is_autocast_enabled(inputs.device.type):
        return False
    return 1 < inputs.shape[1 if layer.batch_first else 0] <= MOST_PLACES


def _taking(call: _Call, place: int) -> Callable[[Tensor], None]:
    def take(gradient: Tensor) -> None:
        call.gradients[place] = gradient.detach()

    return take


def _norms(call: _Call) -> Tensor:
    """Return the norm of the gradient of the last layer's state at each place, the mean over the samples, [places]."""
    batch = 0 if call.layer.batch_first else 1
    layer: Any = copy.deepcopy(call.layer)
    layer.flatten_parameters()
    inputs = call.inputs.narrow(batch, 0, min(MOST_SAMPLES, call.inputs.shape[batch]))
    count = inputs.shape[batch]
    arrived = {place: (one.narrow(batch if place == 0 else 1, 0, count)) for place, one in call.gradients.items()}
    states: Any = None if call.states is None else tuple(state[:, :count].contiguous() for state in call.states)
    hidden: list[Tensor] = []
    with torch.enable_grad():
        for step in inputs.unbind(1 - batch):
            packed = states if states is None or isinstance(layer, nn.LSTM) else states[0]
            _output, after = layer.forward(step.unsqueeze(1 - batch), packed)  # without hooks of the program
            states = after if isinstance(after, tuple) else (after,)
            hidden.append(states[0])
        ends, seeds = list(states), [torch.zeros_like(state) for state in states]
        for place in range(len(states)):
            if place + 1 in arrived:
                seeds[place] = arrived[place + 1]
        if 0 in arrived:
            ends += [state[-1] for state in hidden]
            seeds += list(arrived[0].unbind(1 - batch))
        gradients = torch.autograd.grad(ends, hidden, seeds)
    return torch.stack([torch.linalg.vector_norm(gradient[-1], dim=-1).mean() for gradient in gradients])
