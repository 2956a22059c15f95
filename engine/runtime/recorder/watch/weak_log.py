"""A log that lets go of large tensors when the program does: for recordings that keep no numbers."""

from collections.abc import Iterable
from threading import RLock
from typing import Any, SupportsIndex

import torch
from torch import Tensor
from torch.nn import Parameter

from engine.runtime.compat import base_of, made_by, node_sequence, plain, storage_key, unseen
from engine.runtime.compat_forward import is_dual
from engine.runtime.recorder import log
from engine.runtime.recorder.log import Log
from engine.runtime.recorder.watch.backward_run import BackwardRun
from engine.runtime.recorder.watch.optimizers import OptimizerRun
from engine.runtime.recorder.watch.shadows import Shadow

_PLAIN = frozenset({int, float, bool, str, type(None), Parameter, Shadow})
_RUNS = frozenset({log.BACKWARD, log.OPTIMIZER})
_PLACES = {log.CALL: (2, 3, 4), log.NODE: (3, 4)}
"""Where the most frequent records have tensors."""
RESULT = 4
"""Where a call has what it returned."""
MOST_WAITING = 64
"""So many records are looked through at once at the most."""


class ShadowBook:
    """Shadows of the large tensors that were mentioned: one a tensor.

    Args:
        least_bytes: Tensors beyond this size are not held.
    """

    def __init__(self, least_bytes: int) -> None:
        self._least_bytes = least_bytes
        self._shadows: dict[int, Shadow] = {}

    def is_weak(self, tensor: Tensor) -> bool:
        """Whether a tensor is not held: a large one with nothing special about it."""
        return (
            type(tensor) is Tensor
            and _nbytes(tensor) > self._least_bytes
            and tensor.layout is torch.strided
            and not (tensor.is_quantized or tensor.is_nested or tensor.is_meta or tensor.is_inference())
            and plain(tensor) is tensor
            and storage_key(tensor) is not None
            and not is_dual()
        )

    def mention(self, tensor: Tensor, *, is_new: bool = False) -> Shadow | Tensor:
        """Return what stands for a tensor; ``is_new``: something has just made it, or made it anew."""
        if not self.is_weak(tensor):
            return tensor
        shadow = self._shadows.get(id(tensor))
        is_known = shadow is not None and shadow.ref() is tensor
        version = tensor._version  # noqa: SLF001 - see ``compat_versions``
        if shadow is None or not is_known:
            shadow = Shadow(tensor)
        elif shadow.version == version and not is_new:
            return shadow
        base = base_of(tensor)
        if base is not None and is_known and not is_new:
            # Asking a view for its node after its base changed would make torch build a new one.
            shadow.version = version
            return shadow
        node = made_by(tensor) if tensor.requires_grad else None
        sequence = None if node is None else node_sequence(node)
        if node is not None and sequence is None:
            return tensor  # of a node that has to be known itself
        shadow.look(tensor, version, sequence, None if base is None else self.mention(base))
        self._shadows[id(tensor)] = shadow
        return shadow

    def forget_dead(self) -> None:
        """Let go of the shadows of tensors that are gone."""
        for address, shadow in tuple(self._shadows.items()):
            if shadow.ref() is None:
                self._shadows.pop(address, None)

    def lightened(self, thing: Any, *, is_new: bool = False) -> Any:  # noqa: ANN401 - any entry of a log
        """Return ``thing`` with shadows in place of the large tensors in it."""
        kind = type(thing)
        if kind is Tensor:
            return self.mention(thing, is_new=is_new) if _nbytes(thing) > self._least_bytes else thing
        if kind in _PLAIN or (kind is tuple and self._is_light(thing)):
            return thing
        if isinstance(thing, tuple):
            parts = [self.lightened(part, is_new=is_new) for part in thing]
            return tuple(parts) if _differ(parts, thing) else thing
        if kind is list:
            parts = [self.lightened(part, is_new=is_new) for part in thing]
            return parts if _differ(parts, thing) else thing
        if kind is dict:
            parts = [self.lightened(part, is_new=is_new) for part in thing.values()]
            return dict(zip(thing, parts, strict=True)) if _differ(parts, thing.values()) else thing
        return thing

    def _is_light(self, things: tuple[Any, ...]) -> bool:
        """Whether there are only small tensors and plain things: the usual case, and in the hot path."""
        for thing in things:
            kind = type(thing)
            if kind is Tensor:
                if _nbytes(thing) > self._least_bytes:
                    return False
            elif kind not in _PLAIN:
                return False
        return True


