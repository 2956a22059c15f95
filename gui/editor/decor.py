"""All that is painted around the text, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from engine.trace.facts import Span
from gui.editor.marks import NO_MARKS, Marks


class NoteKind(Enum):
    """What a note below the text says."""

    HINT = "hint"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Fault:
    """An error at a place of the program, as one sentence."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Decor:
    """Arrows, underline, values at line ends, errors and lit sub-expressions."""

    marks: Marks = NO_MARKS
    values: Mapping[int, str] = field(default_factory=dict)
    fault: Fault | None = None
    selected: Span | None = None
    hovered: Span | None = None

    @property
    def note(self) -> tuple[NoteKind, str] | None:
        """What stands below the text, if anything."""
        if self.fault is not None:
            place = f"Line {self.fault.span.line}: "
            return NoteKind.ERROR, place + self.fault.message.removeprefix(place)
        return (NoteKind.HINT, f"↑ {self.marks.hint}") if self.marks.hint else None


NO_DECOR = Decor()
