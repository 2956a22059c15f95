"""What a proof found, as lines for a person and as JSON for programs."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.protocol.proof import Check, Finding, Verdict
from engine.trace.recording import Recording

FORMAT = "chainrule-proof"
VERSION = 1
_SHOWN_STEPS = 3

TITLES = {
    Check.STRUCTURE: "facts agree with each other",
    Check.MEMORY: "tensors hold what was last written",
    Check.REPLAY: "calls give the recorded results bit for bit",
    Check.ARRIVAL: "gradients arrive as the sum of what was sent",
    Check.DERIVATIVE: "gradients are torch's own derivative",
    Check.SLOPE: "gradients are the slopes of finite differences",
    Check.DEPENDENCE: "inputs matter to results",
    Check.UPDATE: "optimizer steps give the recorded parameters",
}
"""What is proven by each check, in the order of a report."""


@dataclass(slots=True)
class ProofReport:
    """The findings of one proof, added up as they come.

    Attributes:
        failures: In the order in which they were found.
        proven: How often each check held.
        unchecked: For each check and reason, the steps (None: the whole recording).
    """

    recording: Recording
    failures: list[Finding] = field(default_factory=list)
    proven: Counter[Check] = field(default_factory=Counter)
    unchecked: defaultdict[tuple[Check, str], list[int | None]] = field(default_factory=lambda: defaultdict(list))
    done: int = 0
    total: int = 0

    def add(self, findings: Iterable[Finding]) -> None:
        """Take findings in."""
        for finding in findings:
            match finding.verdict:
                case Verdict.PROVEN:
                    self.proven[finding.check] += 1
                case Verdict.FAILED:
                    self.failures.append(finding)
                case Verdict.NOT_CHECKED:
                    self.unchecked[finding.check, finding.text].append(finding.step)

    @property
    def headline(self) -> str:
        """The result as one sentence."""
        proven = sum(self.proven.values())
        left = sum(map(len, self.unchecked.values()))
        beside = f" {left:,} could not be made." if left else ""
        if self.failures:
            count = len(self.failures)
            return f"{count:,} {'check' if count == 1 else 'checks'} failed, {proven:,} hold.{beside}"
        return f"All {proven:,} checks hold.{beside}"


def failure_text(recording: Recording, finding: Finding) -> str:
    """Return one finding as a line: ``FAILED  step 12  mul  line 3: it gives 6 where 5 is recorded``."""
    return (
        f"{finding.verdict.value.upper()}  {finding.check.value}  {step_text(recording, finding.step)}: {finding.text}"
    )


def step_text(recording: Recording, step: int | None, first: int = 0) -> str:
    """Return the step as ``step 12  mul  line 3``, counted from ``first``."""
    if step is None or step >= len(recording.steps):
        return "the recording"
    fact = recording.steps[step]
    place = ""
    if fact.span is not None:
        file = "" if fact.span.file == 0 else f"{recording.files[fact.span.file]} "
        place = f"  {file}line {fact.span.line}"
    return f"step {step + first:,}  {fact.name}{place}"


def summary_lines(report: ProofReport, *, is_whole: bool = True) -> list[str]:
    """Return what was proven, what was not checked and why, and the result if the proof came to its end."""
    lines = []
    for check, title in TITLES.items():
        if report.proven[check]:
            lines.append(f"proven       {report.proven[check]:>9,}  {title}")
    for (check, reason), steps in sorted(report.unchecked.items(), key=lambda item: -len(item[1])):
        shown = ", ".join(str(step) for step in steps[:_SHOWN_STEPS] if step is not None)
        more = ", …" if len(steps) > _SHOWN_STEPS else ""
        lines.append(f"not checked  {len(steps):>9,}  {check.value}: {reason} (step {shown}{more})")
    return [*lines, report.headline] if is_whole else lines


def proof_json(report: ProofReport, trouble: str) -> dict[str, Any]:
    """Return the report for programs (format ``chainrule-proof``, version 1).

    Args:
        report: The findings.
        trouble: What kept the proof from its end, empty when nothing did.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "holds": not report.failures and not trouble,
        "trouble": trouble,
        "failures": [
            {"check": finding.check.value, "step": finding.step, "text": finding.text} for finding in report.failures
        ],
        "proven": {check.value: report.proven[check] for check in TITLES},
        "not_checked": [
            {"check": check.value, "reason": reason, "steps": steps}
            for (check, reason), steps in report.unchecked.items()
        ],
    }
