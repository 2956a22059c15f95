"""What a step did, in words and numbers: the answer of ``explain_step``."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from engine.explain.rules.run import Floats
from engine.trace.ids import StepIndex, ValueId


class Verdict(Enum):
    """Whether the rule's numbers are what torch sent."""

    MATCHES = "matches"
    DIFFERS = "differs"
    SYMBOLIC_ONLY = "symbolic only"


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict, the largest difference when both numbers are there, and why they are not (one short clause)."""

    verdict: Verdict
    max_abs: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One factor or result, with a label such as ``upstream ∂L/∂h``.

    ``array`` has its numbers in double precision if they are known; ``value`` is the recorded value that it is, if any.
    """

    label: str
    shape: tuple[int, ...]
    array: Floats | None
    value: ValueId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOn:
    """What one input of the forward op got.

    ``terms`` are joined by ``symbols``, which has one entry fewer: upstream ``×`` local ``=`` sent on.
    """

    slot: int
    name: str
    value: ValueId | None
    formula: str
    terms: tuple[Term, ...]
    symbols: tuple[str, ...]
    check: Check
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contribution:
    """One gradient that arrived at a place where several are added."""

    source: str
    step: StepIndex
    value: ValueId | None
    text: str


@dataclass(frozen=True, slots=True)
class FanIn:
    """Several gradients that the engine added up before the node ran."""

    name: str
    contributions: tuple[Contribution, ...]
    total: ValueId | None
    text: str


@dataclass(frozen=True, slots=True)
class SavedNote:
    """Something that the forward op kept for its backward."""

    name: str
    value: ValueId | None
    text: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A letter for a value that has no name in the program: ``a`` stands for ``2 * x + 1``."""

    symbol: str
    meaning: str
    value: ValueId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardExplanation:
    """A forward op: ``formula`` in symbols, ``numbers`` with numbers plugged in (empty when they were not kept)."""

    step: StepIndex
    title: str
    formula: str
    numbers: str
    sentence: str
    definitions: tuple[Definition, ...]
    inputs: tuple[Term, ...]
    outputs: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackwardExplanation:
    """The run of one autograd node; ``more_inputs`` is how many inputs are left out."""

    step: StepIndex
    title: str
    node: str
    inputs: tuple[SentOn, ...]
    fan_ins: tuple[FanIn, ...]
    saved: tuple[SavedNote, ...]
    definitions: tuple[Definition, ...]
    sentence: str
    more_inputs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccumulationExplanation:
    """A gradient arrived at a leaf and was added to its ``.grad``."""

    step: StepIndex
    name: str
    value: ValueId | None
    formula: str
    terms: tuple[Term, ...]
    symbols: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    check: Check
    sentence: str


@dataclass(frozen=True, slots=True)
class Update:
    """What an optimizer did to one parameter; ``delta`` is after minus before."""

    name: str
    before: Term
    gradient: Term
    after: Term
    delta: Term
    numbers: str
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerExplanation:
    """One step of an optimizer: the rule in symbols and what it changed."""

    step: StepIndex
    title: str
    formula: str
    settings: str
    updates: tuple[Update, ...]
    sentence: str


Explanation: TypeAlias = ForwardExplanation | BackwardExplanation | AccumulationExplanation | OptimizerExplanation
