"""Watches processes that compute together.

Each collective call is one step, and so is what DistributedDataParallel does to the gradients at the end of a backward
pass.
"""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from time import perf_counter_ns
from typing import Any
from weakref import WeakSet

from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from engine.runtime.compat import sequence_number
from engine.runtime.compat_distributed import (
    BROADCASTS,
    COLLECTIVES,
    JOINS,
    broadcast_module,
    group_class,
    group_module,
    is_in_group,
)
from engine.runtime.recorder.nested import tensors_in
from engine.runtime.recorder.patches import PatchSet
from engine.runtime.recorder.watch.backward_run import BackwardRun, NodeHook
from engine.runtime.recorder.watch.frames import Marks
from engine.runtime.recorder.watch.kinds import FunctionInfo, Kind
from engine.runtime.recorder.watch.mode import RecorderMode
from engine.runtime.recorder.watch.scopes import ScopeKind

AnyFunction = Callable[..., Any]
ModeOfThread = Callable[[], RecorderMode | None]

_REDUCED = FunctionInfo(
    Kind.SCHEMA,
    "all_reduce",
    "torch.nn.parallel.DistributedDataParallel.all_reduce",
    ("gradients",),
    writes=((0, "gradients"),),
)


_BROADCAST = FunctionInfo(
    Kind.SCHEMA,
    "broadcast",
    "torch.nn.parallel.DistributedDataParallel.broadcast",
    ("tensors",),
    writes=((0, "tensors"),),
)


class CollectiveWatch:
    """Patches of process groups, put in place once this process joins one."""

    def __init__(self, mode_of_thread: ModeOfThread) -> None:
        self._mode_of_thread = mode_of_thread
        self._patches = PatchSet()
        self._is_planned = False

    def plan(self, patches: PatchSet) -> None:
        """Plan what ``patches`` needs so that a process which joins a group is noticed."""
        module = group_module()
        if module is not None:
            patches.add(module, JOINS, self._watched_join)

    def apply_if_joined(self) -> None:
        """Watch the collective calls, if this process is in a group."""
        owner = group_class()
        if owner is None or not is_in_group():
            return
        if not self._is_planned:
            self._is_planned = True
            for name, shown in COLLECTIVES.items():
                if hasattr(owner, name):
                    info = FunctionInfo(
                        Kind.SCHEMA, shown, f"torch.distributed.{shown}", ("tensors",), writes=((0, "tensors"),)
                    )
                    self._patches.add(owner, name, partial(self._watched, info))
            module = broadcast_module()
            if module is not None:
                self._patches.add(module, BROADCASTS, self._watched_broadcast)
        self._patches.apply()

    def forked(self) -> None:
        """Be usable in a forked process."""
        self._patches.forked()

    def remove(self) -> None:
        """Take the patches away."""
        self._patches.remove()

    def _watched_join(self, original: AnyFunction) -> AnyFunction:
        @wraps(original)
        def update_default_group(group: Any) -> None:  # noqa: ANN401 - a group or None
            original(group)
            self.apply_if_joined()

        return update_default_group

    def _watched(self, info: FunctionInfo, original: AnyFunction) -> AnyFunction:
        @wraps(original)
        def method(group: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever torch gives and takes
            mode = self._mode_of_thread()
            if mode is None or not args or mode.current_scope() is not None:
                return original(group, *args, **kwargs)
            written = tuple(tensors_in(args[:1]))
            mode.before_write(list(written))
            taken = tuple(tensors_in(args[1:]))
            given = (written, taken) if taken else (written,)
            return mode.record(info, lambda: original(group, *args, **kwargs), given, {})

        return method

    def _watched_broadcast(self, original: AnyFunction) -> AnyFunction:
        @wraps(original)
        def broadcast(group: Any, tensors: Sequence[Tensor], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - torch's own
            mode = self._mode_of_thread()
            scope = None if mode is None else mode.current_scope()
            if mode is None or scope not in (None, ScopeKind.CREATE):
                original(group, tensors, *args, **kwargs)
                return
            is_made = scope is ScopeKind.CREATE
            mode.before_write([tensor for tensor in tensors if not is_made or mode.catch_up(tensor)])
            marks = Marks.INIT if is_made else 0
            mode.record(_BROADCAST, lambda: original(group, tensors, *args, **kwargs), (tuple(tensors),), {}, marks)

        return broadcast


class ReducerWatch:
    """Sees what the reducers of DistributedDataParallel do to gradients.

    A reducer is C++: it hooks the leaves, and when the engine is through it has put the reduced gradients into
    ``.grad`` without counting up their versions.

    Attributes:
        seen: Whether there is any: nothing else has to be done otherwise.
    """

    def __init__(self) -> None:
        self.seen = False
        self._modules: WeakSet[DistributedDataParallel] = WeakSet()
        self._kept: dict[BackwardRun, list[Tensor]] = {}

    def plan(self, patches: PatchSet) -> None:
        """Plan to note each module of that class that is called."""
        patches.add(DistributedDataParallel, "forward", self._watched_forward)

    def watch(self, run: BackwardRun, special: dict[int, NodeHook], mode: RecorderMode) -> None:
        """Have the gradients of a run kept as they are before the reducer gets them."""
        reduced = {
            id(parameter)
            for module in self._modules
            if module.require_backward_grad_sync
            for parameter in module.parameters()
        }
        kept = self._kept[run] = []
        for position, variable in run.variables.items():
            if id(variable) in reduced:
                special[position] = _keeping(special[position], variable, kept, mode)

    def finish(self, run: BackwardRun, mode: RecorderMode) -> None:
        """Log the reduction as a call, if there was one."""
        kept = self._kept.pop(run, [])
        if kept:
            now_ns = perf_counter_ns()
            site = (run.code, run.instruction, run.passed)
            mode.logged(_REDUCED, (tuple(kept),), {}, None, site, (sequence_number(), now_ns, now_ns))

    def _watched_forward(self, original: AnyFunction) -> AnyFunction:
        @wraps(original)
        def forward(module: DistributedDataParallel, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the module returns
            self.seen = True
            self._modules.add(module)
            return original(module, *args, **kwargs)

        return forward


def _keeping(hook: NodeHook, variable: Tensor, kept: list[Tensor], mode: RecorderMode) -> NodeHook:
    def keep(sent: Any, came: Any) -> None:  # noqa: ANN401 - tuples of gradients
        hook(sent, came)
        grad = variable.grad
        if grad is not None:
            mode.before_write([grad])
            kept.append(grad)

    return keep
