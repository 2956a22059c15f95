"""Finds steps of a recording by words and predicates.

A query is a list of terms that must all hold: a plain word (in the op's name, target, module path, variable names,
dtype or shape), ``"quoted"`` for an exact name, ``line:12``, ``shape:*,64``, ``nan``, ``inf``, ``norm>10``,
``time>1ms``, ``grad=0``.
"""

import math
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from engine.trace.facts import Statistics, Step, Value
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

_COMPARISON = re.compile(r"(norm|mean|min|max|std|time|zeros)([<>]=?|=)([-+\d.e]+)(ns|us|µs|ms|s)?")
_UNIT_NS = {"ns": 1.0, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, None: 1e6}
_FIELDS = {"norm": "norm", "mean": "mean", "min": "minimum", "max": "maximum", "std": "std", "zeros": "zeros"}

Test = Callable[[Recording, Step], bool]


@dataclass(frozen=True, slots=True)
class Hit:
    """One step that was found, as a title and a detail line."""

    step: StepIndex
    title: str
    detail: str


def find_steps(recording: Recording, query: str, limit: int = 200) -> tuple[Hit, ...]:
    """Return the steps for which every term of ``query`` holds, in order; none for an empty query."""
    tests = [_test_of(term) for term in _terms(query)]
    if not tests:
        return ()
    hits: list[Hit] = []
    for step in recording.steps:
        if all(test(recording, step) for test in tests):
            hits.append(_hit(recording, step))
            if len(hits) >= limit:
                break
    return tuple(hits)


def _terms(query: str) -> list[str]:
    lexer = shlex.shlex(query, posix=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    lexer.quotes = '"'
    try:
        return list(lexer)
    except ValueError:  # an open quote: the person is still typing
        return query.replace('"', " ").split()


def _test_of(term: str) -> Test:
    word = term.lower()
    if match := _COMPARISON.fullmatch(word):
        return _comparison(*match.groups())
    if word in _KEYWORDS:
        return _KEYWORDS[word]
    if word.startswith("line:") and word[5:].isdigit():
        line = int(word[5:])
        return lambda _recording, step: step.span is not None and step.span.line <= line <= step.span.end_line
    if word.startswith("shape:"):
        pattern = word[6:].strip("[]()").split(",")
        return lambda recording, step: any(_fits(value.shape, pattern) for value in _values(recording, step))
    is_exact = len(word) > 1 and word[0] == word[-1] == '"'
    if is_exact:
        exact = word[1:-1]
        return lambda recording, step: exact in _names(recording, step)
    return lambda recording, step: word in _haystack(recording, step)


def _comparison(field: str, sign: str, number_text: str, unit: str | None) -> Test:
    try:
        number = float(number_text)
    except ValueError:
        return lambda _recording, _step: False
    if field == "time":
        bound = number * _UNIT_NS[unit]
        return lambda _recording, step: _compare(step.duration_ns, sign, bound)
    attribute = _FIELDS[field]
    return lambda recording, step: any(
        (found := getattr(numbers, attribute)) is not None and _compare(found, sign, number)
        for numbers in _statistics(recording, step)
    )


def _compare(left: float, sign: str, right: float) -> bool:
    match sign:
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case _:
            return math.isclose(left, right, rel_tol=1e-3)


def _has_zero_gradient(recording: Recording, step: Step) -> bool:
    if step.backward_call is None:
        return False
    counted = [(value, recording.statistics(value.id)) for value in _values(recording, step)]
    return any(numbers is not None and numbers.zeros == math.prod(value.shape) for value, numbers in counted)


def _values(recording: Recording, step: Step) -> list[Value]:
    return [recording.values[value] for value in step.outputs if value is not None]


def _statistics(recording: Recording, step: Step) -> list[Statistics]:
    found = (recording.statistics(ValueId(value.id)) for value in _values(recording, step))
    return [numbers for numbers in found if numbers is not None]


def _fits(shape: tuple[int, ...], pattern: list[str]) -> bool:
    if len(pattern) != len(shape):
        return False
    return all(part.strip() in {"*", str(size)} for part, size in zip(pattern, shape, strict=True))


def _names(recording: Recording, step: Step) -> set[str]:
    names = {step.name.lower(), step.target.lower()}
    for value in step.outputs:
        if value is not None:
            names.update(name.lower() for name in recording.names(value))
    return names


def _haystack(recording: Recording, step: Step) -> str:
    parts = [*_names(recording, step)]
    if step.module is not None:
        parts.append(recording.module_calls[step.module].path.lower())
    parts.extend(f"{value.dtype} {list(value.shape)}".replace(" ", "") for value in _values(recording, step))
    return " ".join(parts)


def _has_nan(recording: Recording, step: Step) -> bool:
    return any(numbers.nans for numbers in _statistics(recording, step))


def _has_infinity(recording: Recording, step: Step) -> bool:
    return any(numbers.infinities for numbers in _statistics(recording, step))


_KEYWORDS: dict[str, Test] = {"nan": _has_nan, "inf": _has_infinity, "grad=0": _has_zero_gradient}


def _hit(recording: Recording, step: Step) -> Hit:
    outputs = _values(recording, step)
    names = recording.names(outputs[0].id) if outputs else ()
    parts = [step.phase.value]
    if names:
        parts.append(names[0])
    if outputs:
        parts.append(str(list(outputs[0].shape)))
    if step.span is not None:
        parts.append(f"line {step.span.line}")
    return Hit(step.index, step.name, " · ".join(parts))
