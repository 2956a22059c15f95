"""The host's book about one run: limits, how far stopping has come, and in the end the outcome."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from engine.protocol.messages import Dying, Ended
from engine.protocol.request import RunRequest
from engine.session.outcomes import EndFacts, StopReason, decide
from engine.session.segment import MappedSegment
from engine.trace.outcome import Outcome

SECOND_NS = 1_000_000_000
MEMORY_SLACK_BYTES = 64_000_000


class Action(Enum):
    """What is done to a worker to end its run, from mild to hard."""

    INTERRUPT = auto()
    TERMINATE = auto()
    KILL = auto()


PATIENT = ((0.0, Action.INTERRUPT), (1.0, Action.TERMINATE), (1.5, Action.KILL))
"""Seconds after the decision to stop, and what is done then."""
HURRIED = ((0.0, Action.INTERRUPT), (0.3, Action.TERMINATE), (0.5, Action.KILL))
"""The same when something else waits for the run to be over."""
AT_ONCE = ((0.0, Action.TERMINATE), (0.5, Action.KILL))
"""The same when it must not go on, e.g. because it takes all memory."""


@dataclass(slots=True, kw_only=True)
class ActiveRun:
    """One run from the moment its request is sent. Times are of ``clock``, in nanoseconds."""

    request: RunRequest
    segment: MappedSegment
    clock: Callable[[], int] = time.monotonic_ns
    idle_memory_bytes: int | None = None
    last_message: Ended | Dying | None = None
    connection_trouble: str = ""
    steps_received: int = 0
    stop_reason: StopReason | None = None
    began_ns: int = field(init=False)
    _plan: deque[tuple[int, Action]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.began_ns = self.clock()

    def stop(self, reason: StopReason, stages: tuple[tuple[float, Action], ...] = PATIENT) -> None:
        """Decide to end the run. The first reason counts; a second call can only make the plan quicker."""
        now = self.clock()
        plan = deque((now + int(after * SECOND_NS), action) for after, action in stages)
        if self.stop_reason is None:
            self.stop_reason = reason
            self._plan = plan
        elif self._plan and plan[-1][0] < self._plan[-1][0]:
            self._plan = deque(stage for stage in plan if stage[1] is not Action.INTERRUPT)

    def due_actions(self) -> list[Action]:
        """Return what is to be done now, the time limit considered; each action is returned once."""
        now = self.clock()
        limit_s = self.request.time_limit_s
        if self.stop_reason is None and limit_s is not None and now >= self.began_ns + limit_s * SECOND_NS:
            self.stop(StopReason.TIME_LIMIT)
        actions = []
        while self._plan and self._plan[0][0] <= now:
            actions.append(self._plan.popleft()[1])
        return actions

    def seconds_to_next_action(self) -> float | None:
        """Return how long nothing is to be done, or None for ever."""
        if self._plan:
            return max(self._plan[0][0] - self.clock(), 0) / SECOND_NS
        if self.stop_reason is None and self.request.time_limit_s is not None:
            end_ns = self.began_ns + int(self.request.time_limit_s * SECOND_NS)
            return max(end_ns - self.clock(), 0) / SECOND_NS
        return None

    def memory_was_exceeded(self, used_bytes: int | None) -> bool:
        """Whether the program has clearly more memory than it was allowed, given what its process has now.

        The worker's own limit comes first and ends with a better message; this one catches what gets around it.
        """
        limit_mb = self.request.memory_limit_mb
        if limit_mb is None or used_bytes is None or self.idle_memory_bytes is None:
            return False
        return used_bytes - self.idle_memory_bytes > limit_mb * 1_100_000 + MEMORY_SLACK_BYTES

    def outcome(self, exit_status: int | None, crash_report: str) -> Outcome:
        """Return how the run ended."""
        return decide(
            EndFacts(
                last_message=self.last_message,
                exit_status=exit_status,
                stop_reason=self.stop_reason,
                filename=self.request.filename,
                running_line=self.segment.running_line(),
                duration_ns=self.clock() - self.began_ns,
                time_limit_s=self.request.time_limit_s,
                memory_limit_mb=self.request.memory_limit_mb,
                crash_report=crash_report,
                connection_trouble=self.connection_trouble,
            )
        )
