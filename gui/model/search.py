"""Finds steps of a recording by words and predicates.

A query is a list of terms that must all hold: a plain word (in the op's name, target, module path, variable names,
dtype or shape), a number (a dimension, or a part of a name), ``"quoted"`` for an exact name, ``op:relu``,
``name:hidden``, ``module:blocks.3``, ``dtype:i64``, ``line:12``, ``shape:*,64``, ``shape:64`` or ``dim:64`` (any
dimension), ``nan``, ``inf``, ``norm > 10``, ``time > 1ms``, ``grad = 0`` (a gradient of zeros alone), ``grad = none``
(asked for, and never arrived), ``grad > 5`` (its norm).
"""

import math
import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from engine.trace.facts import Phase, Statistics, Step, Value
from engine.trace.gradients import Arrived, NoGradient, gradient_state
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording
from engine.trace.tensors import short_names

_COMPARISON = re.compile(r"(norm|mean|min|max|std|time|zeros|grad)([<>]=?|=)([-+\d.e]+)(ns|us|µs|ms|s)?")
_SPACED = re.compile(r"\b(norm|mean|min|max|std|time|zeros|grad)\s*([<>]=?|=)\s*(?=\S)", re.IGNORECASE)
_UNIT_NS = {"ns": 1.0, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, None: 1e6}
_FIELDS = {"norm": "norm", "mean": "mean", "min": "minimum", "max": "maximum", "std": "std", "zeros": "zeros"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a query may hold for: the values that a step made, or a value that the program created (no step)."""

    step: Step | None
    values: tuple[Value, ...]


Test = Callable[[Recording, Subject], bool]


@dataclass(frozen=True, slots=True)
class Hit:
    """One step that was found, as a title and a detail line."""

    step: StepIndex
    title: str
    detail: str


def find_steps(recording: Recording, query: str, limit: int = 200) -> tuple[Hit, ...]:
    """Return the steps for which every term of ``query`` holds, in order; none for an empty query."""
    tests = _tests(query)
    if not tests:
        return ()
    hits: list[Hit] = []
    for step in recording.steps:
        subject = Subject(step, _made(recording, step))
        if all(test(recording, subject) for test in tests):
            hits.append(_hit(recording, step))
            if len(hits) >= limit:
                break
    return tuple(hits)


def find_values(recording: Recording, query: str, values: Iterable[ValueId]) -> tuple[ValueId, ...]:
    """Return those of some values that the program created (parameters, inputs) for which every term holds."""
    tests = _tests(query)
    if not tests:
        return ()
    subjects = ((value, Subject(None, (recording.values[value],))) for value in values)
    return tuple(value for value, subject in subjects if all(test(recording, subject) for test in tests))


def _tests(query: str) -> list[Test]:
    spaced = query if '"' in query else _SPACED.sub(r"\1\2", query)
    return [_test_of(term) for term in _terms(spaced)]


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
    if word in _KEYWORDS:
        return _KEYWORDS[word]
    if match := _COMPARISON.fullmatch(word):
        return _comparison(*match.groups())
    field, _colon, rest = word.partition(":")
    if rest and (test := _field_test(field, rest)) is not None:
        return test
    if word.isdigit():
        return partial(_is_size_or_in_name, word)
    if len(word) > 1 and word[0] == word[-1] == '"':
        exact = word[1:-1]
        return lambda recording, subject: exact in _names(recording, subject)
    return lambda recording, subject: word in _haystack(recording, subject)


def _field_test(field: str, rest: str) -> Test | None:
    """The test that ``field:rest`` asks for, or None where that is a word like any other."""
    if field in _TEXTS:
        return partial(_tells, _TEXTS[field], rest)
    if field in ("shape", "dim") and rest.isdigit():
        return partial(_has_dimension, int(rest))
    if field == "shape":
        return partial(_has_shape, rest.strip("[]()").split(","))
    return partial(_is_on_line, int(rest)) if field == "line" and rest.isdigit() else None


def _is_size_or_in_name(word: str, recording: Recording, subject: Subject) -> bool:
    names = (*_names(recording, subject), *_modules(recording, subject))
    return _has_dimension(int(word), recording, subject) or any(word in name for name in names)


def _is_on_line(line: int, _recording: Recording, subject: Subject) -> bool:
    span = subject.step.span if subject.step is not None else subject.values[0].span
    return span is not None and span.line <= line <= span.end_line


def _has_shape(pattern: list[str], _recording: Recording, subject: Subject) -> bool:
    return any(_fits(value.shape, pattern) for value in subject.values)


def _has_dimension(size: int, _recording: Recording, subject: Subject) -> bool:
    return any(size in value.shape for value in subject.values)


def _comparison(field: str, sign: str, number_text: str, unit: str | None) -> Test:
    try:
        number = float(number_text)
    except ValueError:
        return lambda _recording, _subject: False
    if field == "time":
        bound = number * _UNIT_NS[unit]
        return lambda _recording, subject: subject.step is not None and _compare(subject.step.duration_ns, sign, bound)
    known = _gradients if field == "grad" else _statistics
    attribute = "norm" if field == "grad" else _FIELDS[field]
    return lambda recording, subject: any(
        (found := getattr(numbers, attribute)) is not None and _compare(found, sign, number)
        for numbers in known(recording, subject)
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


def _has_zero_gradient(recording: Recording, subject: Subject) -> bool:
    return any(
        numbers.zeros == math.prod(recording.values[numbers.value].shape) for numbers in _gradients(recording, subject)
    )


def _lacks_gradient(recording: Recording, subject: Subject) -> bool:
    if not recording.steps or (subject.step is not None and subject.step.phase is not Phase.FORWARD):
        return False
    last = recording.steps[-1].index
    return any(
        value.requires_grad and isinstance(gradient_state(recording, value, last), NoGradient)
        for value in subject.values
    )


def _made(recording: Recording, step: Step) -> tuple[Value, ...]:
    return tuple(recording.values[value] for value in step.outputs if value is not None)


def _statistics(recording: Recording, subject: Subject) -> list[Statistics]:
    found = (recording.statistics(ValueId(value.id)) for value in subject.values)
    return [numbers for numbers in found if numbers is not None]


def _gradients(recording: Recording, subject: Subject) -> list[Statistics]:
    """Of a backward step what it sent on, of anything else the gradient that has arrived by the end."""
    if subject.step is not None and subject.step.phase is Phase.BACKWARD:
        return _statistics(recording, subject)
    if not recording.steps:
        return []
    last = recording.steps[-1].index
    states = (gradient_state(recording, value, last) for value in subject.values)
    arrived = (recording.statistics(state.value) for state in states if isinstance(state, Arrived))
    return [numbers for numbers in arrived if numbers is not None]


def _fits(shape: tuple[int, ...], pattern: list[str]) -> bool:
    if len(pattern) != len(shape):
        return False
    return all(part.strip() in {"*", str(size)} for part, size in zip(pattern, shape, strict=True))


def _names(recording: Recording, subject: Subject) -> set[str]:
    step = subject.step
    names = set() if step is None else {step.name.lower(), step.target.lower()}
    for value in subject.values:
        names.update(name.lower() for name in recording.names(value.id))
    return names


def _ops(_recording: Recording, subject: Subject) -> set[str]:
    return set() if subject.step is None else {subject.step.name.lower(), subject.step.target.lower()}


def _modules(recording: Recording, subject: Subject) -> set[str]:
    step = subject.step
    return set() if step is None or step.module is None else {recording.module_calls[step.module].path.lower()}


def _dtypes(_recording: Recording, subject: Subject) -> set[str]:
    names = {value.dtype for value in subject.values}
    return names | {short_names.get(name, name) for name in names}


def _tells(texts: Callable[[Recording, Subject], set[str]], word: str, recording: Recording, subject: Subject) -> bool:
    return any(word in text for text in texts(recording, subject))


_TEXTS: dict[str, Callable[[Recording, Subject], set[str]]] = {
    "op": _ops,
    "name": _names,
    "module": _modules,
    "dtype": _dtypes,
}


def _haystack(recording: Recording, subject: Subject) -> str:
    parts = [*_names(recording, subject), *_modules(recording, subject)]
    parts.extend(f"{value.dtype}{list(value.shape)}".replace(" ", "") for value in subject.values)
    parts.extend(short_names.get(value.dtype, value.dtype) for value in subject.values)
    return " ".join(parts)


def _has_nan(recording: Recording, subject: Subject) -> bool:
    return any(numbers.nans for numbers in _statistics(recording, subject))


def _has_infinity(recording: Recording, subject: Subject) -> bool:
    return any(numbers.infinities for numbers in _statistics(recording, subject))


_KEYWORDS: dict[str, Test] = {
    "nan": _has_nan,
    "inf": _has_infinity,
    "grad=0": _has_zero_gradient,
    "grad=none": _lacks_gradient,
}


def _hit(recording: Recording, step: Step) -> Hit:
    outputs = _made(recording, step)
    names = recording.names(outputs[0].id) if outputs else ()
    parts = [step.phase.value]
    if names:
        parts.append(names[0])
    if outputs:
        parts.append(str(list(outputs[0].shape)))
    if step.span is not None:
        parts.append(f"line {step.span.line}")
    return Hit(step.index, step.name, " · ".join(parts))
