"""The functions, loops and named groups of the person's own code that one picture shows as groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from engine.graph.iterations import Iteration
from engine.trace.control import Region, RegionKind
from engine.trace.facts import Phase, Span
from engine.trace.ids import RegionId, StepIndex
from engine.trace.recording import Recording


class StretchKind(IntEnum):
    """What a stretch is; where two hold the same ops, the one that comes first here is shown."""

    GROUP = 0
    FUNCTION = 1
    COMPILED = 2
    RECOMPUTED = 3
    LOOP = 4
    ROUND = 5


_KINDS = {
    RegionKind.GROUP: StretchKind.GROUP,
    RegionKind.FUNCTION: StretchKind.FUNCTION,
    RegionKind.COMPILED: StretchKind.COMPILED,
    RegionKind.RECOMPUTED: StretchKind.RECOMPUTED,
    RegionKind.ITERATION: StretchKind.ROUND,
}


@dataclass(slots=True)
class Stretch:
    """A part of the program; ``parent`` is the position of the one around it, None at top level.

    ``ops`` is how many ops of the picture lie in it. ``rounds`` is how many a loop has, and which one a round is
    (from 1); a function or group that is one loop has the loop's ``rounds`` and its text as ``loop``.
    """

    kind: StretchKind
    name: str
    line: int
    parent: int | None
    ops: int = 0
    rounds: int = 0
    loop: str = ""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Those of one picture: ``found``, parents before children, and ``innermost`` for each region that has one."""

    found: list[Stretch]
    innermost: dict[RegionId, int | None]

    def of(self, region: RegionId | None) -> int | None:
        """Return the innermost stretch of what ran in ``region``."""
        return None if region is None else self.innermost.get(region)


def stretches_of(
    recording: Recording, iteration: Iteration, ops: Mapping[RegionId, int], total: int, *, loops: bool
) -> Stretches:
    """Return the stretches of one picture.

    Left out are those that reach beyond it (the rounds of the training loop, the function around it), those that hold
    the same ops as another one or all that there are, and loops of a single round.

    Args:
        recording: Where the regions are described.
        iteration: What is drawn.
        ops: How many ops lie directly in each region.
        total: How many ops the picture has.
        loops: Whether loops are shown at all.
    """
    wider = _wider_than(recording, iteration)
    maker = _Maker(recording, total, loops=loops)
    for region in sorted(_with_ancestors(recording, ops)):
        maker.add(region, is_shown=region not in wider)
    maker.count(ops)
    return maker.kept()


def _with_ancestors(recording: Recording, regions: Iterable[RegionId]) -> set[RegionId]:
    found: set[RegionId] = set()
    for region in regions:
        at: RegionId | None = region
        while at is not None and at not in found:
            found.add(at)
            at = recording.regions[at].parent
    return found


def _wider_than(recording: Recording, iteration: Iteration) -> set[RegionId]:
    """Regions in which the optimizer stepped at the end of this iteration or of the one before."""
    ends = [StepIndex(iteration.first_step - 1), iteration.last_step]
    steps = [recording.steps[at] for at in ends if 0 <= at < len(recording.steps)]
    stepped = [step.region for step in steps if step.phase is Phase.OPTIMIZER and step.region is not None]
    return _with_ancestors(recording, stepped)


class _Maker:
    def __init__(self, recording: Recording, total: int, *, loops: bool) -> None:
        self._recording = recording
        self._shows_loops = loops
        self._total = total
        self._found: list[Stretch] = []
        self._innermost: dict[RegionId, int | None] = {}
        self._loops: dict[tuple[int | None, RegionId | None, str, Span | None], tuple[int, int]] = {}

    def add(self, region: RegionId, *, is_shown: bool) -> None:
        """Take in a region whose parent has been taken in before."""
        fact = self._recording.regions[region]
        around = None if fact.parent is None else self._innermost[fact.parent]
        kind = _KINDS[fact.kind]
        if not is_shown or (kind is StretchKind.ROUND and not self._shows_loops):
            self._innermost[region] = around
            return
        if kind is StretchKind.ROUND:
            around = self._loop(fact, around)
            self._found[around].rounds += 1
        self._innermost[region] = made = self._put(kind, fact, around)
        if kind is StretchKind.ROUND:
            self._found[made].rounds = fact.call + 1

    def _put(self, kind: StretchKind, fact: Region, around: int | None) -> int:
        self._found.append(Stretch(kind, fact.name, 0 if fact.span is None else fact.span.line, around))
        return len(self._found) - 1

    def _loop(self, fact: Region, around: int | None) -> int:
        """The loop of a round: rounds count on in it, and begin anew in another run of it."""
        key = (around, fact.parent, fact.name, fact.span)
        known = self._loops.get(key)
        if known is None or fact.call <= known[1]:
            known = (self._put(StretchKind.LOOP, fact, around), fact.call)
        self._loops[key] = (known[0], fact.call)
        return known[0]

    def count(self, ops: Mapping[RegionId, int]) -> None:
        """Count the ops in every stretch."""
        for region, number in ops.items():
            inner = self._innermost[region]
            if inner is not None:
                self._found[inner].ops += number
        for stretch in reversed(self._found):
            if stretch.parent is not None:
                self._found[stretch.parent].ops += stretch.ops

    def kept(self) -> Stretches:
        """Leave out all but one of those that hold the same ops."""
        shown = self._representatives()
        place: list[int | None] = []
        kept: list[Stretch] = []
        for index, stretch in enumerate(self._found):
            around = None if stretch.parent is None else place[stretch.parent]
            if shown[index]:
                kept.append(stretch)
                stretch.parent, around = around, len(kept) - 1
            place.append(around)
        innermost = {region: None if at is None else place[at] for region, at in self._innermost.items()}
        return Stretches(kept, innermost)

    def _representatives(self) -> list[bool]:
        best: dict[int, int] = {}
        same_as: list[int] = []
        for index, stretch in enumerate(self._found):
            parent = stretch.parent
            is_same = parent is not None and self._found[parent].ops == stretch.ops
            first = same_as[parent] if is_same and parent is not None else index
            same_as.append(first)
            if index == first or stretch.kind < self._found[best[first]].kind:
                best[first] = index
        for index, stretch in enumerate(self._found):
            chosen = self._found[best[same_as[index]]]
            if stretch.kind is StretchKind.LOOP and chosen is not stretch and stretch.rounds > 1 and not chosen.loop:
                chosen.loop = stretch.name
                chosen.rounds = stretch.rounds
        chosen_ones = set(best.values())
        return [index in chosen_ones and self._says_something(stretch) for index, stretch in enumerate(self._found)]

    def _says_something(self, stretch: Stretch) -> bool:
        if stretch.kind is StretchKind.GROUP or (stretch.rounds > 1 and stretch.kind is not StretchKind.ROUND):
            return True
        return stretch.kind is not StretchKind.LOOP and stretch.ops < self._total
