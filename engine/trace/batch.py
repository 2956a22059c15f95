"""A batch of facts: the unit that crosses the pipe, is appended to a file, and extends a recording."""

from collections.abc import Sequence
from pathlib import PurePath

import msgspec

from engine.trace.control import Decision, Region
from engine.trace.execution import Kernel, RandomState, StepCost
from engine.trace.facts import (
    BackwardCall,
    Data,
    FailedCall,
    GradChange,
    GradEdge,
    GradLink,
    GradNode,
    Histogram,
    Metric,
    ModuleCall,
    Name,
    Output,
    RecordingStop,
    ReturnedGradient,
    Statistics,
    Step,
    Value,
)


class Batch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Facts in the order in which they came.

    A batch may refer to facts of earlier batches and of its own, never to later ones, except that ``Name``, ``Data``,
    ``Statistics``, ``Histogram`` and ``GradChange`` may describe any value already known, and ``StepCost``, ``Kernel``
    and ``RandomState`` any step. A later ``Data``, ``Statistics``, ``Histogram`` or ``StepCost`` replaces the earlier.
    Step indices and ids continue without gaps.
    """

    steps: tuple[Step, ...] = ()
    values: tuple[Value, ...] = ()
    names: tuple[Name, ...] = ()
    data: tuple[Data, ...] = ()
    statistics: tuple[Statistics, ...] = ()
    grad_changes: tuple[GradChange, ...] = ()
    grad_nodes: tuple[GradNode, ...] = ()
    grad_edges: tuple[GradEdge, ...] = ()
    backward_calls: tuple[BackwardCall, ...] = ()
    module_calls: tuple[ModuleCall, ...] = ()
    metrics: tuple[Metric, ...] = ()
    outputs: tuple[Output, ...] = ()
    failures: tuple[FailedCall, ...] = ()
    files: tuple[str, ...] = ()
    """Further source files (index 1 on), as paths shown to the person."""
    grad_links: tuple[GradLink, ...] = ()
    stops: tuple[RecordingStop, ...] = ()
    regions: tuple[Region, ...] = ()
    decisions: tuple[Decision, ...] = ()
    costs: tuple[StepCost, ...] = ()
    kernels: tuple[Kernel, ...] = ()
    random_states: tuple[RandomState, ...] = ()
    histograms: tuple[Histogram, ...] = ()
    returned_gradients: tuple[ReturnedGradient, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the batch says nothing."""
        return not any(getattr(self, field) for field in self.__struct_fields__)


def joined(parts: Sequence[Batch]) -> Batch:
    """Return one batch with the facts of several, in their order."""
    if len(parts) == 1:
        return parts[0]
    fields = Batch.__struct_fields__
    return Batch(**{field: tuple(fact for part in parts for fact in getattr(part, field)) for field in fields})


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is known before the first step: the program and where it runs."""

    program: str
    """The text that was run."""
    filename: str = "program.py"
    device: str = "cpu"
    torch_version: str = ""
    python_version: str = ""
    started_at: str = ""
    """ISO 8601, UTC."""
    threads: int = 0
    """Threads that torch may use for one operation, 0 when unknown: sums depend on it in their last bits."""
    is_part: bool = False
    """Whether only a part of a program was recorded, so that tensors may come from before it."""

    @property
    def title(self) -> str:
        """The name of the file, without where it lies: what is shown to others."""
        return PurePath(self.filename).name or self.filename
