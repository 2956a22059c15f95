"""What a page of the inspector consists of: plain data, drawn by ``block_view``."""

from dataclasses import dataclass, field
from typing import TypeAlias

from engine.explain.explanation import Term
from engine.trace.facts import Histogram, Span
from engine.trace.ids import StepIndex, ValueId
from engine.trace.tensors import Array


@dataclass(frozen=True, slots=True)
class ToStep:
    """A link that moves the playhead."""

    step: StepIndex


@dataclass(frozen=True, slots=True)
class ToValue:
    """A link that selects a value."""

    value: ValueId


@dataclass(frozen=True, slots=True)
class ToElement:
    """A link that picks one element of a value, counted in reading order."""

    value: ValueId
    element: int


Link: TypeAlias = ToStep | ToValue | ToElement


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, maybe a link, maybe in mono."""

    text: str
    link: Link | None = None
    is_mono: bool = False
    is_muted: bool = False


Text: TypeAlias = tuple[Piece, ...]


def plain(text: str) -> Text:
    """Return a text without links."""
    return (Piece(text),)


@dataclass(frozen=True, slots=True)
class Summary:
    """The one line about a tensor."""

    text: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """All elements of a tensor, as cells or as a heatmap with slices."""

    array: Array


@dataclass(frozen=True, slots=True)
class Heading:
    """A bold line with a muted note."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A histogram of a tensor: of its numbers, or as it was recorded where those are not there."""

    source: Array | Histogram


@dataclass(frozen=True, slots=True)
class Row:
    """A property: label and text."""

    label: str
    text: Text


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text that wraps."""

    text: Text
    is_muted: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula or a line of numbers, in mono."""

    text: str


@dataclass(frozen=True, slots=True)
class EquationLine:
    """Terms joined by symbols.

    Where ``pick_for`` is a value a click on a cell picks that element of it; ``picked`` is the element picked.
    """

    terms: tuple[Term, ...]
    symbols: tuple[str, ...]
    pick_for: ValueId | None = None
    picked: int | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of the program with one stretch marked; ``first_line`` counts from 1."""

    lines: tuple[str, ...]
    first_line: int
    mark: Span


@dataclass(frozen=True, slots=True)
class Rule:
    """A hairline between groups."""

    kind: str = field(default="rule")


Block: TypeAlias = Summary | Numbers | Heading | Distribution | Row | Paragraph | Formula | EquationLine | Code | Rule
