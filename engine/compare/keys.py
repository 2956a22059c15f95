"""What a step is recognised by in another recording: where it stands in the program, then what it is."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

from engine.compare.alignment import Keys
from engine.compare.edits import NONE
from engine.compare.lines import line_map
from engine.trace.control import Decision, RegionKind
from engine.trace.facts import Span, Step
from engine.trace.recording import Recording


@dataclass(slots=True)
class _Numbers:
    """Gives equal things equal numbers, over both recordings."""

    known: dict[Hashable, int] = field(default_factory=dict)

    def of(self, thing: Hashable) -> int:
        return self.known.setdefault(thing, len(self.known))


class Recognition:
    """Keys of the steps and decisions of two recordings.

    A line of an edited program is the same as the line of the other text that it became: lines that did not change are
    anchors, and what lies between them is taken in order, so that renaming a variable keeps the place.
    """

    def __init__(self, a: Recording, b: Recording) -> None:
        self._numbers = _Numbers()
        self._sides = (_Side(a, None, self._numbers), _Side(b, line_map(a.info.program, b.info.program), self._numbers))

    def of_steps(self) -> Iterator[Keys]:
        """Yield keys from the strictest to the loosest: place and round of the loop, place, module, name.

        On a line that was edited only the line is known of the place; the round is still the same.
        """
        sides = self._sides
        for key in (_Side.exact, _Side.in_round, _Side.placed, _Side.in_module, _Side.named):
            yield self._both(sides, key)

    def exact_steps(self) -> Keys:
        """The strictest keys of the steps."""
        return self._both(self._sides, _Side.exact)

    def of_decisions(self) -> Iterator[Keys]:
        """Yield keys of the decisions: place and round of the loop, then place."""
        for key in (_Side.exact_decision, _Side.placed_decision):
            first, second = ([key(side, fact) for fact in side.recording.decisions] for side in self._sides)
            yield first, second

    def _both(self, sides: tuple["_Side", "_Side"], key: Callable[["_Side", Step], int]) -> Keys:
        first, second = ([key(side, step) for step in side.recording.steps] for side in sides)
        return first, second


class _Side:
    """One of the recordings, with its lines under the numbers of the first one's."""

    def __init__(self, recording: Recording, lines: dict[int, tuple[int, bool]] | None, numbers: _Numbers) -> None:
        self.recording = recording
        self._lines = lines
        self._numbers = numbers
        self._regions = self._region_paths()

    def exact(self, step: Step) -> int:
        return self._numbers.of((self.in_module(step), self._columns(step.span), self._region(step.region)))

    def in_round(self, step: Step) -> int:
        return self._numbers.of(("round", self.placed(step), self._region(step.region)))

    def placed(self, step: Step) -> int:
        return self._numbers.of(("placed", self.in_module(step), self._line(step.span)))

    def in_module(self, step: Step) -> int:
        path = None if step.module is None else self.recording.module_calls[step.module].path
        return self._numbers.of(("in", step.phase, step.name, path or self._leaf_name(step)))

    def named(self, step: Step) -> int:
        return self._numbers.of((step.phase, step.name))

    def exact_decision(self, decision: Decision) -> int:
        return self._numbers.of((decision.kind, self._columns(decision.span), self._region(decision.region)))

    def placed_decision(self, decision: Decision) -> int:
        return self._numbers.of((decision.kind, self._line(decision.span)))

    def _leaf_name(self, step: Step) -> str | None:
        """What the leaf is called at which a backward step adds up a gradient: it has no place in the program."""
        node = None if step.grad_node is None else self.recording.grad_nodes[step.grad_node]
        if node is None or node.variable is None:
            return None
        return next(iter(self.recording.names(node.variable)), None)

    def _line(self, span: Span | None) -> Hashable:
        if span is None:
            return None
        if self._lines is None or span.file != 0:
            return (span.file, span.line)
        number, _is_same = self._lines.get(span.line, (-span.line, False))
        return (0, number)

    def _columns(self, span: Span | None) -> Hashable:
        """The place with columns; on a line that was edited the columns say nothing."""
        if span is None:
            return None
        if self._lines is None or span.file != 0:
            return (span.file, span.line, span.column, span.end_column)
        number, is_same = self._lines.get(span.line, (-span.line, False))
        return (0, number, span.column, span.end_column) if is_same else (0, number)

    def _region(self, region: int | None) -> int:
        return NONE if region is None else self._regions[region]

    def _region_paths(self) -> list[int]:
        """Number the path of each region: which round of which loop, in which function."""
        paths: list[int] = []
        for region in self.recording.regions:
            around = NONE if region.parent is None else paths[region.parent]
            round_ = region.call if region.kind is RegionKind.ITERATION else None
            paths.append(self._numbers.of(("region", around, region.kind, self._line(region.span), round_)))
        return paths
