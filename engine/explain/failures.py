"""What a failed call means: the shapes that went in, which of them disagree, and what usually helps."""

import re

from engine.trace.facts import FailedCall, Value
from engine.trace.outcome import OutcomeKind
from engine.trace.recording import Recording
from engine.trace.tensors import shape_text, type_text

MOST_OPERANDS = 6
_PRODUCTS = {"matmul", "mm", "__matmul__", "__rmatmul__", "addmm", "mv", "dot", "bmm"}
_ELEMENTWISE = {"add", "sub", "mul", "div", "true_divide", "pow", "maximum", "minimum", "where", "eq", "lt", "gt"}
_HELP = (
    (
        r"modified by an inplace operation",
        "A tensor that backward needs was overwritten after it was saved: use the op without _ at its end.",
    ),
    (
        r"backward through the graph a second time",
        "The first backward() freed what it had saved. Pass retain_graph=True to it, or compute the result again.",
    ),
    (
        r"does not require grad and does not have a grad_fn",
        "Nothing that it was computed from has requires_grad=True, or detach() or no_grad() cut it off.",
    ),
    (
        r"grad can be implicitly created only for scalar",
        "backward() starts from one number. Call .sum() or .mean() first, or pass the gradient to start with.",
    ),
    (
        r"leaf Variable that requires grad is being used in an in-place",
        "A leaf that asks for a gradient may only be changed in place under torch.no_grad().",
    ),
    (r"Expected all tensors to be on the same device", "Move all of them to one device with .to(device)."),
    (
        r"(expected .*(scalar type|dtype)|must have the same dtype)",
        "The operands have different number types: convert one with .float() or .to(dtype).",
    ),
    (r"Can't call numpy\(\) on Tensor that requires grad", "Call .detach() before .numpy()."),
    (
        r"One of the differentiated Tensors appears to not have been used",
        "That tensor has no part in the result. Pass allow_unused=True if this is meant.",
    ),
    (r"shape .* is invalid for input of size", "The new shape must hold exactly as many elements as the old one."),
)


def failure_detail(recording: Recording) -> str:
    """Return what helps to understand how a run failed; empty when there is nothing to add."""
    outcome = recording.outcome
    parts: list[str] = []
    call = _failed_call(recording)
    if call is not None:
        parts += [_operands(recording, call), _disagreement(recording, call)]
    text = f"{outcome.message}\n{outcome.detail}\n{call.message if call else ''}"
    parts += [advice for pattern, advice in _HELP if re.search(pattern, text)][:1]
    return " ".join(part for part in parts if part)


def _failed_call(recording: Recording) -> FailedCall | None:
    """Return the call that ended the run (others were caught by the program)."""
    if recording.outcome.kind is not OutcomeKind.FAILED or not recording.failures:
        return None
    call = recording.failures[-1]
    return call if call.step >= len(recording) and call.error_type == recording.outcome.error_type else None


def _inputs(recording: Recording, call: FailedCall) -> list[Value]:
    return [recording.values[value] for value in call.inputs if value is not None]


def _operands(recording: Recording, call: FailedCall) -> str:
    texts = []
    for value in _inputs(recording, call)[:MOST_OPERANDS]:
        names = recording.names(value.id)
        texts.append(f"{names[0]} {type_text(value)}" if names else type_text(value))
    return f"{call.name} was given {', '.join(texts)}." if texts else ""


def _disagreement(recording: Recording, call: FailedCall) -> str:
    """Return which dimensions do not fit, for products and element-wise ops."""
    values = _inputs(recording, call)
    if call.name in _PRODUCTS and len(values) >= 2:
        return _product_disagreement(recording, values[-2], values[-1])
    if call.name == "linear" and len(values) >= 2:
        return _linear_disagreement(values[0], values[1])
    if call.name.strip("_").lstrip("r") in _ELEMENTWISE and len(values) == 2:
        return _broadcast_disagreement(values[0], values[1])
    return ""


def _product_disagreement(recording: Recording, left: Value, right: Value) -> str:
    if not left.shape or not right.shape:
        return "A matrix product needs at least one dimension on each side."
    columns = left.shape[-1]
    rows = right.shape[-2] if len(right.shape) > 1 else right.shape[-1]
    if columns == rows:
        return ""
    advice = ""
    if len(right.shape) == 2 and right.shape[-1] == columns:
        names = recording.names(right.id)
        name = names[0] if names else "the second one"
        advice = f" {name}.T has the shape {shape_text(right.shape[::-1])}, which fits."
    return f"The last dimension of the first ({columns}) must equal the rows of the second ({rows}).{advice}"


def _linear_disagreement(source: Value, weight: Value) -> str:
    if not source.shape or len(weight.shape) != 2 or source.shape[-1] == weight.shape[1]:
        return ""
    return f"The input has {source.shape[-1]} features, the layer expects {weight.shape[1]}."


def _broadcast_disagreement(left: Value, right: Value) -> str:
    pairs = zip(reversed(left.shape), reversed(right.shape), strict=False)
    for place, (first, second) in enumerate(pairs, start=1):
        if first != second and 1 not in (first, second):
            which = "last" if place == 1 else f"{place}. dimension from the end"
            name = "the last dimension" if which == "last" else f"the {which}"
            return f"In {name} they have {first} and {second} entries; they must be equal, or one of them 1."
    return ""
