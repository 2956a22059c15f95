"""Watches the backward engine: which nodes it runs, in which order, with which gradients.

The engine is called through one Python function. Before it runs, the graph is walked from its roots without recursion
and a post hook is put on every node; afterwards the hooks are removed.

Holding a gradient that flows into a leaf would make torch copy it instead of keeping it, which costs memory and time.
So where a leaf's ``.grad`` is still empty and only one edge leads there, the gradient on that edge is not held: it is
the same as ``.grad`` right afterwards.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from threading import get_ident
from time import perf_counter_ns
from typing import Any

import torch
from torch import Tensor

from engine.runtime.compat import (
    Node,
    RunEngine,
    has_unpack_hook,
    is_accumulator,
    node_name,
    node_sequence,
    plain,
    put_hooks,
    quiet,
    remove_hooks,
    roots_of,
    saved_attributes,
    sequence_number,
    unseen,
)
from engine.runtime.compat_checkpoint import is_mode_on
from engine.runtime.recorder.kept_nodes import KEPT_NODES
from engine.runtime.recorder.log import BACKWARD, BACKWARD_END, LEAF, NODE, Log
from engine.runtime.recorder.watch.backward_graph import droppable, leaves_of, walk
from engine.runtime.recorder.watch.backward_run import BackwardRun, Gradients, NodeHook
from engine.runtime.recorder.watch.collectives import ReducerWatch
from engine.runtime.recorder.watch.concurrent import keep_between, share_leaves
from engine.runtime.recorder.watch.early_leaves import be_first
from engine.runtime.recorder.watch.frames import call_site, caller
from engine.runtime.recorder.watch.mode import RecorderMode
from engine.runtime.recorder.watch.retained import RetainedGradients, arrived
from engine.runtime.recorder.watch.scopes import COMPILED, IN_ENGINE, Scope, ScopeKind
from engine.runtime.recorder.watch.weak_log import WeakLog

_NEAR = 64
"""Entries of the log in which a gradient is looked for that several nodes passed on as it was."""

_INPUTS = 3
"""Which argument of the engine's entry, after the roots, says what gradients are asked for."""

_PASS = Scope(ScopeKind.PASS)
_NOTHING = nullcontext()


@dataclass(slots=True)
class SavedHooks:
    """Whether hooks on saved tensors may be around: then each is asked before it is read."""

    seen: bool = False


class _Active(threading.local):
    """The passes that are running in this thread, the innermost last."""

    def __init__(self) -> None:
        self.runs: list[BackwardRun] = []


