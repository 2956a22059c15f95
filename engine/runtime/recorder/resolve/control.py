"""Where the program was and which way it went, from the log to regions and decisions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from engine.program.sites import FunctionSite, HandlerSite, LoopSite
from engine.program.source import SourceMap
from engine.runtime.recorder.log import (
    CAUGHT,
    FUNCTION_ENTER,
    FUNCTION_LEAVE,
    GROUP_BEGIN,
    GROUP_END,
    LOOP_END,
    ROUND,
)
from engine.runtime.recorder.resolve.regions import GroupMark, OpenRegion, RegionBook, RegionStack
from engine.trace.control import RegionKind
from engine.trace.facts import Span


@dataclass(slots=True, eq=False)
class _Loop:
    """A loop that is running, and its last round."""

    site: LoopSite
    rounds: int
    region: OpenRegion


@dataclass(slots=True, eq=False)
class _Running:
    """One call of a function that is running, with its loops, the innermost last; no site for the program itself."""

    site: FunctionSite | None
    frame: int
    region: OpenRegion | None
    loops: list[_Loop] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Thread:
    regions: RegionStack
    running: list[_Running]
    paused: dict[int, tuple[int, list[tuple[LoopSite, int]]]] = field(default_factory=dict)
    """Call number and loops of generators and coroutines that may go on, by the address of their frames."""


class ControlResolver:
    """Follows the marks of an instrumented program.

    A function that raises leaves no mark. That it has ended is seen where the exception is caught, or from the next
    call of torch, whose code belongs to a function further out.
    """

    def __init__(self, book: RegionBook, source: SourceMap) -> None:
        self._book = book
        self._source = source
        self._threads: dict[int, _Thread] = {}
        self._functions: dict[tuple[str, str, int], FunctionSite] = {}
        self._sites: dict[int, tuple[CodeType, bool, FunctionSite | None]] = {}

    def mark(self, record: Sequence[Any], thread: int) -> None:
        """Resolve the record of a mark that says where the program is."""
        state = self._state(thread)
        match record[0]:
            case tag if tag == ROUND:
                self._round(state, record[1], record[2])
            case tag if tag == FUNCTION_ENTER:
                self._enter(state, record[1], record[2], record[3])
            case tag if tag == FUNCTION_LEAVE:
                self._leave(state, record[1], record[2])
            case tag if tag == LOOP_END:
                self._end_loop(state, record[1])
            case tag if tag == CAUGHT:
                self._catch(state, record[1], record[2])
            case tag if tag == GROUP_BEGIN:
                mark: GroupMark = record[1]
                span = self._source.span(mark.code, mark.instruction)
                mark.region = state.regions.enter(RegionKind.GROUP, mark.name, span, 0)
            case tag if tag == GROUP_END:
                if record[1].region is not None:
                    state.regions.leave(record[1].region)

    def at_call(self, code: CodeType | None, instruction: int, thread: int) -> None:
        """Drop functions and loops that have ended without a mark: this code runs, in a function further out."""
        state = self._threads.get(thread)
        if state is None or code is None or not state.running:
            return
        is_known, site = self._site_of(code)
        if not is_known:
            return
        if state.running[-1].site is not site:
            position = _last(state.running, site)
            if position is None:
                return
            self._drop(state, position + 1)
        loops = state.running[-1].loops
        span = self._source.span(code, instruction) if loops else None
        while span is not None and loops and not _is_inside(span, loops[-1].site):
            state.regions.leave(loops.pop().region)

    def _state(self, thread: int) -> _Thread:
        state = self._threads.get(thread)
        if state is None:
            state = self._threads[thread] = _Thread(self._book.stack(thread), [_Running(None, 0, None)])
        return state

    def _enter(self, state: _Thread, site: FunctionSite, frame: int, call: int) -> None:
        self._functions.setdefault((site.file, *site.code_place), site)
        region = state.regions.enter(RegionKind.FUNCTION, site.name, self._span(site), call)
        running = _Running(site, frame, region)
        state.running.append(running)
        number, loops = state.paused.pop(frame, (call, []))
        for loop, rounds in loops if number == call else ():
            inner = state.regions.enter(RegionKind.ITERATION, loop.name, self._span(loop), rounds)
            running.loops.append(_Loop(loop, rounds, inner))

    def _leave(self, state: _Thread, site: FunctionSite, frame: int) -> None:
        position = _call_of(state.running, site, frame)
        if position is None:
            return
        running = state.running[position]
        if site.pauses and running.loops and running.region is not None:
            state.paused[frame] = (running.region.call, [(loop.site, loop.rounds) for loop in running.loops])
        self._drop(state, position)

    def _round(self, state: _Thread, site: LoopSite, rounds: int) -> None:
        position = _last(state.running, site.function)
        if position is None:  # in a function that had been left: a generator that was thrown into
            return
        self._drop(state, position + 1)
        running = state.running[position]
        known = next((place for place, loop in enumerate(running.loops) if loop.site is site), None)
        if known is None:
            kept = [loop.site for loop in running.loops]
            while kept and kept[-1] is not site.outer:
                kept.pop()
                state.regions.leave(running.loops.pop().region)
            number = rounds - 1
        else:
            number = running.loops[known].rounds + rounds
            state.regions.leave(running.loops[known].region)
            del running.loops[known:]
        region = state.regions.enter(RegionKind.ITERATION, site.name, self._span(site), number)
        running.loops.append(_Loop(site, number, region))

    def _end_loop(self, state: _Thread, site: LoopSite) -> None:
        position = _last(state.running, site.function)
        for place, loop in enumerate(state.running[position].loops if position is not None else ()):
            if loop.site is site and position is not None:
                state.regions.leave(loop.region)
                del state.running[position].loops[place:]
                return

    def _catch(self, state: _Thread, site: HandlerSite, frame: int) -> None:
        position = 0 if site.function is None else _call_of(state.running, site.function, frame)
        if position is None:
            return
        self._drop(state, position + 1)
        loops = state.running[position].loops
        while loops and loops[-1].site not in site.loops:
            state.regions.leave(loops.pop().region)

    def _drop(self, state: _Thread, position: int) -> None:
        """End the calls from ``position`` on."""
        position = max(position, 1)
        if position < len(state.running):
            region = state.running[position].region
            del state.running[position:]
            if region is not None:
                state.regions.leave(region)

    def _span(self, site: FunctionSite | LoopSite) -> Span:
        return Span(self._source.index_of(site.file), *site.place)

    def _site_of(self, code: CodeType) -> tuple[bool, FunctionSite | None]:
        """Return whether a code is the program's own or that of a marked function, and which."""
        known = self._sites.get(id(code))
        if known is None or known[0] is not code:
            site = self._functions.get((code.co_filename, code.co_name, code.co_firstlineno))
            is_program = code.co_name == "<module>" and self._source.index_of(code.co_filename) == 0
            known = self._sites[id(code)] = (code, is_program or site is not None, site)
        return known[1:]


def _last(running: Sequence[_Running], site: FunctionSite | None) -> int | None:
    """Return the position of the innermost call of a function."""
    return next((place for place in range(len(running) - 1, -1, -1) if running[place].site is site), None)


def _call_of(running: Sequence[_Running], site: FunctionSite, frame: int) -> int | None:
    return next(
        (
            place
            for place in range(len(running) - 1, -1, -1)
            if running[place].site is site and running[place].frame == frame
        ),
        None,
    )


def _is_inside(span: Span, site: LoopSite) -> bool:
    """Whether a step at ``span`` may run in a loop: its body, or what it asks before each round."""
    return site.lines[0] <= span.line <= site.lines[1]
