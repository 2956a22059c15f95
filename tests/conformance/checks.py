"""What must be true of a recording of one sample; each problem is one plain sentence."""

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor

from engine.trace.facts import Phase
from engine.trace.ids import ValueId
from engine.trace.invariants import check_recording
from engine.trace.recording import Recording
from tests.conformance.oracle import Ran, all_same, newest, raw, reads, recorded, recorded_graph, steps_of

Run = Callable[[bool], Ran]
"""Runs a sample from fresh leaves; the argument says whether every node is hooked."""


def problems(
    run: Run, *, wants_producers: bool = True, is_written: bool = True
) -> Iterator[tuple[str, Ran, Recording]]:
    """Yield every way in which a recording is not what torch did; an empty text comes last, with the run itself.

    ``wants_producers`` says that the outputs come from a step; those of factories are values with a place in the text.
    ``is_written`` is False where the outputs are memory that nobody has written, whose numbers differ at every run.
    """
    bare, spied = run(False), run(True)
    is_repeatable = is_written and all(
        all_same(one, other)
        for one, other in (
            (bare.outputs, spied.outputs),
            (bare.gradients, spied.gradients),
            (bare.states, spied.states),
        )
    )
    ran, recording = recorded(lambda: run(False))
    check_recording(recording)
    if is_repeatable and not all_same(bare.outputs, ran.outputs):
        yield "outputs differ", ran, recording
    if is_repeatable and not all_same(bare.gradients, ran.gradients):
        yield "gradients differ", ran, recording
    if is_repeatable and not all_same(bare.states, ran.states):
        yield "the state left behind differs", ran, recording
    for text in (*_outputs(ran, recording, wants_producers), *_backward(ran, spied, recording, is_repeatable)):
        yield text, ran, recording
    yield "", ran, recording


def numbers_differ(recording: Recording, value: ValueId | None, tensor: Tensor) -> bool:
    if not reads(tensor):
        return value is None
    data = None if value is None else recording.data(value)
    if data is None or data.absence is not None:
        return True
    return bytes(recording.store.read(data.offset, data.nbytes)) != raw(tensor)


def _outputs(ran: Ran, recording: Recording, wants_producers: bool) -> Iterator[str]:
    passed_on = {id(tensor) for tensor in ran.inputs}
    for number, output in enumerate(ran.outputs):
        value = newest(recording, f"output{number}")
        if value is None:
            yield "an output has no value"
            continue
        fact = recording.values[value]
        form = (fact.shape, fact.dtype, fact.requires_grad, fact.is_leaf)
        if form != (tuple(output.shape), str(output.dtype)[6:], output.requires_grad, output.grad_fn is None):
            yield "an output has another shape, type, or differentiability"
        if numbers_differ(recording, value, output):
            yield "an output has other numbers"
        if id(output) in passed_on:
            continue
        if wants_producers and fact.producer is None:
            yield "no step made an output"
        if not wants_producers and fact.producer is None and fact.span is None:
            yield "an output was made nowhere"


def _backward(ran: Ran, spied: Ran, recording: Recording, is_repeatable: bool) -> Iterator[str]:
    if not ran.graph:
        return
    ids, graph = recorded_graph(recording, recording.backward_calls[0])
    if graph != ran.graph or graph != spied.graph or len(ids) != len(recording.grad_nodes):
        yield "the graph differs"
        return
    for node in recording.grad_nodes:
        makers = (node.variable,) if node.name == "AccumulateGrad" else (node.step, node.made_by)
        if all(maker is None for maker in makers):
            yield f"{node.name} is not linked"
    position = {node: number for number, node in enumerate(ids)}
    steps = steps_of(recording, Phase.BACKWARD)
    if [position[step.grad_node] for step in steps if step.grad_node is not None] != [row[0] for row in spied.order]:
        yield "nodes ran in another order"
    elif is_repeatable:
        for step, (_, sent, came) in zip(steps, spied.order, strict=True):
            if step.name != "AccumulateGrad":
                yield from _gradients(recording, step.outputs, sent)
                yield from _gradients(recording, step.inputs, came)
    yield from _leaves(ran, recording)


def _leaves(ran: Ran, recording: Recording) -> Iterator[str]:
    last = recording.steps[-1].index
    for number, leaf in enumerate(ran.inputs):
        if leaf.is_leaf and leaf.grad is not None:
            value = newest(recording, f"input{number}")
            grad = None if value is None else recording.grad_at(recording.values[value].tensor, last)
            if numbers_differ(recording, grad, leaf.grad):
                yield "a leaf has another gradient"


def _gradients(recording: Recording, values: Any, tensors: Any) -> Iterator[str]:
    if [value is None for value in values] != [tensor is None for tensor in tensors]:
        yield "a gradient is missing"
        return
    for value, tensor in zip(values, tensors, strict=True):
        if tensor is not None and numbers_differ(recording, value, tensor):
            yield "a gradient on the way has other numbers"
