"""Gradients that several add to: passes in other threads with common leaves, leaves that have one ``.grad``."""

from collections.abc import Callable, Iterable
from typing import Any

from torch import Tensor

from engine.runtime.compat import Node
from engine.runtime.recorder.watch.backward_run import BackwardRun
from engine.runtime.recorder.watch.mode import RecorderMode


def share_leaves(run: BackwardRun, mode: RecorderMode, others: Iterable[BackwardRun]) -> list[Any]:
    """Expect additions to the leaves that ``run`` has in common with others; return the handles of the hooks for that.

    Whoever adds first, what is in ``.grad`` is kept before anybody adds to it.
    """
    positions = {run.nodes[position]: position for position in run.variables}
    shared: dict[Node, Tensor] = {}
    for other in others:
        for position, variable in other.variables.items():
            node = other.nodes[position]
            if node in positions:
                other.had_grad.add(position)
                run.had_grad.add(positions[node])
                shared[node] = variable
    return [node.register_prehook(_keeping(mode, variable)) for node, variable in shared.items()]


def keep_between(run: BackwardRun, mode: RecorderMode) -> list[Any]:
    """Keep what is in a ``.grad`` that several leaves of a run have in common before each of them adds to it."""
    positions: dict[int, list[int]] = {}
    for position in run.had_grad:
        positions.setdefault(id(run.variables[position].grad), []).append(position)
    if len(positions) == len(run.had_grad):
        return []
    several = [position for found in positions.values() if len(found) > 1 for position in found]
    return [run.nodes[position].register_prehook(_keeping(mode, run.variables[position])) for position in several]


def _keeping(mode: RecorderMode, variable: Tensor) -> Callable[[Any], None]:
    def keep(_came: Any) -> None:  # noqa: ANN401 - a tuple of gradients
        if variable.grad is not None:
            mode.before_write([variable.grad])

    return keep
