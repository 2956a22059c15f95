"""A recording as plain data for other programs: the format is described in INSPECT.md."""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator

from engine.graph.reach import reachable_nodes
from engine.interchange.cost_json import cost_json, kernels_json, random_json, totals_json
from engine.interchange.json_text import Entries, Part, Rows, json_pieces, whole
from engine.interchange.json_type import Json
from engine.trace.batch import RunInfo
from engine.trace.control import Decision, Region
from engine.trace.facts import (
    BackwardCall,
    FailedCall,
    GradEdge,
    GradNode,
    Metric,
    ModuleCall,
    Output,
    Span,
    Step,
    Value,
)
from engine.trace.gradients import Arrived, gradient_state
from engine.trace.ids import StepIndex
from engine.trace.outcome import Outcome, OutcomeKind
from engine.trace.recording import Recording
from engine.trace.tensors import UnreadableDtypeError, element_count

FORMAT = "chainrule-inspect"
VERSION = 1

MAX_ELEMENTS = 64
"""Values with more elements are described without their numbers."""


def recording_json(recording: Recording) -> dict[str, Json]:
    """Return the whole recording as JSON-ready data: no NaN, no Infinity, keys in a fixed order."""
    return {name: whole(part) for name, part in _parts(recording)}


def recording_pieces(recording: Recording, progress: Callable[[float], None] | None = None) -> Iterator[str]:
    """Yield the same as text, piece by piece; ``progress`` hears what share is done, what it raises ends the work."""
    return json_pieces(_parts(recording), len(recording.steps) + len(recording.values), progress)


def _parts(recording: Recording) -> Iterator[tuple[str, Part]]:
    yield "format", FORMAT
    yield "version", VERSION
    yield "outcome", _outcome(recording.outcome)
    yield "program", recording.info.program
    yield "filename", recording.info.filename
    yield "files", recording.files
    yield "environment", _environment(recording.info)
    yield "steps", Rows(_step(recording, step) for step in recording.steps)
    yield "values", Entries((str(value.id), _value(recording, value)) for value in recording.values)
    yield from _autograd(recording)
    yield "module_calls", Rows(_module_call(call) for call in recording.module_calls)
    yield "metrics", Rows(_metric(metric) for metric in recording.metrics)
    yield "output", Rows(_output(output) for output in recording.outputs)
    yield "failures", Rows(_failure(recording, failure) for failure in recording.failures)
    yield "regions", Rows(_region(recording, region) for region in recording.regions)
    yield "decisions", Rows(_decision(recording, decision) for decision in recording.decisions)
    yield "costs", totals_json(recording)
    yield "stops", Rows({"step": stop.step, "message": stop.message} for stop in recording.stops)


def _environment(info: RunInfo) -> Json:
    return {
        "device": info.device,
        "torch": info.torch_version,
        "python": info.python_version,
        "started_at": info.started_at,
    }


def _autograd(recording: Recording) -> Iterator[tuple[str, Part]]:
    """The backward graph as far as it can be reached, and the calls that ran through it."""
    reached = reachable_nodes(recording)
    yield "grad_nodes", Rows(_grad_node(node) for node in recording.grad_nodes if node.id in reached)
    yield "grad_edges", Rows(_grad_edge(edge) for edge in recording.grad_edges if edge.source in reached)
    yield "backward_calls", Rows(_backward_call(recording, call) for call in recording.backward_calls)
    yield (
        "returned_gradients",
        Rows({"call": fact.call, "of": fact.of, "value": fact.value} for fact in recording.returned_gradients),
    )


def _grad_node(node: GradNode) -> Json:
    return {"id": node.id, "name": node.name, "step": node.step, "made_by": node.made_by, "variable": node.variable}


def _grad_edge(edge: GradEdge) -> Json:
    return {"from": edge.source, "slot": edge.slot, "to": edge.target, "input_index": edge.input_index}


def _module_call(call: ModuleCall) -> Json:
    return {"id": call.id, "path": call.path, "class": call.class_name, "parent": call.parent, "call": call.call}


def _output(output: Output) -> Json:
    return {"step": output.step, "stream": output.stream.value, "text": output.text}


def _backward_call(recording: Recording, call: BackwardCall) -> Json:
    return {
        "id": call.id,
        "function": call.function,
        "roots": call.roots,
        "root_values": call.root_values,
        "first_step": call.first_step,
        "retain_graph": call.retain_graph,
        "create_graph": call.create_graph,
        **_place(recording, call.span),
    }


def _metric(metric: Metric) -> Json:
    return {
        "step": metric.step,
        "name": metric.name,
        "number": _plain(metric.number),
        "is_logged": metric.is_logged,
    }


def _failure(recording: Recording, failure: FailedCall) -> Json:
    return {
        "step": failure.step,
        "name": failure.name,
        "inputs": failure.inputs,
        "error_type": failure.error_type,
        "message": failure.message,
        **_place(recording, failure.span),
    }


