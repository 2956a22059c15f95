"""A whole recording as batches again, each of which refers only to itself and earlier ones."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from engine.trace.batch import Batch
from engine.trace.control import Decision
from engine.trace.execution import Kernel
from engine.trace.facts import GradChange, GradEdge, GradLink, Name, Phase, ReturnedGradient, Step
from engine.trace.ids import GradNodeId
from engine.trace.recording import Recording
from engine.trace.references import References, references

STEPS_PER_BATCH = 2000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Extent:
    """How many facts of each kind the batches up to some point have."""

    steps: int = 0
    values: int = 0
    grad_nodes: int = 0
    backward_calls: int = 0
    module_calls: int = 0
    regions: int = 0


def batches(recording: Recording, steps_per_batch: int = STEPS_PER_BATCH) -> Iterator[Batch]:
    """Yield batches that, appended in order to an empty recording, give ``recording`` again.

    A batch has about ``steps_per_batch`` steps and at most twice as many autograd nodes; it is longer only where later
    facts are needed to understand earlier ones. That a later autograd node belongs to an earlier step or value is said
    by a ``GradLink`` in the batch of the node. An empty recording gives one empty batch.
    """
    extents = _extents(recording, steps_per_batch)
    late = _LateFacts(recording, extents)
    start = _Extent()
    for number, end in enumerate(extents):
        batch = _dense_facts(recording, start, end, end.grad_nodes)
        files = tuple(recording.files[1:]) if number == 0 else ()
        yield late.added_to(batch, number, files)
        start = end


def _extents(recording: Recording, steps_per_batch: int) -> list[_Extent]:
    everything = _Extent(
        len(recording.steps),
        len(recording.values),
        len(recording.grad_nodes),
        len(recording.backward_calls),
        len(recording.module_calls),
        len(recording.regions),
    )
    extents: list[_Extent] = []
    done = _Extent()
    while _is_far(done, everything, steps_per_batch):
        steps = min(done.steps + steps_per_batch, everything.steps)
        end = _closed(recording, done, replace(done, steps=steps))
        if end.grad_nodes - done.grad_nodes > 2 * steps_per_batch:
            # A backward call names all nodes of its graph at once: they come first, a part at a time.
            end = _closed(recording, done, replace(done, grad_nodes=done.grad_nodes + steps_per_batch))
        done = end
        extents.append(done)
    if done != everything or not extents:
        extents.append(everything)
    return extents


def _is_far(done: _Extent, end: _Extent, steps_per_batch: int) -> bool:
    return end.steps - done.steps > steps_per_batch or end.grad_nodes - done.grad_nodes > 2 * steps_per_batch


def _closed(recording: Recording, done: _Extent, wanted: _Extent) -> _Extent:
    """Return the smallest extent with all of ``wanted`` whose facts, links apart, refer to nothing outside it."""
    scanned = done
    while scanned != wanted:
        found = references(_dense_facts(recording, scanned, wanted, known_nodes=0))
        scanned, wanted = wanted, _widened(wanted, found)
    return wanted


def _widened(extent: _Extent, found: References) -> _Extent:
    return _Extent(
        steps=max([extent.steps, *found.positions, *(step + 1 for step in found.steps)]),
        values=_reach(extent.values, found.values),
        grad_nodes=_reach(extent.grad_nodes, found.grad_nodes),
        backward_calls=_reach(extent.backward_calls, found.backward_calls),
        module_calls=_reach(extent.module_calls, found.module_calls),
        regions=_reach(extent.regions, found.regions),
    )


def _reach(count: int, ids: list[int]) -> int:
    return max(count, max(ids) + 1) if ids else count


def _dense_facts(recording: Recording, start: _Extent, end: _Extent, known_nodes: int) -> Batch:
    """Return the facts from ``start`` to ``end`` without links to nodes that are not among the first so many."""
    return Batch(
        steps=tuple(
            [
                msgspec.structs.replace(step, grad_node=None) if _is_linked_later(step, known_nodes) else step
                for step in recording.steps[start.steps : end.steps]
            ]
        ),
        values=tuple(
            [
                msgspec.structs.replace(value, grad_node=None) if _is_later(value.grad_node, known_nodes) else value
                for value in recording.values[start.values : end.values]
            ]
        ),
        grad_nodes=tuple(recording.grad_nodes[start.grad_nodes : end.grad_nodes]),
        backward_calls=tuple(recording.backward_calls[start.backward_calls : end.backward_calls]),
        module_calls=tuple(recording.module_calls[start.module_calls : end.module_calls]),
        regions=tuple(recording.regions[start.regions : end.regions]),
    )


def _is_later(node: GradNodeId | None, known_nodes: int) -> bool:
    return node is not None and node >= known_nodes


def _is_linked_later(step: Step, known_nodes: int) -> bool:
    return step.phase is not Phase.BACKWARD and _is_later(step.grad_node, known_nodes)


def _links(recording: Recording, extents: Sequence[_Extent]) -> Iterator[GradLink]:
    """Yield the links that the batches between ``extents`` cannot hold themselves."""
    start = _Extent()
    for end in extents:
        for value in recording.values[start.values : end.values]:
            if value.grad_node is not None and value.grad_node >= end.grad_nodes:
                yield GradLink(value.id, None, value.grad_node, value.grad_slot)
        for step in recording.steps[start.steps : end.steps]:
            if step.grad_node is not None and step.grad_node >= end.grad_nodes:
                yield GradLink(None, step.index, step.grad_node, 0)
        start = end


class _LateFacts:
    """The facts that have no number of their own, sorted into the batch in which they can first be understood."""

    def __init__(self, recording: Recording, extents: Sequence[_Extent]) -> None:
        self._steps = [extent.steps for extent in extents]
        self._values = [extent.values for extent in extents]
        self._nodes = [extent.grad_nodes for extent in extents]
        ids = [value.id for value in recording.values]
        data = (recording.data(value) for value in ids)
        statistics = (recording.statistics(value) for value in ids)
        names = [Name(value, text) for value in ids for text in recording.names(value)]
        count = len(extents)
        self._names = _sorted_in(names, lambda name: self._of_value(name.value), count)
        self._data = _sorted_in([fact for fact in data if fact], lambda fact: self._of_value(fact.value), count)
        self._statistics = _sorted_in(
            [fact for fact in statistics if fact], lambda fact: self._of_value(fact.value), count
        )
        histograms = [found for value in ids if (found := recording.histogram(value))]
        self._histograms = _sorted_in(histograms, lambda fact: self._of_value(fact.value), count)
        indices = [step.index for step in recording.steps]
        costs = [cost for step in indices if (cost := recording.cost(step))]
        self._costs = _sorted_in(costs, lambda cost: self._of_step(cost.step), count)
        self._kernels = _in_order(
            [kernel for step in indices for kernel in recording.kernels(step)], self._of_kernel, count
        )
        states = [state for step in indices for state in recording.random_states(step)]
        self._random_states = _sorted_in(states, lambda state: self._of_step(state.step), count)
        self._regions = [extent.regions for extent in extents]
        self._decisions = _in_order(recording.decisions, self._of_decision, count)
        self._calls = [extent.backward_calls for extent in extents]
        self._returned = _in_order(recording.returned_gradients, self._of_returned, count)
        self._changes = _in_order(recording.all_grad_changes(), self._of_change, count)
        self._edges = _in_order(recording.grad_edges, self._of_edge, count)
        self._links = _sorted_in(_links(recording, extents), lambda link: bisect_right(self._nodes, link.node), count)
        self._metrics = _sorted_in(recording.metrics, lambda metric: self._of_position(metric.step), count)
        self._outputs = _sorted_in(recording.outputs, lambda output: self._of_position(output.step), count)
        # There are at most a few failures, and the last batch always understands them.
        self._stops = _sorted_in(recording.stops, lambda stop: self._of_position(stop.step), count)
        self._failures = _sorted_in(recording.failures, lambda _failure: count - 1, count)

    def added_to(self, batch: Batch, number: int, files: tuple[str, ...]) -> Batch:
        """Return ``batch`` with its share of the late facts."""
        return Batch(
            steps=batch.steps,
            values=batch.values,
            grad_nodes=batch.grad_nodes,
            backward_calls=batch.backward_calls,
            module_calls=batch.module_calls,
            regions=batch.regions,
            decisions=tuple(self._decisions[number]),
            costs=tuple(self._costs[number]),
            kernels=tuple(self._kernels[number]),
            random_states=tuple(self._random_states[number]),
            histograms=tuple(self._histograms[number]),
            names=tuple(self._names[number]),
            data=tuple(self._data[number]),
            statistics=tuple(self._statistics[number]),
            grad_changes=tuple(self._changes[number]),
            returned_gradients=tuple(self._returned[number]),
            grad_edges=tuple(self._edges[number]),
            metrics=tuple(self._metrics[number]),
            outputs=tuple(self._outputs[number]),
            failures=tuple(self._failures[number]),
            stops=tuple(self._stops[number]),
            grad_links=tuple(self._links[number]),
            files=files,
        )

    def _of_value(self, value: int) -> int:
        return bisect_right(self._values, value)

    def _of_step(self, step: int) -> int:
        return bisect_right(self._steps, step)

    def _of_kernel(self, kernel: Kernel) -> int:
        operands = (*kernel.inputs, *kernel.outputs)
        known = [operand.value for operand in operands if operand.value is not None]
        return max([self._of_step(kernel.step), *map(self._of_value, known)])

    def _of_decision(self, decision: Decision) -> int:
        places = [self._of_position(decision.step)]
        if decision.value is not None:
            places.append(self._of_value(decision.value))
        if decision.region is not None:
            places.append(bisect_right(self._regions, decision.region))
        return max(places)

    def _of_position(self, step: int) -> int:
        return min(bisect_left(self._steps, step), len(self._steps) - 1)

    def _of_change(self, change: GradChange) -> int:
        by_step = self._of_position(change.step)
        return by_step if change.value is None else max(by_step, self._of_value(change.value))

    def _of_returned(self, fact: ReturnedGradient) -> int:
        return max(self._of_value(fact.of), self._of_value(fact.value), bisect_right(self._calls, fact.call))

    def _of_edge(self, edge: GradEdge) -> int:
        return bisect_right(self._nodes, max(edge.source, edge.target))


def _in_order(facts: Iterable[T], batch_of: Callable[[T], int], count: int) -> list[list[T]]:
    """Put each fact where it can be understood, and none before one that it came after."""
    latest = 0

    def not_before(fact: T) -> int:
        nonlocal latest
        latest = max(latest, batch_of(fact))
        return latest

    return _sorted_in(facts, not_before, count)


def _sorted_in(facts: Iterable[T], batch_of: Callable[[T], int], count: int) -> list[list[T]]:
    sorted_facts: list[list[T]] = [[] for _ in range(count)]
    for fact in facts:
        sorted_facts[batch_of(fact)].append(fact)
    return sorted_facts