def _nbytes(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()  # ``nbytes`` raises for sparse tensors


def _differ(parts: Iterable[Any], others: Iterable[Any]) -> bool:
    # ``!=`` would compare numbers.
    return any(part is not other for part, other in zip(parts, others, strict=True))


class WeakLog(Log):
    """A log that puts shadows in place of large tensors, right away where there are any, else now and then."""

    def __init__(self, shadows: ShadowBook) -> None:
        super().__init__()
        self._shadows = shadows
        self._lock = RLock()
        self._is_sweeping = False
        self._runs: list[BackwardRun | OptimizerRun] = []
        self._swept = 0
        self._waiting = 0
        self._patience = 1

    def extend(self, record: Iterable[Any]) -> None:
        """Append a record."""
        start = len(self)
        super().extend(record)
        self._waiting += 1
        if self._waiting >= self._patience or (len(self) > start and self[start] in _RUNS):
            self.sweep()

    def __delitem__(self, place: SupportsIndex | slice) -> None:
        """Take back whole records at the end, as marks do, or forget those at the start."""
        super().__delitem__(place)
        self._swept = min(self._swept, len(self))

    def sweep(self) -> None:
        """Let go of the large tensors in what was appended since the last time."""
        with self._lock, unseen():  # what is asked of a tensor would go through the recorder itself
            if self._is_sweeping:
                return  # a finalizer of the program's runs, somewhere in the middle of this
            self._is_sweeping = True
            try:
                self._sweep_on()
            finally:
                self._is_sweeping = False

    def _sweep_on(self) -> None:
        has_found = False
        while self._swept < len(self):
            has_found |= self._sweep_record(self._swept)
            self._swept += log.WIDTHS[self[self._swept]]
        self._waiting = 0
        self._patience = 1 if has_found else min(2 * self._patience, MOST_WAITING)

    def take(self) -> list[Any]:
        """Return everything that was appended, with tensors in place of shadows, and forget it."""
        with self._lock:
            length = len(self)
            taken = self[:length]
            del self[:length]
            self._swept = 0
        self._runs += _runs_in(taken)
        for run in self._runs:
            _restore_run(run)
        whole: list[Any] = _restored(taken)
        return whole

    def rest(self) -> None:
        """Let go again of what passes that are not over yet have saved: what was taken has been read."""
        with unseen():
            for run in self._runs:
                self._lighten_run(run)
        self._runs = [run for run in self._runs if not run.is_over]

    def let_go(self, tensor: Tensor) -> Shadow | None:
        """Return what stands for a large tensor, which is not held from now on; None for a small one."""
        with unseen():
            shadow = self._shadows.mention(tensor)
        if not isinstance(shadow, Shadow):
            return None
        self.sweep()
        return shadow

    def _sweep_record(self, start: int) -> bool:
        tag = self[start]
        if tag in _RUNS:
            return self._lighten_run(self[start + 1])
        has_found = False
        has_changed = tag == log.CALL and not self[start + 1].is_plain
        for place in _PLACES.get(tag) or range(1, log.WIDTHS[tag]):
            held = self[start + place]
            light = self._shadows.lightened(held, is_new=has_changed or (tag == log.CALL and place == RESULT))
            if light is not held:
                self[start + place] = light
                has_found = True
        return has_found

    def _lighten_run(self, run: BackwardRun | OptimizerRun) -> bool:
        lightened = self._shadows.lightened
        match run:
            case BackwardRun():
                run.root_tensors, run.saved = lightened(run.root_tensors), lightened(run.saved)
            case OptimizerRun():
                run.gradients, run.late_gradients = lightened(run.gradients), lightened(run.late_gradients)
        return False


def _runs_in(entries: list[Any]) -> list[BackwardRun | OptimizerRun]:
    found: list[BackwardRun | OptimizerRun] = []
    position = 0
    while position < len(entries):
        tag = entries[position]
        if tag in _RUNS:
            found.append(entries[position + 1])
        position += log.WIDTHS[tag]
    return found


def _restore_run(run: BackwardRun | OptimizerRun) -> None:
    match run:
        case BackwardRun():
            run.root_tensors, run.saved = _restored(run.root_tensors), _restored(run.saved)
        case OptimizerRun():
            run.gradients, run.late_gradients = _restored(run.gradients), _restored(run.late_gradients)


def _restored(thing: Any) -> Any:  # noqa: ANN401 - any entry of a log
    kind = type(thing)
    if kind is Shadow:
        return thing.tensor()
    if kind is tuple:
        return tuple([_restored(part) for part in thing])
    if kind is list:
        return [_restored(part) for part in thing]
    if kind is dict:
        return {key: _restored(part) for key, part in thing.items()}
    return thing
