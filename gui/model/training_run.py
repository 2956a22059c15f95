"""One training run as far as it has come: its curves, marks, newest pictures and kept iterations."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.trace.batch import RunInfo
from engine.trace.outcome import Outcome, OutcomeKind
from engine.training.facts import Hyper, Mark, Progress, Sample, TrainState
from engine.training.faults import fault_sentence
from engine.training.options import Plane
from engine.training.plan import TrainingPlan
from engine.training.ring import Ring
from gui.model.training_curves import CurveBook
from gui.model.training_elements import ElementBook
from gui.model.training_histograms import SpreadBook

Pixels = npt.NDArray[np.float32]

MOST_MARKS = 400
"""The oldest go first."""
RING_BYTES = 256_000_000
"""That the kept iterations of a run may take."""


class Phase(Enum):
    """How a run stands."""

    STARTING = "starting"
    """A worker loads torch, or builds the data and the network."""
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    """It came to its end, or a person stopped it."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LivePicture:
    """Numbers to look at, as they were at an iteration."""

    iteration: int
    numbers: Pixels


class TrainingRun:
    """Everything that is known of one run.

    Attributes:
        name: Two words that tell runs apart.
        hue: Which of the colours for runs it has.
        plan: What it was started with; None for a program that was typed.
        source: The program that runs.
        plane: What pictures over the plane show; None: there are none.
        no_plane: Why there are none, as the end of a sentence; empty where that is not known.
        notes: Why a picture is not told, by its name.
        is_shown: Whether its curve is drawn beside that of the chosen run.
        folder: Where it is kept on disk; None: it is not.
        began_s: When it was begun, in seconds since 1970; 0: not noted yet.
        is_loaded: Whether its curves are here; those of a kept run are loaded when it is looked at.
        is_kept: Whether it is of an earlier session: curves, marks, last pictures were kept, its iterations were not.
        kept_loss: The loss of a kept run as it was last, for as long as its curves are not here.
    """

    def __init__(self, name: str, hue: int, source: str, plan: TrainingPlan | None = None) -> None:
        self.name = name
        self.hue = hue
        self.source = source
        self.plan = plan
        self.is_shown = True
        self.folder: Path | None = None
        self.began_s = 0.0
        self.is_loaded = True
        self.is_kept = False
        self.kept_loss = float("nan")
        self.plane: Plane | None = None
        self.no_plane = ""
        self.notes: dict[str, str] = {}
        self.curves = CurveBook()
        self.marks: list[Mark] = []
        self.pictures: dict[str, LivePicture] = {}
        self.spreads = SpreadBook()
        self.elements = ElementBook()
        self.ring: Ring | None = None
        self.hyper: Hyper | None = None
        self.progress: Progress | None = None
        self.outcome: Outcome | None = None
        self.torch_version = ""

    @property
    def is_typed(self) -> bool:
        """Whether it is of a program that was typed: data, network and optimizer are its own."""
        return self.plan is None

    @property
    def phase(self) -> Phase:
        """How it stands."""
        if self.outcome is not None:
            is_fault = not (self.outcome.succeeded or self.outcome.kind is OutcomeKind.STOPPED)
            return Phase.FAILED if is_fault else Phase.ENDED
        if self.progress is None:
            return Phase.STARTING
        match self.progress.state:
            case TrainState.RUNNING:
                return Phase.RUNNING
            case TrainState.PAUSED:
                return Phase.PAUSED
            case TrainState.ENDED:
                return Phase.ENDED

    @property
    def end_text(self) -> str:
        """One sentence on how it ended; empty while it goes on."""
        if self.outcome is None:
            return ""
        is_own = self.plan is not None and self.phase is Phase.FAILED
        return fault_sentence(self.outcome) if is_own else self.outcome.message

    @property
    def is_alive(self) -> bool:
        """Whether it can still be steered."""
        return self.outcome is None

    @property
    def iteration(self) -> int:
        """The newest iteration that is known; -1 before the first."""
        loss = self.curves.get("loss")
        return int(loss.iterations[-1]) if loss is not None and len(loss) else -1

    @property
    def loss(self) -> float:
        """The smoothed loss; NaN before the first, of a kept run as it was last."""
        loss = self.curves.get("loss")
        return float(loss.smoothed[-1]) if loss is not None and len(loss) else self.kept_loss

    def picture(self, name: str) -> Pixels | None:
        """Return the newest picture of a name."""
        found = self.pictures.get(name)
        return found.numbers if found is not None else None

    def pictures_of(self, prefix: str) -> dict[str, Pixels]:
        """Return the newest pictures ``PREFIX/MEMBER`` by member, in the order in which they first came."""
        start = f"{prefix}/"
        return {
            name.removeprefix(start): picture.numbers
            for name, picture in self.pictures.items()
            if name.startswith(start)
        }

    def begin(self, info: RunInfo) -> None:
        """Its program is about to run."""
        self.torch_version = info.torch_version
        self.ring = Ring(info, RING_BYTES)

    def keep(self, sample: Sample) -> None:
        """Keep the recording of one iteration; the oldest go when there are too many."""
        if self.ring is not None:
            self.ring.add(sample)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The iterations that are kept whole, in their order."""
        return self.ring.samples if self.ring is not None else ()

    def add_mark(self, mark: Mark) -> None:
        """Put a mark on the curves."""
        self.marks.append(mark)
        del self.marks[:-MOST_MARKS]
