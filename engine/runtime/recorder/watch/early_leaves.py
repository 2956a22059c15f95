"""Leaves behind whose gradient the program has put hooks of its own (``register_post_accumulate_grad_hook``).

Such a hook runs inside of the AccumulateGrad node, before any post hook of the node: what it reads is the gradient that
has arrived, and it may step an optimizer and throw the gradient away. So the first of these hooks is one of ours.
"""

from collections.abc import Callable, Iterator
from threading import get_ident
from typing import Any

from torch import Tensor

from engine.runtime.compat_nodes import LateHooks, post_accumulate_hooks
from engine.runtime.recorder.watch.backward_run import BackwardRun, Gradients, NodeHook


class EarlyLeaf:
    """The post hook of such a leaf's node: it has nothing left to tell where ``accumulated`` has been called.

    Attributes:
        thread: Where its pass runs.
        is_told: Whether the log has the arrival already.
    """

    def __init__(self, tell: NodeHook, variable: Tensor) -> None:
        self.thread = get_ident()
        self.is_told = False
        self._tell = tell
        self._variable = variable
        self._came: Gradients = ()

    def __call__(self, sent: Gradients, came: Gradients) -> None:
        """Tell of the arrival, if that has not been done."""
        if not self.is_told:
            self._tell(sent, came)

    def arriving(self, came: Gradients) -> None:
        """Note what is about to be added; a first gradient is not held, so that torch can keep it as it is."""
        self._came = () if self._variable.grad is None else came

    def accumulated(self, _variable: Tensor) -> None:
        """Tell of the arrival before any hook of the program runs."""
        came, self._came, self.is_told = self._came, (), True
        self._tell((), came)


def be_first(run: BackwardRun, special: dict[int, NodeHook]) -> list[Any]:
    """Put our hook before the program's at each leaf of a run that has any; return the handles.

    Where a pass runs inside of another one in the same thread, the outer one tells of the leaves that both have.
    """
    return [handle for position, variable in run.variables.items() for handle in _put(run, position, variable, special)]


def _put(run: BackwardRun, position: int, variable: Tensor, special: dict[int, NodeHook]) -> Iterator[Any]:
    hooks = post_accumulate_hooks(variable)
    if not hooks or any(_is_ours(hook) for hook in hooks.values()):
        return
    early = EarlyLeaf(special[position], variable)
    special[position] = early
    yield run.nodes[position].register_prehook(early.arriving)
    yield _first(hooks, early.accumulated)


def _is_ours(hook: Callable[..., Any]) -> bool:
    owner = getattr(hook, "__self__", None)
    return isinstance(owner, EarlyLeaf) and owner.thread == get_ident()


def _first(hooks: LateHooks, ours: Callable[..., None]) -> tuple[LateHooks, Callable[..., None]]:
    """Put a hook before all others; return the handle for ``remove_hooks``."""
    others = list(hooks.items())
    hooks.clear()  # torch calls them in the order in which they were put in, whatever ``move_to_end`` did since
    hooks[ours] = ours
    hooks.update(others)
    return hooks, ours
