"""Runs in a process that a recorded program has started: once it joins a process group, it records itself.

This module is loaded in every such process, whatever it does, so it loads nothing heavy by itself.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType, TracebackType
from typing import Any, Protocol

_MODULE = "torch.distributed.distributed_c10d"
_JOINS = "_update_default_pg"


@dataclass(frozen=True, slots=True)
class RankPlan:
    """How ranks are recorded.

    Attributes:
        beside: Path of the main recording; that of rank 1 is ``run.rank1.chainrule`` beside ``run.chainrule``.
        values: The policy for values.
        step_limit: Most steps of a rank.
    """

    beside: str
    values: str
    step_limit: int


class RankTarget:
    """What a process was started for, recorded if that process joins a group; it can be sent to a spawned process."""

    def __init__(self, target: Callable[..., Any], plan: RankPlan) -> None:
        self._target = target
        self._plan = plan

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the target takes and returns
        """Call the target."""
        module = sys.modules.get(_MODULE)
        if module is None or not hasattr(module, _JOINS):
            return self._target(*args, **kwargs)
        with _recorded_from_joining(module, self._plan):
            return self._target(*args, **kwargs)


class _RankRecording(Protocol):
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@contextmanager
def _recorded_from_joining(module: ModuleType, plan: RankPlan) -> Iterator[None]:
    original: Callable[[Any], None] = getattr(module, _JOINS)
    running: list[_RankRecording] = []

    def joins(group: Any) -> None:  # noqa: ANN401 - a process group or None
        original(group)
        if not running and hasattr(group, "rank"):
            running.append(import_module("engine.runtime.rank_recording").begin(plan, group.rank()))

    setattr(module, _JOINS, joins)
    try:
        yield
    except BaseException as error:
        # torch.multiprocessing tells the parent of an error and then leaves with an exit code.
        told = error.__context__ if isinstance(error, SystemExit) and error.__context__ is not None else error
        for recording in running:
            recording.__exit__(type(told), told, told.__traceback__)
        raise
    else:
        for recording in running:
            recording.__exit__(None, None, None)
    finally:
        setattr(module, _JOINS, original)
