"""Where the next and previous places of interest are: over, into and out of modules, the start of backward."""

from engine.trace.facts import ModuleCall, Phase
from engine.trace.ids import ModuleCallId, StepIndex
from engine.trace.recording import Recording
from gui.model.playhead import BEFORE_FIRST


def step_over(recording: Recording, current: StepIndex) -> StepIndex:
    """Return the step at which the module (or, at backward, its mirror) that the next step enters is done.

    Outside of modules this is the next step.
    """
    count = len(recording)
    target = current + 1
    if target >= count:
        return StepIndex(count - 1)
    entered = _entered(recording, current, target)
    if entered is None:
        return StepIndex(target)
    while target + 1 < count and _is_inside(recording, target + 1, entered):
        target += 1
    return StepIndex(target)


def step_back_over(recording: Recording, current: StepIndex) -> StepIndex:
    """Return the step before the whole module that the current step closed; outside of modules the previous step."""
    if current <= 0:
        return BEFORE_FIRST
    left = _entered(recording, StepIndex(current + 1), current)
    target = current - 1
    if left is None:
        return StepIndex(target)
    while target >= 0 and _is_inside(recording, target, left):
        target -= 1
    return StepIndex(target)


def step_into(recording: Recording, current: StepIndex) -> StepIndex:
    """Return the next step, whatever module it lies in."""
    return StepIndex(min(current + 1, len(recording) - 1))


def step_out(recording: Recording, current: StepIndex) -> StepIndex:
    """Return the first step after the module in which the playhead stands; the last step at top level."""
    last = StepIndex(len(recording) - 1)
    if current < 0 or current > last:
        return last
    module = recording.steps[current].module
    if module is None:
        return last
    target = current + 1
    while target <= last and _is_inside(recording, target, module):
        target += 1
    return StepIndex(min(target, last))


def backward_start(recording: Recording, current: StepIndex) -> StepIndex | None:
    """Return the step just before the next backward call after ``current``, from the top when there is none behind."""
    starts = [
        StepIndex(call.first_step - 1) for call in recording.backward_calls if _has_run(recording, call.first_step)
    ]
    if not starts:
        return None
    return next((start for start in starts if start > current), starts[0])


def _has_run(recording: Recording, step: StepIndex) -> bool:
    return step < len(recording) and recording.steps[step].phase is Phase.BACKWARD


def _entered(recording: Recording, outside: StepIndex, inside: int) -> ModuleCallId | None:
    """The outermost module call that holds step ``inside`` and not step ``outside``."""
    inner = _ancestors(recording, StepIndex(inside))
    outer = set(_ancestors(recording, outside)) if 0 <= outside < len(recording) else set()
    entered = [call for call in inner if call not in outer]
    return entered[-1] if entered else None


def _is_inside(recording: Recording, step: int, module: ModuleCallId) -> bool:
    return module in _ancestors(recording, StepIndex(step))


def _ancestors(recording: Recording, step: StepIndex) -> list[ModuleCallId]:
    """Module calls that hold a step, the innermost first."""
    calls: list[ModuleCallId] = []
    current = recording.steps[step].module
    while current is not None:
        calls.append(current)
        call: ModuleCall = recording.module_calls[current]
        current = call.parent
    return calls
