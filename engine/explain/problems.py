"""What went wrong in a run, or is likely to be a mistake, with its cause and the place to look at."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from engine.explain.failures import failure_detail
from engine.explain.gradient_flow import exploding_gradients, vanishing_gradients
from engine.explain.health import Health, health_of
from engine.explain.missing import why_missing
from engine.explain.problem import Problem, Severity
from engine.explain.proof import line_of
from engine.explain.why import why_gradient
from engine.trace.facts import GradChange, Phase, Role, Span, Step, Value
from engine.trace.gradients import Arrived, NoGradient, gradient_state
from engine.trace.ids import StepIndex, ValueId
from engine.trace.outcome import OutcomeKind
from engine.trace.recording import Recording

MOST_PROBLEMS = 50
MOST_OF_A_KIND = 6
FEW_UNITS = 16
MANY_ZEROS = 0.9
"""Of more than ``FEW_UNITS`` units of a relu, zeros are told from this share on."""
_CLOSING = {"relu", "relu_", "relu6", "clamp", "clamp_", "clip", "hardtanh", "threshold"}
_NOT_FINITE = {"inf", "-inf", "nan"}


Check = Callable[[Recording], Iterator[Problem]]


def problems(recording: Recording) -> tuple[Problem, ...]:
    """Return everything that the checks find, the worst first, at most ``MOST_PROBLEMS``."""
    found: list[Problem] = []
    for check in CHECKS:
        for number, problem in enumerate(check(recording)):
            if number == MOST_OF_A_KIND:
                break
            found.append(problem)
    end = len(recording)
    found.sort(key=lambda problem: (problem.severity, end if problem.step is None else problem.step))
    return tuple(found[:MOST_PROBLEMS])


def _failure(recording: Recording) -> Iterator[Problem]:
    """The run did not end well."""
    outcome = recording.outcome
    if outcome.succeeded or outcome.kind in (OutcomeKind.RUNNING, OutcomeKind.STOPPED):
        return
    span = outcome.span
    if span is None and outcome.line is not None:
        span = Span(0, outcome.line, 0, outcome.line, 0)
    last = StepIndex(len(recording) - 1) if recording.steps else None
    yield Problem(
        severity=Severity.ERROR,
        sentence=outcome.message,
        detail=failure_detail(recording),
        step=last,
        span=span,
    )


def _nan_born(recording: Recording) -> Iterator[Problem]:
    """NaN comes out of a step although none went in."""
    yield from _born(recording, "NaN", lambda health: health.nans)


def _infinity_born(recording: Recording) -> Iterator[Problem]:
    """An infinite number comes out of a step although none went in."""
    yield from _born(recording, "An infinite number", lambda health: health.infinities)


def _born(recording: Recording, what: str, count: Callable[[Health], int]) -> Iterator[Problem]:
    for step in recording.steps:
        total = _total(recording, step.outputs, count)
        if not total or _total(recording, step.inputs, count) or _is_handed_in(step):
            continue
        place = f"step {step.index + 1} ({step.name}{line_of(step)})"
        entries = "entry" if total == 1 else "entries"
        yield Problem(
            severity=Severity.WARNING,
            sentence=f"{what} is born at {place}.",
            detail=f"{total:,} {entries} of its output. What is computed from it suffers too.",
            step=step.index,
            span=step.span,
            value=next((value for value in step.outputs if value is not None), None),
        )
        return


def _is_handed_in(step: Step) -> bool:
    """Whether the program asked for it, as a mask of attention does: ``masked_fill(mask, float("-inf"))``."""
    return any(argument.value is None and argument.text in _NOT_FINITE for argument in step.arguments)


def _total(recording: Recording, values: tuple[ValueId | None, ...], count: Callable[[Health], int]) -> int:
    healths = (health_of(recording, value) for value in values if value is not None)
    return sum(count(health) for health in healths if health is not None)


def _closed_units(recording: Recording) -> Iterator[Problem]:
    """A relu or the like lets nothing through for some units."""
    latest: dict[Span | None, Step] = {}
    for step in recording.steps:
        if step.phase is Phase.FORWARD and step.name in _CLOSING and step.grad_node is not None:
            latest[step.span] = step
    for step in latest.values():
        output = next((value for value in step.outputs if value is not None), None)
        health = None if output is None else health_of(recording, output)
        if output is None or health is None or not _is_telling(health):
            continue
        if step.grad_node is None or not recording.runs_of(step.grad_node):
            continue
        name = _called(recording, output, f"the {step.name} output")
        verb, whose = ("is", "its") if health.zeros == 1 else ("are", "their")
        closes = f"{step.name.rstrip('_')} blocks {whose} gradient"
        yield Problem(
            severity=Severity.HINT,
            sentence=f"{health.zeros:,} of {health.count:,} units of {name} {verb} zero: {closes}.",
            step=recording.runs_of(step.grad_node)[-1],
            span=step.span,
            value=output,
        )


def _is_telling(health: Health) -> bool:
    if not health.zeros:
        return False
    return health.count <= FEW_UNITS or health.zeros >= MANY_ZEROS * health.count


def _zero_gradients(recording: Recording) -> Iterator[Problem]:
    """The whole gradient of a leaf is zero."""
    last = StepIndex(len(recording) - 1)
    for value in _leaves(recording):
        state = gradient_state(recording, value, last)
        if not isinstance(state, Arrived):
            continue
        health = health_of(recording, state.value)
        if health is None or not health.is_zero:
            continue
        lines = why_gradient(recording, value.id, last)
        name = _called(recording, value.id, "A leaf")
        yield Problem(
            severity=Severity.WARNING if health.count > 1 else Severity.HINT,
            sentence=f"The gradient of {name} is zero{' everywhere' if health.count > 1 else ''}.",
            detail=lines[-1].text if len(lines) > 1 else "",
            step=state.step,
            span=value.span,
            value=value.id,
        )


def _missing_gradients(recording: Recording) -> Iterator[Problem]:
    """A leaf asks for a gradient and gets none."""
    calls = recording.backward_calls
    if not calls or any(call.function == "grad" for call in calls) or not recording.outcome.succeeded:
        return
    last = StepIndex(len(recording) - 1)
    for value in _leaves(recording):
        if recording.grad_changes(value.tensor) or value.version:
            continue
        if not isinstance(gradient_state(recording, value, last), NoGradient):
            continue
        name = _called(recording, value.id, "A leaf")
        lines = why_missing(recording, value, name, last)
        yield Problem(
            severity=Severity.WARNING,
            sentence=lines[0].text,
            detail=" ".join(line.text for line in lines[1:]),
            step=next((line.step for line in lines if line.step is not None), None),
            span=value.span,
            value=value.id,
        )


def _never_backward(recording: Recording) -> Iterator[Problem]:
    """Something asks for a gradient, but nothing is differentiated."""
    if recording.backward_calls or not recording.outcome.succeeded:
        return
    value = next(iter(_leaves(recording)), None)
    if value is not None and recording.consumers(value.id):
        name = _called(recording, value.id, "A leaf")
        yield Problem(
            severity=Severity.HINT,
            sentence=f"{name} asks for a gradient, but backward() is never called.",
            detail="Call backward() on a result to see the gradients.",
            span=value.span,
            value=value.id,
        )


def _piling_gradients(recording: Recording) -> Iterator[Problem]:
    """Gradients of several backward calls add up although they were used in between."""
    optimizer_steps = [step.index for step in recording.steps if step.phase is Phase.OPTIMIZER]
    for value in _leaves(recording):
        change = _second_addition(recording, recording.grad_changes(value.tensor), optimizer_steps)
        if change is None:
            continue
        name = _called(recording, value.id, "A leaf")
        used = "optimizer.zero_grad()" if optimizer_steps else f"{name}.grad = None"
        yield Problem(
            severity=Severity.WARNING if optimizer_steps else Severity.HINT,
            sentence=f"{name}.grad adds up the gradients of several backward calls.",
            detail=f"It was not set back in between. {used} before backward() does that.",
            step=change.step,
            span=value.span,
            value=value.id,
        )
        return  # one forgotten zero_grad concerns all parameters alike


def _second_addition(recording: Recording, changes: Sequence[GradChange], used: list[StepIndex]) -> GradChange | None:
    """Return where a second backward call adds to a gradient that an optimizer has used (or that none uses)."""
    first: GradChange | None = None
    for change in changes:
        health = None if change.value is None else health_of(recording, change.value)
        call = recording.steps[change.step].backward_call if 0 <= change.step < len(recording) else None
        if change.value is None or call is None or (health is not None and health.is_zero):
            first = None
        elif first is None:
            first = change
        elif recording.steps[first.step].backward_call == call or not _is_used(first.step, change.step, used):
            continue
        elif not used or _is_taken(recording, change.value):
            return change
    return None


def _is_used(first: StepIndex, second: StepIndex, used: list[StepIndex]) -> bool:
    return not used or bisect_left(used, second) > bisect_left(used, first)


def _is_taken(recording: Recording, gradient: ValueId) -> bool:
    """Whether an optimizer takes a sum; else it does no harm, as in a critic that only passes gradients on."""
    return any(recording.steps[step].phase is Phase.OPTIMIZER for step in recording.consumers(gradient))


def _leaves(recording: Recording) -> Iterator[Value]:
    """Leaves that the program made and that ask for a gradient, each tensor once."""
    seen: set[int] = set()
    for value in recording.values:
        is_made = value.role in (Role.PARAMETER, Role.INPUT, Role.CONSTANT)
        if value.is_leaf and value.requires_grad and is_made and value.tensor not in seen:
            seen.add(value.tensor)
            yield value


def _called(recording: Recording, value: ValueId, otherwise: str) -> str:
    names = recording.names(value)
    return names[0] if names else otherwise


CHECKS: tuple[Check, ...] = (
    _failure,
    _nan_born,
    _infinity_born,
    _missing_gradients,
    _zero_gradients,
    exploding_gradients,
    vanishing_gradients,
    _piling_gradients,
    _closed_units,
    _never_backward,
)
"""All checks; their number is told when nothing is found."""
