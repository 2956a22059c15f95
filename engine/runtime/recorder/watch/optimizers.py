"""Watches optimizers: one step for each call of ``step``, whatever it computes inside."""

from collections.abc import Callable
from dataclasses import dataclass
from sys import _getframe as frame_of_depth
from time import perf_counter_ns
from types import CodeType
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from engine.runtime.compat import norms, sequence_number, unseen
from engine.runtime.recorder.log import OPTIMIZER
from engine.runtime.recorder.watch.frames import call_site
from engine.runtime.recorder.watch.mode import RecorderMode
from engine.runtime.recorder.watch.scopes import Scope, ScopeKind


@dataclass(slots=True, eq=False)
class OptimizerRun:
    """One ``step`` of an optimizer, as the hot path leaves it for the resolver.

    Attributes:
        parameters: The parameters that have a gradient, in the optimizer's order.
        gradients: Their gradients before the step.
        late_gradients: Their gradients after a step that computes them itself.
        norms: The L2 norm of each gradient.
        settings: The first group without its parameters.
        seen_ns: When parameters and gradients were as they are before the step.
        has_closure: Whether the step computes the gradients itself, by calling the program back.
        is_done: Whether it came to its end.
        others: The further groups, with the number of their parameters that take part in place of the parameters.
        made: The range of sequence numbers of the nodes that it made: some optimizers let autograd follow them.
        outer: The scope that it runs in: a hook inside of a backward pass may call it.
    """

    name: str
    target: str
    parameters: tuple[Tensor, ...]
    gradients: tuple[Tensor | None, ...]
    norms: tuple[Tensor, ...]
    settings: dict[str, Any]
    code: CodeType | None
    instruction: int
    passed: int
    seen_ns: int
    has_closure: bool
    started_ns: int = 0
    ended_ns: int = 0
    is_done: bool = False
    made: tuple[int, int] = (0, 0)
    late_gradients: tuple[Tensor | None, ...] = ()
    others: tuple[dict[str, Any], ...] = ()
    outer: Scope | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be said of it."""
        return self.is_done


class OptimizerWatcher:
    """Hooks before and after the step of every optimizer."""

    def __init__(self, mode_of_thread: Callable[[], RecorderMode | None]) -> None:
        self._mode_of_thread = mode_of_thread
        self._running: list[OptimizerRun] = []

    def register(self) -> list[Any]:
        """Register the hooks with torch and return their handles."""
        return [register_optimizer_step_pre_hook(self._before), register_optimizer_step_post_hook(self._after)]

    def _before(self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        mode = self._mode_of_thread()
        if mode is None:
            return
        with unseen():
            self._begin_run(optimizer, args, kwargs, mode)

    def _begin_run(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any], mode: RecorderMode
    ) -> None:
        has_closure = bool(kwargs.get("closure") or (len(args) > 1 and args[1]))
        run = _begin(optimizer, mode, has_closure=has_closure)
        self._running.append(run)
        mode.log.extend((OPTIMIZER, run))
        mode.before_write([*run.parameters])
        if not run.has_closure:
            # The hook is called by torch's wrapper of ``step``: the scope lasts as long as that call.
            run.outer, mode.scope = mode.scope, Scope(ScopeKind.PASS, frame_of_depth(2))
        run.made = sequence_number(), 0
        mode.begin_observing(run.parameters)
        run.started_ns = perf_counter_ns()

    def _after(self, _optimizer: Optimizer, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
        mode = self._mode_of_thread()
        if mode is None or not self._running:
            return
        run = self._running.pop()
        run.ended_ns = perf_counter_ns()
        run.is_done = True
        run.made = run.made[0], sequence_number()
        if run.has_closure:
            with unseen():
                run.late_gradients = tuple(parameter.grad for parameter in run.parameters)
                run.norms = norms([gradient for gradient in run.late_gradients if gradient is not None])
        else:
            mode.scope = run.outer
        mode.end_observing()
        mode.log.extend((OPTIMIZER, run))


GROUP = "group "
"""How the name of the argument begins that holds the settings of a further group, numbered from 2."""


def _further_groups(optimizer: Optimizer, *, has_closure: bool) -> tuple[dict[str, Any], ...]:
    if len(optimizer.param_groups) == 1:
        return ()
    return tuple(
        {**group, "params": sum(has_closure or parameter.grad is not None for parameter in group["params"])}
        for group in optimizer.param_groups[1:]
    )


def _begin(optimizer: Optimizer, mode: RecorderMode, *, has_closure: bool) -> OptimizerRun:
    code, instruction, passed = call_site(frame_of_depth(3), mode.marks)
    pairs = [
        (parameter, parameter.grad)
        for group in optimizer.param_groups
        for parameter in group["params"]
        if has_closure or parameter.grad is not None
    ]
    kind = type(optimizer)
    return OptimizerRun(
        name=f"{kind.__name__}.step",
        target=f"{kind.__module__}.{kind.__qualname__}.step",
        parameters=tuple(parameter for parameter, _ in pairs),
        gradients=tuple(None if has_closure else gradient for _, gradient in pairs),
        norms=() if has_closure else norms([gradient for _, gradient in pairs]),
        has_closure=has_closure,
        settings={key: value for key, value in optimizer.param_groups[0].items() if key != "params"},
        code=code,
        instruction=instruction,
        passed=passed,
        seen_ns=perf_counter_ns(),
        others=_further_groups(optimizer, has_closure=has_closure),
    )
