"""One thing to know about a run."""

from dataclasses import dataclass
from enum import IntEnum

from engine.trace.facts import Span
from engine.trace.ids import StepIndex, ValueId


class Severity(IntEnum):
    """How bad it is; the worst comes first."""

    ERROR = 0
    WARNING = 1
    HINT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong, or likely to be a mistake.

    Attributes:
        severity: How bad it is.
        sentence: What, as one sentence.
        detail: Why, or what to do, in a sentence or two; may be empty.
        step: The step to look at, if there is one.
        span: The place in the program.
        value: The tensor it is about.
    """

    severity: Severity
    sentence: str
    detail: str = ""
    step: StepIndex | None = None
    span: Span | None = None
    value: ValueId | None = None
