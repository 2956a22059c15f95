"""What a proof of a recording says: the messages of the process that verifies one."""

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

TEXT_LIMIT = 2_000

Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=TEXT_LIMIT)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]


class Check(StrEnum):
    """What is looked at; the value is what a person reads."""

    STRUCTURE = "structure"
    """The facts agree with each other: nothing is missing, invented, or used before it was made."""
    MEMORY = "memory"
    """A tensor holds what was last written into its memory."""
    REPLAY = "replay"
    """The call, made again on the recorded inputs, gives the recorded outputs bit for bit."""
    DEPENDENCE = "dependence"
    """An input matters: another number there gives another result."""
    DERIVATIVE = "derivative"
    """The gradients that a step sent on are those that torch computes again from the recorded ones that came in."""
    SLOPE = "slope"
    """They are the slopes that finite differences in double precision give."""
    ARRIVAL = "arrival"
    """The gradient that arrived is the sum of those that were sent."""
    UPDATE = "update"
    """The optimizer, run again, gives the recorded parameters."""


class Verdict(StrEnum):
    """What came of one check."""

    PROVEN = "proven"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


class Finding(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one check of one step (or of the whole recording: ``step`` None) came to.

    ``text`` is what was found (failed) or why nothing could be (not checked), without a full stop; empty when proven.
    """

    check: Check
    verdict: Verdict
    step: Count | None
    text: Text = ""


class Depth(StrEnum):
    """How much is checked."""

    QUICK = "quick"
    """Structure, memory and replay."""
    FULL = "full"
    """All of it."""


class ProofRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be verified: every step, or an even sample of ``sample`` steps."""

    path: str
    depth: Depth = Depth.FULL
    sample: Count | None = None
    memory_limit_mb: Count | None = None


class Found(msgspec.Struct, frozen=True, tag=True):
    """Some findings more, and how far it has come: ``done`` of ``total`` pieces of work."""

    findings: tuple[Finding, ...]
    done: Count
    total: Count


class Proved(msgspec.Struct, frozen=True, tag=True):
    """Everything was looked at."""


class Unreadable(msgspec.Struct, frozen=True, tag=True):
    """The recording could not be read; ``text`` is one whole sentence."""

    text: Text


ProofMessage: TypeAlias = Found | Proved | Unreadable
