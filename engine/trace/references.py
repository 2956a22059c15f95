"""Which ids the facts of a batch refer to: what a check and a cut of a recording both need to know."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.trace.batch import Batch
from engine.trace.facts import FailedCall, Span, Step


@dataclass(frozen=True, slots=True)
class References:
    """Every id that some facts refer to, by kind, with repeats.

    ``positions`` are step counts rather than steps: they may be one past the last step.
    """

    steps: list[int]
    positions: list[int]
    values: list[int]
    grad_nodes: list[int]
    backward_calls: list[int]
    module_calls: list[int]
    regions: list[int]
    files: list[int]


def references(batch: Batch) -> References:
    """Collect what the facts of ``batch`` refer to."""
    return References(
        steps=_steps(batch),
        positions=_positions(batch),
        values=_values(batch),
        grad_nodes=_grad_nodes(batch),
        backward_calls=_present(
            [*(step.backward_call for step in batch.steps), *(fact.call for fact in batch.returned_gradients)]
        ),
        module_calls=_present(
            [
                *(step.module for step in batch.steps),
                *(failure.module for failure in batch.failures),
                *(call.parent for call in batch.module_calls),
            ]
        ),
        regions=_present(
            [
                *(step.region for step in batch.steps),
                *(decision.region for decision in batch.decisions),
                *(region.parent for region in batch.regions),
            ]
        ),
        files=[span.file for span in _spans(batch)],
    )


def _steps(batch: Batch) -> list[int]:
    return _present(
        [
            *(value.producer for value in batch.values),
            *(node.step for node in batch.grad_nodes),
            *(node.made_by for node in batch.grad_nodes),
            *(link.step for link in batch.grad_links),
            *(cost.step for cost in batch.costs),
            *(kernel.step for kernel in batch.kernels),
            *(state.step for state in batch.random_states),
        ]
    )


def _positions(batch: Batch) -> list[int]:
    return [
        *(change.step for change in batch.grad_changes),
        *(call.first_step for call in batch.backward_calls),
        *(metric.step for metric in batch.metrics),
        *(output.step for output in batch.outputs),
        *(failure.step for failure in batch.failures),
        *(stop.step for stop in batch.stops),
        *(decision.step for decision in batch.decisions),
    ]


def _values(batch: Batch) -> list[int]:
    calls: tuple[Step | FailedCall, ...] = (*batch.steps, *batch.failures)
    return _present(
        [
            *(value for call in calls for value in call.inputs),
            *(argument.value for call in calls for argument in call.arguments),
            *(value for step in batch.steps for value in step.outputs),
            *(value.base for value in batch.values),
            *(name.value for name in batch.names),
            *(data.value for data in batch.data),
            *(statistics.value for statistics in batch.statistics),
            *(histogram.value for histogram in batch.histograms),
            *(decision.value for decision in batch.decisions),
            *(operand.value for kernel in batch.kernels for operand in (*kernel.inputs, *kernel.outputs)),
            *(change.value for change in batch.grad_changes),
            *(link.value for link in batch.grad_links),
            *(node.variable for node in batch.grad_nodes),
            *(saved.value for node in batch.grad_nodes for saved in node.saved),
            *(value for call in batch.backward_calls for value in call.root_values),
            *(value for fact in batch.returned_gradients for value in (fact.of, fact.value)),
        ]
    )


def _grad_nodes(batch: Batch) -> list[int]:
    return _present(
        [
            *(step.grad_node for step in batch.steps),
            *(value.grad_node for value in batch.values),
            *(link.node for link in batch.grad_links),
            *(edge.source for edge in batch.grad_edges),
            *(edge.target for edge in batch.grad_edges),
            *(root for call in batch.backward_calls for root in call.roots),
        ]
    )


def _spans(batch: Batch) -> Iterator[Span]:
    for facts in (
        batch.steps,
        batch.values,
        batch.backward_calls,
        batch.module_calls,
        batch.failures,
        batch.regions,
        batch.decisions,
    ):
        for fact in facts:
            if fact.span is not None:
                yield fact.span


def _present(ids: Iterable[int | None]) -> list[int]:
    return [number for number in ids if number is not None]
