"""What the host asks a worker to run."""

from enum import StrEnum

import msgspec

from engine.training.options import TrainingOptions


class ValuePolicy(StrEnum):
    """Which tensors' numbers are kept."""

    ALL = "all"
    SMALL = "small"
    """Only tensors of at most ``SMALL_ELEMENTS`` elements, and every leaf gradient of at most that size."""
    SUMMARIES = "summaries"
    """Statistics of all tensors, and bytes of those of at most ``SUMMARY_BYTES_ELEMENTS`` elements."""
    NONE = "none"


SMALL_ELEMENTS = 4096
SUMMARY_BYTES_ELEMENTS = 16


class RunRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one program."""

    program: str
    filename: str = "program.py"
    """Shown in tracebacks; the real path for a file, so that its neighbours can be imported."""
    device: str = "cpu"
    """``cpu``, ``cuda``, ``cuda:N``, ``mps`` or ``auto``."""
    values: ValuePolicy = ValuePolicy.ALL
    budget_bytes: int = 512_000_000
    """How many bytes of numbers are kept at the most."""
    held_bytes: int = 512_000_000
    """How much memory large values may take by reference until their numbers are written, when nobody waits."""
    lingers: bool = False
    """Whether the worker stays after the program's end, for looks at values that found no room in the budget."""
    beside: str = ""
    """Path of the recording: those of further processes are written beside it; empty for a temporary folder."""
    time_limit_s: float | None = None
    memory_limit_mb: int | None = None
    """Memory that the program may take beyond what the idle worker has."""
    output_limit_bytes: int = 4_000_000
    kernels: bool = False
    """Whether the operators of ATen that each step was executed as are recorded too; the run is some times slower."""
    measures: bool = True
    """Whether memory, FLOPs and bytes moved are recorded for each step."""
    draws_on_host: bool = False
    """Whether random numbers are drawn on the CPU and moved, so that runs on two devices see the same ones."""
    step_limit: int = 200_000
    """After about this many steps recording stops and the program goes on: a step takes some 2.5 kB in the host."""
    training: TrainingOptions | None = None
    """Set for a training run: it is watched at its optimizer steps and can be steered, and only single iterations are
    recorded. None: the whole program is recorded."""
