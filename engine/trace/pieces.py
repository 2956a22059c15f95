"""Cutting a long batch into short ones, so that whoever takes them in is never busy for long."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple, TypeVar

import msgspec

from engine.trace.batch import Batch
from engine.trace.control import Decision
from engine.trace.execution import Kernel
from engine.trace.facts import GradChange, GradEdge, GradLink

MOST_STEPS = 1500

FactT = TypeVar("FactT", bound=msgspec.Struct)
_NONE = -1


class _Cut(NamedTuple):
    """A place to cut: so many facts of each numbered kind lie before it."""

    steps: int
    values: int
    nodes: int
    calls: int
    modules: int
    regions: int


def pieces(batch: Batch, most_steps: int = MOST_STEPS) -> tuple[Batch, ...]:
    """Return batches that say what ``batch`` says, each with about ``most_steps`` steps.

    Each piece keeps what ``Batch`` promises: it refers to facts of earlier pieces and of its own. Autograd nodes are
    numbered from the result down, so a forward pass and its backward pass stay together: a piece is longer where
    there is no place to cut.
    """
    if len(batch.steps) <= most_steps:
        return (batch,)
    return _Cutter(batch).pieces(most_steps)


class _Cutter:
    """Knows for each number of facts what the highest of the other facts is that they refer to."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        steps, values, nodes, calls = batch.steps, batch.values, batch.grad_nodes, batch.backward_calls
        self._first = _Cut(
            steps[0].index,
            _first(values),
            _first(nodes),
            _first(calls),
            _first(batch.module_calls),
            _first(batch.regions),
        )
        first = self._first
        self._step_value = _highest((_top(*step.inputs, *step.outputs) for step in steps), first.values)
        self._step_node = _highest((_top(step.grad_node) for step in steps), first.nodes)
        self._step_call = _highest((_top(step.backward_call) for step in steps), first.calls)
        self._step_module = _highest((_top(step.module) for step in steps), first.modules)
        self._step_region = _highest((_top(step.region) for step in steps), first.regions)
        self._value_step = _highest((_top(value.producer) for value in values), first.steps)
        self._value_node = _highest((_top(value.grad_node) for value in values), first.nodes)
        self._node_step = _highest((_top(node.step, node.made_by) for node in nodes), first.steps)
        self._node_value = _highest(
            (_top(node.variable, *(saved.value for saved in node.saved)) for node in nodes), first.values
        )
        self._call_node = _highest((_top(*call.roots) for call in calls), first.nodes)
        self._call_value = _highest((_top(*call.root_values) for call in calls), first.values)

    def pieces(self, most_steps: int) -> tuple[Batch, ...]:
        """The pieces in order."""
        cuts = [_Cut(0, 0, 0, 0, 0, 0)]
        total = len(self._batch.steps)
        while (cut := self._next(cuts[-1].steps, most_steps, total)) is not None:
            cuts.append(cut)
        batch = self._batch
        cuts.append(
            _Cut(
                total,
                len(batch.values),
                len(batch.grad_nodes),
                len(batch.backward_calls),
                len(batch.module_calls),
                len(batch.regions),
            )
        )
        return self._cut_at(cuts)

    def _next(self, start: int, most_steps: int, total: int) -> _Cut | None:
        """Return the last place to cut within ``most_steps``, or the first one after; None at the end."""
        target = start + most_steps
        if target >= total:
            return None
        for steps in (*range(target, start, -1), *range(target + 1, total)):
            cut = self._cut_before(steps)
            if cut is not None:
                return cut
        return None

    def _cut_before(self, steps: int) -> _Cut | None:
        """Return the cut after so many steps when nothing before it refers to what comes after it."""
        calls, modules = self._step_call[steps], self._step_module[steps]
        values, nodes = self._step_value[steps], self._step_node[steps]
        while True:
            more_nodes = max(nodes, self._value_node[values], self._call_node[calls])
            more_values = max(values, self._node_value[more_nodes], self._call_value[calls])
            if (more_values, more_nodes) == (values, nodes):
                break
            values, nodes = more_values, more_nodes
        if max(self._value_step[values], self._node_step[nodes]) > steps:
            return None
        return _Cut(steps, values, nodes, calls, modules, self._step_region[steps])

    def _cut_at(self, cuts: Sequence[_Cut]) -> tuple[Batch, ...]:
        batch, first = self._batch, self._first
        ends = [_Cut(*(base + count for base, count in zip(first, cut, strict=True))) for cut in cuts[1:-1]]
        shares, last = _Places(ends).shares(batch), len(cuts) - 2
        found = []
        for place, (begin, end) in enumerate(pairwise(cuts)):
            # What is not named here is rare and lies in the last piece; files are needed by all.
            piece = msgspec.structs.replace(
                batch if place == last else Batch(),
                steps=batch.steps[begin.steps : end.steps],
                values=batch.values[begin.values : end.values],
                grad_nodes=batch.grad_nodes[begin.nodes : end.nodes],
                backward_calls=batch.backward_calls[begin.calls : end.calls],
                module_calls=batch.module_calls[begin.modules : end.modules],
                regions=batch.regions[begin.regions : end.regions],
                files=batch.files if place == 0 else (),
                **{kind: parts[place] for kind, parts in shares.items()},
            )
            found.append(piece)
        return tuple(found)