class BackwardWatcher:
    """Stands in for the entry of the backward engine."""

    def __init__(
        self,
        mode_of_thread: Callable[[], RecorderMode | None],
        saved_hooks: SavedHooks,
        run_eagerly: Callable[[Callable[[RunEngine], Any], RunEngine], Any],
        reducers: ReducerWatch,
        retained: RetainedGradients,
    ) -> None:
        self._mode_of_thread = mode_of_thread
        self._run_eagerly = run_eagerly
        self._reducers = reducers
        self._retained = retained
        self._saved_hooks = saved_hooks
        self._saved_names: dict[type, tuple[tuple[str, str, str], ...]] = {}
        self._has_cuda = torch.cuda.is_available()
        self._active = _Active()
        self._everywhere: list[BackwardRun] = []
        self._compiled: set[type] = set()
        self._start = sequence_number()

    def wrap(self, original: RunEngine) -> RunEngine:
        """Return a function that runs ``original`` and records what it does."""

        def run_backward(t_outputs: Sequence[Any], *args: object, **kwargs: object) -> tuple[Tensor | None, ...]:
            mode = self._mode_of_thread()
            if mode is None:
                return original(t_outputs, *args, **kwargs)
            if mode.scope is not COMPILED:
                return self._run(mode, original, t_outputs, args, kwargs)
            if torch.compiler.is_compiling():
                return original(t_outputs, *args, **kwargs)
            gradients: tuple[Tensor | None, ...] = self._run_eagerly(
                lambda engine: self._run(mode, engine, t_outputs, args, kwargs), original
            )
            return gradients

        return run_backward

    def _run(
        self,
        mode: RecorderMode,
        original: RunEngine,
        roots: Sequence[Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> tuple[Tensor | None, ...]:
        outputs = tuple(roots)
        with unseen():
            run = self._begin(mode, outputs, args, kwargs)
            leaves = leaves_of(run)
            for position in leaves.values():
                _note_leaf(run, position, mode)
            mode.log.extend((BACKWARD, run))
            everywhere = self._everywhere
            retained = self._retained.empty()
            special = {position: _leaf_hook(mode.log, run, position, everywhere) for position in leaves.values()}
            handles = [*be_first(run, special), *keep_between(run, mode)]
            handles += put_hooks(mode.hooks_observed(self._hooks(run, leaves, mode, special)))
            active = self._active.runs
            everywhere.append(run)
            if len(everywhere) > len(active) + 1:
                handles += share_leaves(run, mode, [other for other in everywhere if other not in (*active, run)])
        active.append(run)
        outer = mode.scope
        inside = self._inside(mode, run)
        run.sequence = sequence_number()
        run.started_ns = perf_counter_ns()
        found: tuple[Tensor | None, ...] = ()
        try:
            with inside:
                found = original(outputs, *args, **kwargs)
                return found
        finally:
            mode.scope = outer
            remove_hooks(handles)
            active.remove(run)
            everywhere.remove(run)
            run.is_over = True
            known = _known(run, args, found, retained)
            mode.log.extend((BACKWARD_END, run, sequence_number(), *known, perf_counter_ns()))
            if self._reducers.seen:
                self._reducers.finish(run, mode)
            if active:
                self._expect_more(mode, active)

    def _inside(self, mode: RecorderMode, run: BackwardRun) -> AbstractContextManager[Any]:
        """Return the block to run the engine in: there, hooks and other code of the person's are recorded.

        torch takes the mode off while it calls what runs the engine. What compiled code does is not looked at, nor
        what happens inside of something that is a single step.
        """
        is_away, mode.is_away = mode.is_away, False
        is_compiled = bool(self._compiled) and not self._compiled.isdisjoint(map(type, run.nodes))
        is_seen = mode.current_scope() is None and not is_compiled and (is_away or is_mode_on(mode))
        mode.scope = IN_ENGINE if is_seen else _PASS
        block: AbstractContextManager[Any] = mode if is_seen and is_away else _NOTHING
        if not self._has_cuda:
            return block
        # Hooks would run on the device's own thread, where nothing of this thread's recording is known.
        stack = ExitStack()
        stack.enter_context(torch.autograd.set_multithreading_enabled(False))
        stack.enter_context(block)
        return stack

    def _expect_more(self, mode: RecorderMode, active: list[BackwardRun]) -> None:
        """After a backward inside of a backward: the outer one adds to gradients that were empty when it began."""
        with unseen():
            for outer in active:
                for position, variable in outer.variables.items():
                    if variable.grad is not None:
                        outer.had_grad.add(position)
                        mode.before_write([variable.grad])

    def _begin(
        self, mode: RecorderMode, outputs: tuple[Any, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> BackwardRun:
        code, instruction, passed = call_site(caller(), mode.marks)
        roots = roots_of(outputs)
        tensors = tuple(plain(output) for output in outputs if isinstance(output, Tensor))
        run = BackwardRun(
            function="backward" if kwargs.get("accumulate_grad") else "grad",
            root_tensors=tensors,
            root_nodes=roots,
            code=code,
            instruction=instruction,
            passed=passed,
            retain_graph=bool(args[1]) if len(args) > 1 else False,
            create_graph=bool(args[2]) if len(args) > 2 else False,
            started_ns=0,
            sequence=0,
            loss=_single_number(tensors),
        )
        walk(run)
        KEPT_NODES.add_graph(run.nodes)
        self._read_saved(run)
        return run

    def _hooks(
        self, run: BackwardRun, leaves: dict[Node, int], mode: RecorderMode, special: dict[int, NodeHook]
    ) -> Iterable[tuple[Node, NodeHook]]:
        """Return the nodes to watch with their hooks; ``special`` has those of the leaves, by position."""
        everywhere = self._everywhere
        if self._reducers.seen:
            self._reducers.watch(run, special, mode)
        for position, slots in droppable(run, leaves).items():
            run.dropped[position] = slots
            special[position] = _dropping_hook(mode.log, run, position, frozenset(slots))
        pairs = zip(run.nodes, _node_hooks(mode.log, run, special), strict=True)
        if not everywhere:
            return pairs
        # A backward inside of a backward: the outer one's hook sees the nodes that both have. A leaf's hook sees those
        # of its own thread only.
        own = self._active.runs
        watched = {node for outer in everywhere for node in outer.nodes if outer in own or not is_accumulator(node)}
        return ((node, hook) for node, hook in pairs if node not in watched)

    def _read_saved(self, run: BackwardRun) -> None:
        """Read saved tensors now: torch frees them as soon as a node has run."""
        names_of = self._saved_names
        saved = run.saved
        is_careful, start = self._saved_hooks.seen, self._start
        for position, node in enumerate(run.nodes):
            names = names_of.get(type(node))
            if names is None:
                names = names_of[type(node)] = saved_attributes(type(node))
                if node_name(node) == "CompiledFunctionBackward":
                    self._compiled.add(type(node))
            if not names:
                continue
            careful = is_careful or (node_sequence(node) or 0) < start
            for name, attribute, raw in names:
                try:
                    if careful and has_unpack_hook(getattr(node, raw)):
                        continue
                    tensor = getattr(node, attribute)
                except RuntimeError:
                    continue  # freed by an earlier backward, or overwritten since: the engine will say so itself
                if tensor is not None:
                    saved.append((position, name, tensor))


def _known(
    run: BackwardRun, args: tuple[Any, ...], found: Gradients, retained: list[Tensor]
) -> tuple[tuple[Any, ...], Gradients]:
    """Return the tensors whose gradients the program got from a run, and these gradients.

    Args:
        run: The run.
        args: The arguments of the engine's entry after the roots.
        found: What it returned, nothing after an error.
        retained: Tensors whose gradients are kept, and that had none before.
    """
    of, gradients = arrived(retained)
    if run.function == "backward":
        return of, gradients
    asked = tuple(args[_INPUTS]) if len(args) > _INPUTS else ()
    return (*of, *asked), (*gradients, *found)


def _note_leaf(run: BackwardRun, position: int, mode: RecorderMode) -> None:
    variable = run.nodes[position].variable
    run.variables[position] = variable
    if variable.grad is not None:
        run.had_grad.add(position)
        if run.function == "backward" and not run.create_graph:
            mode.before_write([variable.grad])


def _node_hooks(log: Log, run: BackwardRun, special: dict[int, NodeHook]) -> Iterator[NodeHook]:
    """Yield a hook for each node: the special one at its position, else one that logs everything."""
    extend = log.extend
    for number in range(len(run.nodes)):

        def hook(sent: Gradients, came: Gradients, position: int = number) -> None:
            extend((NODE, run, position, sent, came, perf_counter_ns(), sequence_number()))

        yield special.get(number, hook)


def _dropping_hook(log: Log, run: BackwardRun, position: int, slots: frozenset[int]) -> NodeHook:
    extend = log.extend
    can_steal = not run.create_graph  # else torch copies the gradient anyway

    def hook(sent: Gradients, came: tuple[Any, ...]) -> None:
        kept = tuple([None if slot in slots else gradient for slot, gradient in enumerate(sent)])
        for slot in slots if can_steal else ():
            gradient = sent[slot]
            for other in came:  # in the hot path: a function for this would cost ten times as much
                if other is gradient and type(gradient) is Tensor:
                    came = _let_go(log, gradient, came)
                    break
        extend((NODE, run, position, kept, came, perf_counter_ns(), sequence_number()))

    return hook


def _is_among(gradient: Tensor, gradients: Iterable[Any]) -> bool:
    # ``in`` would compare numbers.
    return any(gradient is other for other in gradients)


def _let_go(log: Log, gradient: Tensor, came: Gradients) -> tuple[Any, ...]:
    """Hold another tensor with the same memory in place of a gradient that a node passes on to a leaf as it came.

    The records of the nodes just before hold it too, and torch only keeps as ``.grad`` what nobody else holds.
    """
    shadow = log.let_go(gradient) if isinstance(log, WeakLog) else None
    if shadow is not None:
        return tuple([shadow if part is gradient else part for part in came])
    with quiet():
        other = gradient.detach()
    for place in range(len(log) - 1, max(-1, len(log) - _NEAR), -1):
        entry = log[place]
        if type(entry) is tuple and _is_among(gradient, entry):
            log[place] = tuple([other if part is gradient else part for part in entry])
    return tuple([other if part is gradient else part for part in came])


def _leaf_hook(log: Log, run: BackwardRun, position: int, everywhere: list[BackwardRun]) -> NodeHook:
    """Return the hook of an AccumulateGrad node; passes in other threads may run that node at the same time."""
    extend = log.extend
    variable = run.variables[position]
    had_grad = run.had_grad
    thread = get_ident()

    def hook(_sent: Gradients, came: Gradients) -> None:
        if len(everywhere) > 1 and get_ident() != thread:
            return
        with unseen():
            grad = variable.grad
        incoming = came if grad is None or position in had_grad else None
        extend((LEAF, run, position, grad, incoming, perf_counter_ns(), sequence_number()))

    return hook


def _single_number(tensors: tuple[Tensor, ...]) -> Tensor | None:
    if len(tensors) != 1 or tensors[0].numel() != 1 or tensors[0].is_complex():
        return None
    with quiet():
        return tensors[0].detach().clone()
