"""How a run ended, decided from what the host knows, as one sentence that a person understands."""

import re
import signal
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

import msgspec

from engine.protocol.messages import Dying, Ended, EndKind
from engine.trace.numbers import bytes_text, duration_text
from engine.trace.outcome import Outcome, OutcomeKind

ASKED_FOR = re.compile(r"you tried to allocate (\d+) bytes")
SIGNAL_SENTENCES = {
    "SIGSEGV": "The program crashed with a segmentation fault",
    "SIGBUS": "The program crashed with a bus error",
    "SIGABRT": "The program was aborted by code outside Python",
    "SIGFPE": "The program crashed with an arithmetic error of the processor",
    "SIGILL": "The program crashed with an illegal instruction of the processor",
}


class StopReason(Enum):
    """Why the host ended a run."""

    PERSON = auto()
    """Stop was pressed, or a new run or the end of the program took its place."""
    TIME_LIMIT = auto()
    MEMORY_LIMIT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndFacts:
    """The facts from which the outcome follows.

    ``exit_status`` is as ``subprocess`` counts it (negative: a signal), None while the process lives; ``crash_report``
    is what Python's fault handler wrote.
    """

    last_message: Ended | Dying | None
    exit_status: int | None
    stop_reason: StopReason | None
    filename: str
    running_line: int | None
    duration_ns: int
    time_limit_s: float | None = None
    memory_limit_mb: int | None = None
    crash_report: str = ""
    connection_trouble: str = ""


def decide(facts: EndFacts) -> Outcome:
    """Return how the run ended: the worker's own word first, then the host's reason, then the exit status."""
    match facts.last_message:
        case Ended() as ended:
            return _from_message(ended, facts)
        case Dying() as dying if facts.stop_reason is None:
            return _died(facts, dying)
        case _ if facts.stop_reason is not None:
            return _stopped(facts, facts.stop_reason, facts.running_line)
        case _:
            return _died(facts, None)


def _from_message(ended: Ended, facts: EndFacts) -> Outcome:
    match ended.kind:
        case EndKind.FINISHED:
            message = f"Finished in {duration_text(ended.duration_ns)}{_leftovers(ended)}."
            return Outcome(kind=OutcomeKind.FINISHED, message=message, detail=ended.detail)
        case EndKind.FAILED:
            return _failed(ended)
        case EndKind.REFUSED:
            return Outcome(kind=OutcomeKind.FAILED, message=ended.error_text, error_type="NoSuchDeviceError")
        case EndKind.EXITED:
            return Outcome(
                kind=OutcomeKind.EXITED,
                message=f"The program called {ended.exit_call}{_leftovers(ended)}.",
                line=ended.line,
                span=ended.span,
                exit_code=ended.exit_code,
                detail=ended.detail,
            )
        case EndKind.INTERRUPTED:
            reason = facts.stop_reason or StopReason.PERSON
            outcome = _stopped(facts, reason, ended.line)
            return msgspec.structs.replace(outcome, span=ended.span, detail=ended.detail)
        case EndKind.OUT_OF_MEMORY:
            outcome = _stopped(facts, StopReason.MEMORY_LIMIT, ended.line)
            return msgspec.structs.replace(outcome, span=ended.span, detail=ended.detail, error_type=ended.error_type)
        case _:
            assert_never(ended.kind)


def _failed(ended: Ended) -> Outcome:
    text = _first_sentence(ended)
    what = f"{ended.error_type}: {text}" if text else ended.error_type
    where = f"Line {ended.line}: " if ended.line is not None else ""
    elsewhere = f" ({ended.elsewhere})" if ended.elsewhere else ""
    return Outcome(
        kind=OutcomeKind.FAILED,
        message=f"{where}{what}".rstrip(".") + f"{elsewhere}.",
        line=ended.line,
        span=ended.span,
        error_type=ended.error_type,
        detail=ended.detail,
    )


def _first_sentence(ended: Ended) -> str:
    """Return the message of the error up to its first line break; torch's own words for "no memory" made readable."""
    asked = ASKED_FOR.search(ended.error_text)
    if asked is not None:
        return f"the program asked for {bytes_text(int(asked.group(1)))} of memory at once, more than there is"
    return next((line.strip() for line in ended.error_text.splitlines() if line.strip()), "")


def _leftovers(ended: Ended) -> str:
    parts = []
    if ended.leftover_threads:
        parts.append("a thread" if ended.leftover_threads == 1 else f"{ended.leftover_threads} threads")
    if ended.leftover_processes:
        parts.append("a process")
    return f" ({' and '.join(parts)} that it left running was ended)" if parts else ""


def _stopped(facts: EndFacts, reason: StopReason, line: int | None) -> Outcome:
    match reason:
        case StopReason.PERSON:
            kind = OutcomeKind.STOPPED
            message = f"The run was stopped after {duration_text(facts.duration_ns)}."
        case StopReason.TIME_LIMIT:
            kind = OutcomeKind.TIMED_OUT
            message = f"The run was stopped after {facts.time_limit_s:g} s (time limit)."
        case StopReason.MEMORY_LIMIT:
            kind = OutcomeKind.OUT_OF_MEMORY
            allowed = f"the {facts.memory_limit_mb} MB of memory it was allowed"
            message = f"The program used more than {allowed}{f' (line {line})' if line is not None else ''}."
        case _:
            assert_never(reason)
    return Outcome(kind=kind, message=message, line=line)


def _died(facts: EndFacts, dying: Dying | None) -> Outcome:
    line = _crash_line(facts, dying)
    status = facts.exit_status
    if facts.connection_trouble or not status:
        reason = facts.connection_trouble or "it closed the connection"
        message = f"The connection to the program was lost ({reason}), so how it ended is not known."
        return Outcome(kind=OutcomeKind.CRASHED, message=message, line=line, exit_code=status)
    if status > 0:
        message = f"The program ended itself with exit code {status}{_place(line)}."
        return Outcome(kind=OutcomeKind.EXITED, message=message, line=line, exit_code=status)
    name = _signal_name(-status)
    sentence = SIGNAL_SENTENCES.get(name, f"The program was killed by {name}")
    if name == "SIGKILL" and dying is None:
        sentence = "The program was killed by the system (SIGKILL), perhaps because memory ran out"
    return Outcome(
        kind=OutcomeKind.CRASHED,
        message=f"{sentence}{_place(line)}.",
        line=line,
        error_type=name,
        detail=facts.crash_report,
        exit_code=status,
    )


def _place(line: int | None) -> str:
    return f" (line {line} was running)" if line is not None else ""


def _crash_line(facts: EndFacts, dying: Dying | None) -> int | None:
    """Return the line that ran: as the worker said it, else as the fault handler wrote it, else the statement's."""
    if dying is not None and dying.line is not None:
        return dying.line
    pattern = rf'^  File "{re.escape(facts.filename)}", line (\d+) in '
    current = facts.crash_report.partition("Current thread")[2]
    found = re.search(pattern, current.partition("\n\n")[0], re.MULTILINE)
    return int(found.group(1)) if found else facts.running_line


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
