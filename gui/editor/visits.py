"""From a place in the program to the steps that happened there."""

from bisect import bisect_left, bisect_right
from collections import defaultdict

from engine.trace.facts import Phase, Span
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.editor.marks import line_of


class Visits:
    """Steps by line and by sub-expression of one recording, found when they are asked for."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._seen = 0
        self._last_line: int | None = None
        self._by_line: defaultdict[int, list[StepIndex]] = defaultdict(list)
        self._by_span: defaultdict[Span, list[StepIndex]] = defaultdict(list)
        self._spans_on: defaultdict[int, set[Span]] = defaultdict(set)

    def _extend(self) -> None:
        """Take over the steps that the recording has by now."""
        for step in self._recording.steps[self._seen :]:
            line = line_of(self._recording, step)
            if line is not None and line != self._last_line:
                self._by_line[line].append(step.index)
            self._last_line = line
            if step.span is not None and step.span.file == 0 and step.phase is not Phase.BACKWARD:
                self._by_span[step.span].append(step.index)
                for number in range(step.span.line, step.span.end_line + 1):
                    self._spans_on[number].add(step.span)
        self._seen = len(self._recording)

    def of_line(self, line: int, current: int) -> StepIndex | None:
        """Return the first step of a line; from one of its visits the next one, and after the last the first again."""
        self._extend()
        visits = self._by_line.get(line)
        if not visits:
            return None
        position = bisect_left(visits, current)
        is_there = position < len(visits) and visits[position] == current
        return visits[(position + 1) % len(visits)] if is_there else visits[0]

    def at(self, line: int, column: int, current: int) -> StepIndex | None:
        """Return the step of the smallest sub-expression around a place: its latest run up to the playhead."""
        self._extend()
        inside = [span for span in self._spans_on.get(line, ()) if _contains(span, line, column)]
        if not inside:
            return None
        runs = self._by_span[min(inside, key=_size)]
        position = bisect_right(runs, current)
        return runs[max(0, position - 1)]


def _contains(span: Span, line: int, column: int) -> bool:
    return (span.line, span.column) <= (line, column) < (span.end_line, span.end_column)


def _size(span: Span) -> tuple[int, int]:
    return (span.end_line - span.line, span.end_column - span.column)
