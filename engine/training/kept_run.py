"""What is kept of a training run beside its event file: its name, plan, program, and how it ended. Plain JSON."""

from pathlib import Path
from typing import Annotated

import msgspec

from engine.trace.outcome import Outcome
from engine.training.facts import Hyper
from engine.training.plan import Choice, FileData, GeneratedData, PaintedData, TrainingPlan

FORMAT = "chainrule run 1"
FILE_NAME = "run.json"


class KeptRunError(ValueError):
    """A folder holds no run that can be read; the text is one sentence."""


class KeptPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A ``TrainingPlan``; of the three kinds of data one is there."""

    generated: GeneratedData | None = None
    file: FileData | None = None
    painted: PaintedData | None = None
    network: str
    loss: Choice
    optimizer: Choice
    schedule: Choice | None
    batch_size: int
    shuffle: bool
    train_share: float
    workers: int
    seed: int
    clip_norm: float | None
    precision: str
    epochs: int
    metrics: tuple[Choice, ...] = ()


class KeptRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        hue: Which of the colours for runs it has.
        began_s: When, in seconds since 1970.
        program: The text that was run.
        plan: What it was made from; None for a typed program.
        hyper: The hyper-parameters as they were last.
        loss: The smoothed loss as it was last; None: there was none, or it was no number.
        outcome: How it ended; None: nobody wrote that, as the window was gone.
    """

    format: str = FORMAT
    name: str
    hue: Annotated[int, msgspec.Meta(ge=0)]
    began_s: float
    program: str
    plan: KeptPlan | None = None
    hyper: Hyper | None = None
    loss: float | None = None
    iterations: int = 0
    torch: str = ""
    outcome: Outcome | None = None


def kept_plan(plan: TrainingPlan) -> KeptPlan:
    """Return a plan as it is kept."""
    fields = {name: getattr(plan, name) for name in KeptPlan.__struct_fields__ if hasattr(plan, name)}
    match plan.data:
        case GeneratedData():
            return KeptPlan(generated=plan.data, **fields)
        case FileData():
            return KeptPlan(file=plan.data, **fields)
        case PaintedData():
            return KeptPlan(painted=plan.data, **fields)


def plan_of(kept: KeptPlan) -> TrainingPlan:
    """Return the plan again.

    Raises:
        KeptRunError: If it says nothing of its data.
    """
    data = kept.generated or kept.file or kept.painted
    if data is None:
        raise KeptRunError("Its plan has no data.")
    names = [name for name in KeptPlan.__struct_fields__ if name not in {"generated", "file", "painted"}]
    return TrainingPlan(data=data, **{name: getattr(kept, name) for name in names})


def write_kept(folder: Path, run: KeptRun) -> None:
    """Write what is kept of a run into its folder; what was there stays whole until the new text is.

    Raises:
        OSError: If that is not possible.
    """
    part = folder / f"{FILE_NAME}.part"
    part.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1))
    part.replace(folder / FILE_NAME)


def read_kept(folder: Path) -> KeptRun:
    """Return what is kept of the run in a folder.

    Raises:
        KeptRunError: If there is none, or it cannot be read.
    """
    try:
        run = msgspec.json.decode((folder / FILE_NAME).read_bytes(), type=KeptRun)
    except OSError as error:
        raise KeptRunError(f"The run {folder.name} cannot be read: {error.strerror or error}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise KeptRunError(f"The run {folder.name} is damaged.") from error
    if run.format != FORMAT:
        raise KeptRunError(f"The run {folder.name} was kept by another version of Chainrule.")
    return run


def kept_folders(parent: Path) -> tuple[Path, ...]:
    """Return the folders of runs in a folder, the newest first.

    Raises:
        OSError: If the folder is there and cannot be read.
    """
    if not parent.is_dir():
        return ()
    found = [(path.stat().st_mtime, path.parent) for path in parent.glob(f"*/{FILE_NAME}")]
    return tuple(folder for _, folder in sorted(found, reverse=True))