class _Places:
    """In which piece a fact has its place, by the facts that it refers to: not before any of them."""

    def __init__(self, ends: Sequence[_Cut]) -> None:
        self._count = len(ends) + 1
        self._steps = [end.steps for end in ends]
        self._values = [end.values for end in ends]
        self._nodes = [end.nodes for end in ends]
        self._regions = [end.regions for end in ends]

    def shares(self, batch: Batch) -> dict[str, list[tuple[Any, ...]]]:
        """Return the facts without numbers of their own by their kind, those of each piece together."""
        count, of_step, of_value = self._count, self._of_step, self._of_value
        return {
            "names": _split(batch.names, count, lambda name: of_value(name.value)),
            "data": _split(batch.data, count, lambda data: of_value(data.value)),
            "statistics": _split(batch.statistics, count, lambda numbers: of_value(numbers.value)),
            "histograms": _split(batch.histograms, count, lambda histogram: of_value(histogram.value)),
            "costs": _split(batch.costs, count, lambda cost: of_step(cost.step)),
            "random_states": _split(batch.random_states, count, lambda state: of_step(state.step)),
            "metrics": _split_in_order(batch.metrics, count, lambda metric: of_step(metric.step)),
            "outputs": _split_in_order(batch.outputs, count, lambda output: of_step(output.step - 1)),
            "decisions": _split_in_order(batch.decisions, count, self._of_decision),
            "kernels": _split_in_order(batch.kernels, count, self._of_kernel),
            "grad_changes": _split_in_order(batch.grad_changes, count, self._of_change),
            "grad_edges": _split_in_order(batch.grad_edges, count, self._of_edge),
            "grad_links": _split_in_order(batch.grad_links, count, self._of_link),
        }

    def _of_step(self, step: int | None) -> int:
        return 0 if step is None else bisect_right(self._steps, step)

    def _of_value(self, value: int | None) -> int:
        return 0 if value is None else bisect_right(self._values, value)

    def _of_node(self, node: int) -> int:
        return bisect_right(self._nodes, node)

    def _of_decision(self, decision: Decision) -> int:
        region = 0 if decision.region is None else bisect_right(self._regions, decision.region)
        return max(self._of_step(decision.step - 1), self._of_value(decision.value), region)

    def _of_kernel(self, kernel: Kernel) -> int:
        operands = (operand.value for operand in (*kernel.inputs, *kernel.outputs))
        return max(self._of_step(kernel.step), *map(self._of_value, operands), 0)

    def _of_change(self, change: GradChange) -> int:
        return max(self._of_step(change.step), self._of_value(change.value))

    def _of_edge(self, edge: GradEdge) -> int:
        return max(self._of_node(edge.source), self._of_node(edge.target))

    def _of_link(self, link: GradLink) -> int:
        return max(self._of_value(link.value), self._of_step(link.step), self._of_node(link.node))


def _first(facts: Sequence[object]) -> int:
    """Return the number of the first fact; beyond all numbers when there is none."""
    return getattr(facts[0], "id") if facts else 1 << 62  # noqa: B009 - the kinds share no type with an id


def _top(*numbers: int | None) -> int:
    return max((number for number in numbers if number is not None), default=_NONE)


def _highest(needs: Iterable[int], first: int) -> list[int]:
    """Return, for each number of leading facts, how many facts of another kind (from ``first`` on) they need."""
    return list(accumulate((max(0, need + 1 - first) for need in needs), max, initial=0))


def _split(facts: Sequence[FactT], count: int, place: Callable[[FactT], int]) -> list[tuple[FactT, ...]]:
    found: list[list[FactT]] = [[] for _ in range(count)]
    for fact in facts:
        found[place(fact)].append(fact)
    return [tuple(part) for part in found]


def _split_in_order(facts: Sequence[FactT], count: int, place: Callable[[FactT], int]) -> list[tuple[FactT, ...]]:
    """Split facts whose order matters: none goes before one that was told earlier."""
    places = list(accumulate((place(fact) for fact in facts), max))
    found: list[list[FactT]] = [[] for _ in range(count)]
    for fact, at in zip(facts, places, strict=True):
        found[at].append(fact)
    return [tuple(part) for part in found]
