"""What the signature and the docstring of a class of torch or torchmetrics say of its arguments."""

import inspect
import re
from typing import Any, Literal, get_args, get_origin

from engine.network.catalogue import Parameter, ParameterKind

_UNSHOWN = {
    "self", "params", "optimizer", "size_average", "reduce", "capturable", "differentiable", "last_epoch", "verbose",
    "weight", "pos_weight", "scale_fn", "momentum_buffer", "num_classes", "num_outputs", "validate_args",
    "multidim_average", "keep_sequence_dim",
}  # fmt: skip
"""Arguments that are objects of the program, deprecated, or of no use to a plan, or follow from it."""
_WORDS = {
    "reduction": ("mean", "sum"),
    "line_search_fn": ("strong_wolfe",),
    "scale_mode": ("cycle", "iterations"),
    "threshold_mode": ("rel", "abs"),
    "anneal_strategy": ("cos", "linear"),
}
_MODES = {"min": ("min", "max"), "triangular": ("triangular", "triangular2", "exp_range")}
_SUMMARY_LIMIT = 160


def parameters_of(kind: type) -> tuple[Parameter, ...]:
    """Return the arguments that a plan may give."""
    return tuple(
        _parameter(one)
        for name, one in inspect.signature(kind).parameters.items()
        if name not in _UNSHOWN and one.kind not in {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    )


def _parameter(found: inspect.Parameter) -> Parameter:
    default = None if found.default is inspect.Parameter.empty else repr(found.default)
    words = _literals(found.annotation)
    if not words:
        words = _MODES.get(str(found.default), ()) if found.name == "mode" else _WORDS.get(found.name, ())
    return Parameter(found.name, ParameterKind.CHOICE if words else _kind(found), default, words)


def _literals(annotation: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever stands in a signature
    """Return the words that a ``Literal`` allows, also as one of several types."""
    parts = (annotation,) if get_origin(annotation) is Literal else get_args(annotation)
    words = [word for part in parts if get_origin(part) is Literal for word in get_args(part)]
    return tuple(word for word in words if isinstance(word, str))


def _kind(found: inspect.Parameter) -> ParameterKind:
    annotation, default = str(found.annotation), found.default
    if isinstance(default, bool) or (default is None and "bool" in annotation):
        return ParameterKind.BOOL
    if isinstance(default, tuple) or "tuple" in annotation:
        return ParameterKind.PAIR
    if "list" in annotation or "Iterable" in annotation:
        return ParameterKind.FLOAT if "float" in annotation else ParameterKind.SHAPE
    return ParameterKind.INT if "int" in annotation and not isinstance(default, float) else ParameterKind.FLOAT


def summary_of(kind: type) -> str:
    """Return the first sentence of a class on itself; empty where it is long."""
    text = re.sub(r":\w+:`~?([^`]*)`", r"\1", inspect.getdoc(kind) or "")
    first = " ".join(text.split("\n\n", 1)[0].split()).replace("`", "")
    return first if len(first) <= _SUMMARY_LIMIT else ""
