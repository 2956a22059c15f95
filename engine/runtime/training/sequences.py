"""How strong the gradient of a recurrent layer's state is at each place of the sequence.

Hooks that change nothing take the gradient that arrives at what the layer gave, and before the optimizer steps a copy
of the layer is run again, one place after the other, and differentiated from there (``places``). The network itself and
its gradients are never touched. Where that cannot be done it is said why.
"""

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.utils.hooks import RemovableHandle

from engine.runtime.compat import quiet
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.places import LayerCall, PlacesError, check, draws_random, norms_by_place
from engine.runtime.training.subject import Subject
from engine.training.facts import Note, Picture

KINDS = (nn.RNN, nn.LSTM, nn.GRU)
NAME = "gradient norms"
_SECOND_NS = 1_000_000_000


class SequenceWatch:
    """Looks at an iteration as often as it may cost; a hook is there only in such an iteration.

    Whatever goes wrong, it looks no more: the program goes on as if nothing had been.

    Attributes:
        is_watching: Whether there may be something to be seen at all; looked at in the hot path, like
        is_armed: Whether ``look`` has something to look at.
    """

    def __init__(self, outbox: Outbox, every_s: float | None, cost_share: float) -> None:
        self._outbox = outbox
        self._every_ns = None if every_s is None else int(every_s * _SECOND_NS)
        self._share = cost_share / 4
        self._next_ns = 0
        self._handles: tuple[RemovableHandle, ...] = ()
        self.is_watching, self.is_armed = self._every_ns is not None, False
        self._names: dict[int, str] = {}
        self._calls: list[LayerCall] = []
        self._random: dict[int, Tensor] = {}
        self._said: dict[str, str] = {}

    def arm_if_due(self, subject: Subject) -> None:
        """Look at the next iteration if it is time and there is something to be seen."""
        if self._every_ns is None or self._handles or perf_counter_ns() < self._next_ns:
            return
        modules = [] if subject.model is None else subject.model.named_modules()
        self._names = {id(module): name for name, module in modules if type(module) in KINDS}
        if self._names:
            self._handles = (
                register_module_forward_pre_hook(self._before_forward),
                register_module_forward_hook(self._after_forward, with_kwargs=True),
            )
            self.is_armed = True
        else:
            self._stop()

    def _stop(self) -> None:
        self._every_ns, self.is_watching = None, False

    def disarm(self) -> None:
        """Look at nothing: the next iteration is recorded, or the run is over."""
        for handle in self._handles:
            handle.remove()
        self._handles = ()
        self.is_armed = False
        self._calls = []
        self._random = {}

    def look(self, iteration: int) -> None:
        """Tell what was seen of the iteration; before the optimizer steps, inside of ``quiet``."""
        if not self._handles or self._every_ns is None:
            return
        calls = self._calls
        self.disarm()
        began_ns = perf_counter_ns()
        try:
            for call in calls:
                self._tell(iteration, call)
        except Exception:  # noqa: BLE001 - a layer that cannot be run again is learned from all the same
            self._stop()
            return
        ended_ns = perf_counter_ns()
        self._next_ns = ended_ns + max(self._every_ns, int((ended_ns - began_ns) / self._share))

    def _tell(self, iteration: int, call: LayerCall) -> None:
        name = f"{NAME}/{self._names[id(call.layer)]}"
        if not call.gradients:
            return
        try:
            directions = norms_by_place(call)
        except PlacesError as error:
            self._say(name, str(error))
            return
        for norms, ending in zip(directions, ("", " reverse"), strict=False):
            told = np.ascontiguousarray(norms.float().cpu().numpy(), dtype="<f4")
            self._outbox.show(Picture(iteration, f"{name}{ending}", told.shape, told.tobytes()))
        self._say(name, "")

    def _say(self, name: str, why: str) -> None:
        """Say why there is no picture, or that there is one again."""
        if self._said.get(name, "") != why:
            self._said[name] = why
            self._outbox.add(Note(name, why))

    def _before_forward(self, layer: nn.Module, _args: tuple[Any, ...]) -> None:
        if isinstance(layer, nn.RNNBase) and id(layer) in self._names and draws_random(layer):
            with quiet():
                self._random[id(layer)] = torch.get_rng_state()

    def _after_forward(self, layer: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], given: Any) -> None:  # noqa: ANN401 - as torch has it
        if isinstance(layer, nn.RNNBase) and id(layer) in self._names and torch.is_grad_enabled():
            try:
                with quiet():
                    self._note(layer, given, *args, **kwargs)
            except Exception:  # noqa: BLE001 - a fault of ours must not reach the program
                self._calls = []

    def _note(self, layer: nn.RNNBase, given: Any, input: Any, hx: Any = None) -> None:  # noqa: A002, ANN401 - as torch has it
        try:
            check(layer, input)
        except PlacesError as error:
            self._say(f"{NAME}/{self._names[id(layer)]}", str(error))
            return
        output, states = given
        parts = (output, *(states if isinstance(states, tuple) else (states,)))
        began = None if hx is None else tuple(state.detach() for state in (hx if isinstance(hx, tuple) else (hx,)))
        is_rough = torch.is_autocast_enabled(input.device.type) or output.dtype in (torch.float16, torch.bfloat16)
        call = LayerCall(layer, input.detach(), began, output.detach(), self._random.get(id(layer)), is_rough)
        self._calls = [one for one in self._calls if one.layer is not layer] + [call]
        for place, part in enumerate(parts):
            if part.requires_grad:
                part.register_hook(_taking(call, place))


def _taking(call: LayerCall, place: int) -> Callable[[Tensor], None]:
    def take(gradient: Tensor) -> None:
        call.gradients[place] = gradient.detach()

    return take
