"""Cutting a long batch into short ones, so that whoever takes them in is never busy for long."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeVar

import msgspec

from engine.trace.batch import Batch
from engine.trace.control import Decision
from engine.trace.execution import Kernel

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
        step_ends, value_ends, node_ends = ([end[kind] for end in ends] for kind in range(3))

        def of_step(step: int | None) -> int:
            return 0 if step is None else bisect_right(step_ends, step)

        def of_value(value: int | None) -> int:
            return 0 if value is None else bisect_right(value_ends, value)

        def of_node(node: int) -> int:
            return bisect_right(node_ends, node)

        count = len(cuts) - 1
        names = _split(batch.names, count, lambda name: of_value(name.value))
        data = _split(batch.data, count, lambda data: of_value(data.value))
        statistics = _split(batch.statistics, count, lambda numbers: of_value(numbers.value))
        changes = _split_in_order(
            batch.grad_changes, count, lambda change: max(of_step(change.step), of_value(change.value))
        )
        edges = _split_in_order(batch.grad_edges, count, lambda edge: max(of_node(edge.source), of_node(edge.target)))
        links = _split_in_order(
            batch.grad_links, count, lambda link: max(of_value(link.value), of_step(link.step), of_node(link.node))
        )
        histograms = _split(batch.histograms, count, lambda histogram: of_value(histogram.value))
        costs = _split(batch.costs, count, lambda cost: of_step(cost.step))
        states = _split(batch.random_states, count, lambda state: of_step(state.step))
        kernels = _split_in_order(
            batch.kernels, count, lambda kernel: max(of_step(kernel.step), *map(of_value, _operands(kernel)), 0)
        )
        region_ends = [end.regions for end in ends]

        def of_decision(decision: Decision) -> int:
            region = 0 if decision.region is None else bisect_right(region_ends, decision.region)
            return max(of_step(decision.step - 1), of_value(decision.value), region)

        decisions = _split_in_order(batch.decisions, count, of_decision)
        metrics = _split_in_order(batch.metrics, count, lambda metric: of_step(metric.step))
        outputs = _split_in_order(batch.outputs, count, lambda output: of_step(output.step - 1))
        found = []
        for place, (begin, end) in enumerate(pairwise(cuts)):
            # What is not named here is rare and lies in the last piece; files are needed by all.
            found.append(
                msgspec.structs.replace(
                    batch if place == count - 1 else Batch(),
                    steps=batch.steps[begin.steps : end.steps],
                    values=batch.values[begin.values : end.values],
                    grad_nodes=batch.grad_nodes[begin.nodes : end.nodes],
                    backward_calls=batch.backward_calls[begin.calls : end.calls],
                    module_calls=batch.module_calls[begin.modules : end.modules],
                    regions=batch.regions[begin.regions : end.regions],
                    names=names[place],
                    histograms=histograms[place],
                    costs=costs[place],
                    random_states=states[place],
                    kernels=kernels[place],
                    decisions=decisions[place],
                    data=data[place],
                    statistics=statistics[place],
                    grad_changes=changes[place],
                    grad_edges=edges[place],
                    grad_links=links[place],
                    metrics=metrics[place],
                    outputs=outputs[place],
                    files=batch.files if place == 0 else (),
                )
            )
        return tuple(found)


def _first(facts: Sequence[object]) -> int:
    """Return the number of the first fact; beyond all numbers when there is none."""
    return getattr(facts[0], "id") if facts else 1 << 62  # noqa: B009 - the kinds share no type with an id


def _top(*numbers: int | None) -> int:
    return max((number for number in numbers if number is not None), default=_NONE)


def _operands(kernel: Kernel) -> list[int | None]:
    return [operand.value for operand in (*kernel.inputs, *kernel.outputs)]


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