def _region(recording: Recording, region: Region) -> Json:
    return {
        "id": region.id,
        "kind": region.kind.value,
        "name": region.name,
        "parent": region.parent,
        "call": region.call,
        **_place(recording, region.span),
    }


def _decision(recording: Recording, decision: Decision) -> Json:
    return {
        "step": decision.step,
        "kind": decision.kind.value,
        "outcome": decision.outcome,
        "text": decision.text,
        "value": decision.value,
        "region": decision.region,
        **_place(recording, decision.span),
    }


def _outcome(outcome: Outcome) -> Json:
    # sys.exit(0) is a program that ended by itself without error, however it said so.
    kind = OutcomeKind.FINISHED if outcome.succeeded else outcome.kind
    return {
        "kind": kind.value,
        "message": outcome.message,
        "line": outcome.line,
        "error_type": outcome.error_type,
        "detail": outcome.detail,
        "exit_code": outcome.exit_code,
    }


def _step(recording: Recording, step: Step) -> Json:
    return {
        "step": step.index,
        "phase": step.phase.value,
        "name": step.name,
        "target": step.target,
        **_place(recording, step.span),
        "inputs": step.inputs,
        "outputs": step.outputs,
        "arguments": [
            {
                "name": argument.name,
                "value": argument.value,
                "text": argument.text,
                "place": list(argument.place),
                "exact": argument.exact or argument.text,
                "is_keyword": argument.is_keyword,
            }
            for argument in step.arguments
        ],
        "module": None if step.module is None else recording.module_calls[step.module].path,
        "module_call": step.module,
        "function": step.function,
        "region": step.region,
        "started_ns": step.started_ns,
        "duration_ns": step.duration_ns,
        "grad_node": step.grad_node,
        "backward_call": step.backward_call,
        "cost": cost_json(recording, step.index),
        "kernels": kernels_json(recording, step.index),
        "random_states": random_json(recording, step.index),
    }


def _place(recording: Recording, span: Span | None) -> dict[str, Json]:
    if span is None:
        return {"file": None, "line": None, "column": None, "end_line": None, "end_column": None}
    return {
        "file": recording.files[span.file],
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _value(recording: Recording, value: Value) -> Json:
    gradient = final_gradient(recording, value)
    numbers, absence = _numbers(recording, value)
    return {
        "names": recording.names(value.id),
        "shape": value.shape,
        "dtype": value.dtype,
        "device": value.device,
        "requires_grad": value.requires_grad,
        "is_leaf": value.is_leaf,
        "version": value.version,
        "role": value.role.value,
        "data": numbers,
        "absence": absence,
        "grad": gradient.value if gradient else None,
        "grad_kind": None if gradient is None else "accumulated" if gradient.accumulated else "flowed",
        "tensor": value.tensor,
        "storage": value.storage,
        "base": value.base,
        "producer": value.producer,
        "grad_node": value.grad_node,
        "grad_slot": value.grad_slot,
    }


def final_gradient(recording: Recording, value: Value) -> Arrived | None:
    """Return the last gradient of a value, or None.

    For a leaf it is ``.grad`` at the end of the time in which the tensor had this value, that is before the next
    in-place write or optimizer step; for another tensor what flowed into its ``grad_fn`` in the last backward call.
    """
    at = _last_step_of(recording, value) if value.is_leaf else StepIndex(len(recording) - 1)
    state = gradient_state(recording, value, at)
    return state if isinstance(state, Arrived) else None


def _last_step_of(recording: Recording, value: Value) -> StepIndex:
    versions = recording.versions(value.tensor)
    following = bisect_right(versions, value.id)
    if following < len(versions):
        writer = recording.values[versions[following]].producer
        if writer is not None:
            return StepIndex(writer - 1)
    return StepIndex(len(recording))


def _numbers(recording: Recording, value: Value) -> tuple[Json, str | None]:
    absence = recording.absence(value.id)
    if absence is not None:
        return None, absence.value
    if element_count(value.shape) > MAX_ELEMENTS:
        return None, f"more than {MAX_ELEMENTS} elements"
    try:
        array = recording.array(value.id)
    except UnreadableDtypeError as error:
        return None, str(error)
    return (None if array is None else _nested(array.tolist())), None


def _nested(numbers: object) -> Json:
    match numbers:
        case list():  # at most 64 deep and 64 elements long: the shape was checked
            return [_nested(number) for number in numbers]
        case complex():
            return [_plain(numbers.real), _plain(numbers.imag)]
        case bool() | int():
            return numbers
        case float():
            return _plain(numbers)
        case _:
            raise TypeError(f"{type(numbers).__name__} is no number")


def _plain(number: float) -> Json:
    if math.isfinite(number):
        return number
    return "nan" if math.isnan(number) else "inf" if number > 0 else "-inf"
