"""Every forward step again from its recorded inputs, compared bit for bit."""

from dataclasses import dataclass

from torch import Tensor

from engine.protocol.proof import Check, Finding, Verdict
from engine.runtime.proof.calls import Caller, Ran, RefusedError
from engine.runtime.proof.compare import Difference, difference
from engine.runtime.proof.literals import NotRebuildableError
from engine.runtime.proof.settings import Setting, others
from engine.runtime.proof.values import Values
from engine.trace.facts import Step
from engine.trace.ids import StepIndex, ValueId
from engine.trace.recording import Recording

_ROUNDING = "it gives the same up to rounding, but not bit for bit"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A step that was run again; ``setting`` is the one that gave the recorded bits, None where none did."""

    finding: Finding
    setting: Setting | None = None


class Replayer:
    """Runs forward steps again, and remembers in which settings they gave what is recorded."""

    def __init__(self, recording: Recording, values: Values, caller: Caller) -> None:
        self._recording = recording
        self._values = values
        self._caller = caller
        self._tensors: dict[StepIndex, Setting] = {}
        self._last: Setting | None = None

    def setting(self, step: StepIndex) -> Setting | None:
        """Return the setting in which a step was proven, None for one that was not."""
        return self._tensors.get(step)

    def check(self, step: Step) -> Finding:
        """Run one step again and say what came of it."""
        if not self._recording.info.threads:
            return self._not_checked(step, "the recording is from before calls were kept exactly")
        try:
            found = self._compared(step, self._caller.first_setting(step))
        except NotRebuildableError as error:
            return self._not_checked(step, str(error))
        except RefusedError as error:
            return Finding(Check.REPLAY, Verdict.FAILED, step.index, f"torch refuses the recorded call: {error}"[:500])
        if found is None:
            return Finding(Check.REPLAY, Verdict.PROVEN, step.index)
        if found.is_rounding:
            return self._not_checked(step, _ROUNDING)
        return Finding(Check.REPLAY, Verdict.FAILED, step.index, found.text)

    def _compared(self, step: Step, base: Setting) -> Difference | None:
        """Try settings until one gives the recorded bits; return how the closest differs."""
        refusal: RefusedError | None = None
        closest: Difference | None = None
        try:
            closest = self._tried(step, base)
            if closest is None:
                return None
        except RefusedError as error:
            refusal = error
        for setting in self._more(step, base, is_form=closest is None or closest.is_form):
            try:
                found = self._tried(step, setting)
            except (RefusedError, NotRebuildableError):
                continue
            if found is None:
                return None
            if closest is None or (found.is_rounding and not closest.is_rounding):
                closest = found
        if refusal is not None:
            raise refusal
        return closest

    def _more(self, step: Step, base: Setting, *, is_form: bool) -> list[Setting]:
        found = list(others(base, len(step.inputs), is_form=is_form))
        last = self._last
        if last is not None:  # steps of one stretch of the program ran in one setting
            near = Setting(base.grad, last.autocast, last.default_dtype, last.threads, last.as_it_lay)
            found.insert(0, near)
        return found

    def _tried(self, step: Step, setting: Setting) -> Difference | None:
        ran = self._caller.run(step, setting)
        found = self.compare(step, ran)
        if found is None:
            self._tensors[step.index] = setting
            if setting != self._caller.first_setting(step):
                self._last = setting
        return found

    def compare(self, step: Step, ran: Ran) -> Difference | None:
        """Return how what a step gave differs from what is recorded."""
        expected = self._caller.expected(step)
        missing = expected[len(ran.outputs) :]
        if len(ran.outputs) > len(expected) or any(value is not None for value in missing):
            text = f"it gives {len(ran.outputs)} tensors where {len(expected)} are recorded"
            return Difference(text, is_form=True)
        worst: Difference | None = None
        for value, output in zip(expected, ran.outputs, strict=False):
            found = None if value is None or output is None else self._one(value, output)
            if found is not None and (worst is None or worst.is_rounding):
                worst = found
        return worst

    def _one(self, value: ValueId, output: Tensor) -> Difference | None:
        return difference(output, self._values.tensor(value, as_it_lay=False))

    def _not_checked(self, step: Step, reason: str) -> Finding:
        return Finding(Check.REPLAY, Verdict.NOT_CHECKED, step.index, reason)
