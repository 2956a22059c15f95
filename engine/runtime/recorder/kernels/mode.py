"""The mode below autograd that sees every operator of ATen."""

from collections.abc import Iterable
from time import perf_counter_ns
from typing import Any

from engine.runtime.compat import Node
from engine.runtime.compat_dispatch import OperatorMode, current_node, function_modes_off
from engine.runtime.recorder.kernels.ran import Ran, seen, tensors_of, without_tensors
from engine.runtime.recorder.log import KERNEL, KERNELS
from engine.runtime.recorder.watch.backward_run import NodeHook
from engine.runtime.recorder.watch.mode import HaltedMode
from engine.runtime.recorder.watch.observed import ObservedMode
from engine.runtime.recorder.watch.scopes import COMPILED


class KernelMode(OperatorMode):  # type: ignore[no-untyped-call] # torch leaves it so
    """Logs the operators of one thread; an instrument of that thread's recorder mode.

    What a backward node runs goes to the log at once, with the node. Anything else waits for the end of the call that
    it runs in; what belongs to no call (a question such as ``item``) is dropped when the next one begins.
    """

    def __init__(self, recorder: ObservedMode) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # as above
        self._recorder = recorder
        self._waiting: list[Ran] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # noqa: ANN401 - any operator
        """Run an operator and log it."""
        kwargs = kwargs or {}
        recorder = self._recorder
        with function_modes_off():
            if recorder.scope is COMPILED or isinstance(recorder, HaltedMode):
                return func(*args, **kwargs)
            inputs = tuple([seen(tensor) for tensor in tensors_of((args, kwargs))])
            node = current_node()
            started_ns = perf_counter_ns()
            result = func(*args, **kwargs)
            ended_ns = perf_counter_ns()
            ran = Ran(
                func,
                inputs,
                tuple([seen(tensor) for tensor in tensors_of(result)]),
                tuple([without_tensors(argument) for argument in args]),
                {name: without_tensors(argument) for name, argument in kwargs.items()},
                node,
                started_ns,
                ended_ns,
            )
            if node is None:
                self._waiting.append(ran)
            else:
                recorder.log.extend((KERNEL, ran))
            return result

    def begin(self, _args: object) -> None:
        """Forget what ran since the last call, unless it belongs to something that still runs."""
        if not self._recorder.is_inside:
            self._waiting = []

    def end(self) -> tuple[Any, ...]:
        """Return what ran since the call began."""
        found, self._waiting = self._waiting, []
        return (KERNELS, found, self._recorder.is_inside) if found else ()

    def watch(self, pairs: Iterable[tuple[Node, NodeHook]]) -> Iterable[tuple[Node, NodeHook]]:
        """Return the hooks as they are: operators know their nodes themselves."""
        return pairs
