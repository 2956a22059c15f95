"""Every ending as the sentence that a person reads."""

import dataclasses
import signal

import pytest

from engine.protocol.messages import Dying, Ended, EndKind
from engine.session.outcomes import EndFacts, StopReason, decide
from engine.trace.facts import Span
from engine.trace.outcome import OutcomeKind

NOTHING = EndFacts(
    last_message=None,
    exit_status=None,
    stop_reason=None,
    filename="program.py",
    running_line=7,
    duration_ns=2_400_000_000,
    time_limit_s=10,
    memory_limit_mb=500,
)
REPORT = """Fatal Python error: Segmentation fault

Current thread 0x00007f (most recent call first):
  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
  File "program.py", line 12 in f
  File "program.py", line 20 in <module>

Extension modules: numpy (total: 1)
"""


def told(ended: Ended | Dying, **more):
    return decide(dataclasses.replace(NOTHING, last_message=ended, **more))


def found(**more):
    return decide(dataclasses.replace(NOTHING, **more))


@pytest.mark.parametrize(
    ("outcome", "kind", "message"),
    [
        (told(Ended(kind=EndKind.FINISHED, duration_ns=3_100_000)), OutcomeKind.FINISHED, "Finished in 3.1 ms."),
        (
            told(Ended(kind=EndKind.FINISHED, duration_ns=3_100_000, leftover_threads=2, leftover_processes=1)),
            OutcomeKind.FINISHED,
            "Finished in 3.1 ms (2 threads and a process that it left running was ended).",
        ),
        (
            told(
                Ended(
                    kind=EndKind.FAILED,
                    error_type="RuntimeError",
                    error_text="mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)",
                    line=3,
                )
            ),
            OutcomeKind.FAILED,
            "Line 3: RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5).",
        ),
        (
            told(Ended(kind=EndKind.FAILED, error_type="AssertionError", line=4)),
            OutcomeKind.FAILED,
            "Line 4: AssertionError.",
        ),
        (
            told(Ended(kind=EndKind.FAILED, error_type="ValueError", error_text="\nfirst\nsecond", line=1)),
            OutcomeKind.FAILED,
            "Line 1: ValueError: first.",
        ),
        (
            told(
                Ended(
                    kind=EndKind.FAILED,
                    error_type="RuntimeError",
                    error_text="you tried to allocate 400000 bytes",
                    line=2,
                )
            ),
            OutcomeKind.FAILED,
            "Line 2: RuntimeError: the program asked for 400 kB of memory at once, more than there is.",
        ),
        (told(Ended(kind=EndKind.REFUSED, error_text="No such device.")), OutcomeKind.FAILED, "No such device."),
        (
            told(Ended(kind=EndKind.EXITED, exit_code=4, exit_call="sys.exit(4)")),
            OutcomeKind.EXITED,
            "The program called sys.exit(4).",
        ),
        (
            told(Ended(kind=EndKind.INTERRUPTED, line=2), stop_reason=StopReason.PERSON),
            OutcomeKind.STOPPED,
            "The run was stopped after 2.4 s.",
        ),
        (
            told(Ended(kind=EndKind.INTERRUPTED, line=2), stop_reason=StopReason.TIME_LIMIT),
            OutcomeKind.TIMED_OUT,
            "The run was stopped after 10 s (time limit).",
        ),
        (
            told(Ended(kind=EndKind.OUT_OF_MEMORY, line=2)),
            OutcomeKind.OUT_OF_MEMORY,
            "The program used more than the 500 MB of memory it was allowed (line 2).",
        ),
        (
            found(exit_status=143, stop_reason=StopReason.TIME_LIMIT),
            OutcomeKind.TIMED_OUT,
            "The run was stopped after 10 s (time limit).",
        ),
        (
            found(exit_status=-9, stop_reason=StopReason.MEMORY_LIMIT),
            OutcomeKind.OUT_OF_MEMORY,
            "The program used more than the 500 MB of memory it was allowed (line 7).",
        ),
        (
            found(exit_status=-signal.SIGSEGV),
            OutcomeKind.CRASHED,
            "The program crashed with a segmentation fault (line 7 was running).",
        ),
        (
            found(exit_status=-signal.SIGSEGV, crash_report=REPORT),
            OutcomeKind.CRASHED,
            "The program crashed with a segmentation fault (line 12 was running).",
        ),
        (
            found(exit_status=-9),
            OutcomeKind.CRASHED,
            "The program was killed by the system (SIGKILL), perhaps because memory ran out (line 7 was running).",
        ),
        (
            told(Dying(call="os.kill", line=5), exit_status=-9),
            OutcomeKind.CRASHED,
            "The program was killed by SIGKILL (line 5 was running).",
        ),
        (found(exit_status=-64), OutcomeKind.CRASHED, "The program was killed by SIGRTMAX (line 7 was running)."),
        (
            found(exit_status=3, running_line=None),
            OutcomeKind.EXITED,
            "The program ended itself with exit code 3.",
        ),
        (
            found(exit_status=0),
            OutcomeKind.CRASHED,
            "The connection to the program was lost (it closed the connection), so how it ended is not known.",
        ),
        (
            found(connection_trouble="what it sent was damaged"),
            OutcomeKind.CRASHED,
            "The connection to the program was lost (what it sent was damaged), so how it ended is not known.",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_sentences(outcome, kind, message):
    assert (outcome.kind, str(outcome)) == (kind, message)


def test_place_and_detail_are_kept():
    span = Span(0, 3, 4, 3, 9)
    outcome = told(Ended(kind=EndKind.FAILED, error_type="E", line=3, span=span, detail="Traceback"))
    assert (outcome.line, outcome.span, outcome.detail, outcome.error_type) == (3, span, "Traceback", "E")


def test_a_fault_report_of_another_thread_does_not_name_the_line():
    report = 'Thread 0x1 (most recent call first):\n  File "program.py", line 99 in g\n\n' + REPORT.split("\n", 2)[2]
    assert found(exit_status=-11, crash_report=report).line == 12


def test_the_workers_word_counts_more_than_the_hosts_reason():
    outcome = told(Ended(kind=EndKind.FINISHED, duration_ns=1000), stop_reason=StopReason.PERSON)
    assert outcome.kind is OutcomeKind.FINISHED
