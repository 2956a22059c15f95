"""Where in the program's own structure things happened, and which way it went."""

from enum import StrEnum

from engine.trace.facts import Fact, Span
from engine.trace.ids import RegionId, StepIndex, ValueId


class RegionKind(StrEnum):
    """What a stretch of the program is."""

    FUNCTION = "function"
    """One call of a function of the person's own; ``call`` counts the calls of it."""
    ITERATION = "iteration"
    """One round of a loop; ``call`` counts the rounds since the loop began."""
    GROUP = "group"
    """What ran inside of ``with engine.group(name)``."""
    COMPILED = "compiled"
    """One call of a function that ``torch.compile`` or TorchScript made; its kernels are what it was compiled to."""
    RECOMPUTED = "recomputed"
    """Forward steps that checkpointing ran again during a backward pass."""


class Region(Fact, frozen=True):
    """A stretch of the program that steps lie in.

    ``name`` is what a person would call it (``train``, ``for batch in loader``); ``span`` the head that begins it;
    ``parent`` the region around it, which has a smaller id.
    """

    id: RegionId
    kind: RegionKind
    name: str
    parent: RegionId | None
    span: Span | None
    call: int


class DecisionKind(StrEnum):
    """What asked a tensor for its truth."""

    IF = "if"
    ELIF = "elif"
    WHILE = "while"
    ASSERT = "assert"
    AND = "and"
    OR = "or"
    NOT = "not"
    TERNARY = "if expression"
    FILTER = "comprehension filter"
    MATCH = "match"
    OTHER = "truth"
    """E.g. ``bool(x)``, ``any(...)``, a comparison chain."""


class Decision(Fact, frozen=True):
    """One decision of the program that depended on a tensor, made when ``step`` steps had been recorded.

    ``span`` is the condition, ``value`` the tensor that was asked, if a recorded one; ``text`` tells the condition with
    its numbers (``0.693 < 0.1``), empty when they are not known.
    """

    step: StepIndex
    kind: DecisionKind
    span: Span | None
    value: ValueId | None
    outcome: bool
    region: RegionId | None
    text: str
