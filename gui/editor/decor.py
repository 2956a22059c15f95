"""All that is painted around the text, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.trace.facts import Span
from gui.editor.marks import NO_MARKS, Marks


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
    def hint(self) -> str:
        """What stands below the text: what the underline means; empty when there is nothing to say."""
        return f"↑ {self.marks.hint}" if self.marks.hint else ""

    @property
    def error(self) -> str:
        """The error as one sentence with its line; empty when there is none."""
        if self.fault is None:
            return ""
        place = f"Line {self.fault.span.line}: "
        return place + self.fault.message.removeprefix(place)


NO_DECOR = Decor()
