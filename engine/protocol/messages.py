"""The messages between the program and its worker: two closed unions, one for each direction."""

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from engine.protocol.request import RunRequest
from engine.trace.batch import Batch, RunInfo
from engine.trace.facts import Span
from engine.trace.ids import ValueId
from engine.training.commands import TrainCommand
from engine.training.facts import Sample, ToldFact

PROTOCOL_VERSION = 1

TEXT_LIMIT = 20_000
"""Most characters of a short text in a message (names, one-sentence messages)."""
DETAIL_LIMIT = 400_000
"""Most characters of a long text in a message (tracebacks)."""

Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=TEXT_LIMIT)]
LongText: TypeAlias = Annotated[str, msgspec.Meta(max_length=DETAIL_LIMIT)]
LineNumber: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of all messages: immutable, tagged with its class name on the wire."""


class DeviceInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A device that programs may run on, or one that is missing here.

    ``key`` is what a ``RunRequest`` takes (``cpu``, ``cuda:0``, ``mps``), ``title`` what a person reads, ``reason``
    says why it is missing when it is not ``available``.
    """

    key: Text
    title: Text
    available: bool
    reason: Text = ""


class Run(Message, frozen=True, kw_only=True):
    """Host to worker: run this program and put tensor bytes into the file at ``segment_path``.

    ``segment_start`` is where in the file the bytes may begin; ``directory`` is the working directory.
    """

    request: RunRequest
    segment_path: Text
    segment_start: Count
    directory: Text


class Interrupt(Message, frozen=True, kw_only=True):
    """Host to worker: stop the program as Ctrl+C would."""


class Look(Message, frozen=True, kw_only=True):
    """Host to worker: somebody looks at these values; send what is known of their numbers before all others."""

    values: tuple[ValueId, ...]


class Steer(Message, frozen=True, kw_only=True):
    """Host to worker: what the person asks of a training run; ``sent_ns`` is ``time.monotonic_ns`` of the host."""

    command: TrainCommand
    sent_ns: int = 0


class Ready(Message, frozen=True, kw_only=True):
    """Worker to host: torch is loaded, a ``Run`` may come."""

    protocol_version: int
    python_version: Text
    torch_version: Text
    devices: tuple[DeviceInfo, ...]


class Started(Message, frozen=True, kw_only=True):
    """Worker to host: the program is about to run; the segment file is open."""

    info: RunInfo


class Facts(Message, frozen=True, kw_only=True):
    """Worker to host: what was recorded since the last one."""

    batch: Batch


class Told(Message, frozen=True, kw_only=True):
    """Worker to host: what a training run has to tell since the last one."""

    facts: tuple[ToldFact, ...]


class Sampled(Message, frozen=True, kw_only=True):
    """Worker to host: the whole recording of one iteration of a training run."""

    sample: Sample


class EndKind(StrEnum):
    """How the program ended, as the worker saw it."""

    FINISHED = "finished"
    FAILED = "failed"
    REFUSED = "refused"
    """It was not started at all, e.g. because its device is missing; ``error_text`` is the whole sentence."""
    EXITED = "exited"
    INTERRUPTED = "interrupted"
    OUT_OF_MEMORY = "out of memory"


class Ended(Message, frozen=True, kw_only=True):
    """Worker to host: the program has ended and everything recorded was sent, but for numbers that are held."""

    kind: EndKind
    duration_ns: Count = 0
    """How long it ran, without the time that a training run waited for the person."""
    error_type: Text = ""
    error_text: Text = ""
    line: LineNumber | None = None
    span: Span | None = None
    detail: LongText = ""
    exit_code: int | None = None
    exit_call: Text = ""
    """What was called to exit, e.g. ``sys.exit(4)``."""
    elsewhere: Text = ""
    """Where it failed when that was in another file of the person, e.g. ``helper.py, line 5``."""
    leftover_threads: Count = 0
    leftover_processes: Count = 0


class Dying(Message, frozen=True, kw_only=True):
    """Worker to host: the program is about to end its own process by ``call``, e.g. ``os.kill(..., SIGKILL)``."""

    call: Text
    line: LineNumber | None = None


class Settled(Message, frozen=True, kw_only=True):
    """Worker to host, after ``Ended``: all numbers that find room are sent.

    ``held`` values are left that come when somebody looks at them; with none the worker leaves.
    """

    held: Count


HostMessage: TypeAlias = Run | Interrupt | Look | Steer
WorkerMessage: TypeAlias = Ready | Started | Facts | Told | Sampled | Ended | Dying | Settled
