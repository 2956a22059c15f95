"""Starts, steers and stops training runs, and takes what they tell."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from engine.protocol.request import RunRequest
from engine.trace.batch import RunInfo
from engine.trace.outcome import Outcome, OutcomeKind
from engine.training.checkpoint import CheckpointError, read_head
from engine.training.commands import (
    LookAt,
    Pause,
    Play,
    SaveCheckpoint,
    SetElement,
    SetHyper,
    TakeSample,
    TrainCommand,
)
from engine.training.facts import Mark, MarkKind, Sample, ToldFact
from engine.training.options import Plane, TrainingOptions
from engine.training.plan import TrainingPlan
from gui.model.observable import Event
from gui.model.preferences import Preferences
from gui.model.training_book import RunBook
from gui.model.training_choices import LIVE
from gui.model.training_elements import ElementPlace
from gui.model.training_plan import PlanModel, without_live
from gui.model.training_run import Phase, TrainingRun
from gui.model.training_taking import take_facts

SAMPLE_EVERY = 100
REPLACED = Outcome(kind=OutcomeKind.STOPPED, message="The run was stopped, because another one began.")


class Trainer(Protocol):
    """What runs training: ``engine.session.Session``, or a fake in tests."""

    def run(self, request: RunRequest) -> None:
        """Run a program, stopping the one that runs."""
        ...

    def stop(self) -> None:
        """Stop the program that runs."""
        ...

    def steer(self, command: TrainCommand) -> None:
        """Ask something of the training that runs."""
        ...


class TrainingControl:
    """What a person does with training; the bridge calls the ``take_`` methods on the GUI thread, in order.

    Attributes:
        refused: One sentence: why what was asked cannot be done.
        changed: A run was asked for, began, paused, went on or ended.
        failed: One sentence: why a run fell over.
        saved: A checkpoint was written to a file.
    """

    def __init__(
        self,
        plan: PlanModel,
        book: RunBook,
        preferences: Preferences,
        trainer: Trainer,
        write: Callable[[TrainingPlan], str],
        plane_of: Callable[[TrainingPlan], Plane | None],
    ) -> None:
        self.refused: Event[str] = Event()
        self.changed: Event[None] = Event()
        self.failed: Event[str] = Event()
        self.saved: Event[Path] = Event()
        self._plan = plan
        self._book = book
        self._preferences = preferences
        self._trainer = trainer
        self._write = write
        self._plane_of = plane_of
        self._live: TrainingRun | None = None
        self._has_begun = False
        self._replaced = 0
        self._filename = ""
        self._waiting: list[TrainCommand] = []
        plan.changed.connect(lambda _plan: self.changed.emit(None))

    @property
    def live(self) -> TrainingRun | None:
        """The run that a worker holds."""
        return self._live

    @property
    def phase(self) -> Phase | None:
        """How the run that a worker holds stands, or else the one that is looked at; None: there is none."""
        run = self._live or self._book.current
        return run.phase if run is not None else None

    @property
    def needs_restart(self) -> bool:
        """Whether the plan differs from what runs in something that cannot be changed while it runs."""
        run = self._live
        if run is None or run.plan is None:
            return False
        live = frozenset(LIVE)
        return without_live(run.plan, live) != without_live(self._plan.plan, live)

    def toggle(self) -> None:
        """Play, or pause."""
        if self._live is not None and self._live.phase in (Phase.RUNNING, Phase.STARTING):
            self._steer(Pause())
        else:
            self.play(Play())

    def play(self, play: Play) -> None:
        """Go on as ``play`` says; without a run that goes on, one begins."""
        if self._live is None:
            self._begin(play)
        else:
            self._steer(play)

    def restart(self) -> None:
        """Begin anew with the plan as it is."""
        self._begin(Play())

    def stop(self) -> None:
        """End the run; everything that it told stays."""
        self._trainer.stop()

    def keep_next(self) -> None:
        """Keep the next iteration whole."""
        self._steer(TakeSample())

    def set_hyper(self, name: str, numbers: tuple[float, ...]) -> None:
        """Change a hyper-parameter, of the plan and of the run that goes on."""
        self._plan.set_hyper(name, numbers)
        if self._live is not None:
            self._steer(SetHyper(name=name, numbers=numbers))

    def look_at(self, place: ElementPlace | None) -> None:
        """Have one number told again and again, or none."""
        if self._live is not None:
            self._steer(LookAt(tensor="") if place is None else LookAt(tensor=place.tensor, index=place.index))

    def set_element(self, place: ElementPlace, number: float) -> None:
        """Change one number of what the run trains, before its next batch."""
        self._steer(SetElement(tensor=place.tensor, index=place.index, number=number))

    def undo_element(self) -> None:
        """Give the number back that was there before the last change."""
        if self._live is not None and self._live.elements.can_undo:
            self._steer(self._live.elements.undo())
            self.changed.emit(None)

    def redo_element(self) -> None:
        """Make the change again that was taken back last."""
        if self._live is not None and self._live.elements.can_redo:
            self._steer(self._live.elements.redo())
            self.changed.emit(None)

    def save_checkpoint(self, path: Path) -> None:
        """Have the state of the run written; its mark tells when that is done."""
        self._steer(SaveCheckpoint(path=str(path)))

    def resume(self, path: Path) -> None:
        """Begin a run that goes on from a checkpoint, with the program that it was made by."""
        try:
            program = read_head(path).program
        except CheckpointError as error:
            self.refused.emit(str(error))
            return
        run = TrainingRun(self._book.next_name(), self._book.next_hue, program, self._plan_of(program))
        run.plane = None if run.plan is None else self._plane_of(run.plan)
        self._start(run, Play(), f"{run.name}.py", resume=str(path))

    def _plan_of(self, program: str) -> TrainingPlan | None:
        """Return the plan that a program was made from, as far as that is known here; None for a typed one."""
        known = next((run.plan for run in self._book.runs if run.source == program), None)
        if known is not None:
            return known
        try:
            return self._plan.plan if self._write(self._plan.plan) == program else None
        except ValueError:
            return None

    def train_program(self, text: str, path: Path | None, title: str) -> None:
        """Train with a program that was typed."""
        filename = str(path) if path is not None else title
        self._start(TrainingRun(self._book.next_name(), self._book.next_hue, text), Play(), filename)

    def _begin(self, play: Play) -> None:
        plan = self._plan.plan
        try:
            text = self._write(plan)
        except ValueError as error:
            self.refused.emit(str(error))
            return
        run = TrainingRun(self._book.next_name(), self._book.next_hue, text, plan)
        run.plane = self._plane_of(plan)
        self._start(run, play, f"{run.name}.py")

    def _start(self, run: TrainingRun, play: Play, filename: str, resume: str = "") -> None:
        if self._live is not None:
            self._live.outcome = REPLACED
            self._advance(self._live)
            self._replaced += self._has_begun
        self._live, self._has_begun, self._filename = run, False, filename
        self._waiting.clear()
        self._book.add(run)
        options = TrainingOptions(play=play, sample_every=SAMPLE_EVERY, plane=run.plane, resume=resume)
        device = self._preferences.choices.device
        self._trainer.run(RunRequest(program=run.source, filename=filename, device=device, training=options))
        self.changed.emit(None)

    def _steer(self, command: TrainCommand) -> None:
        if self._live is None:
            self.refused.emit("Press Play first: no training is going on.")
        elif self._has_begun:
            self._trainer.steer(command)
        else:
            self._waiting.append(command)

    def take_start(self, info: RunInfo, _store: object) -> None:
        """The program of the run begins."""
        if self._live is None or info.filename != self._filename:
            self._replaced += 1  # it was on its way when another one took its place
            return
        self._has_begun = True
        self._live.begin(info)
        waiting, self._waiting = self._waiting, []
        for command in waiting:
            self._trainer.steer(command)
        self._advance(self._live)

    def take_facts(self, facts: tuple[ToldFact, ...]) -> None:
        """The run told something."""
        if self._live is None or not self._has_begun:
            return
        before = _standing(self._live)
        take_facts(self._live, facts)
        self._tell(facts)
        self._advance(self._live)
        if _standing(self._live) != before:
            self.changed.emit(None)

    def _tell(self, facts: tuple[ToldFact, ...]) -> None:
        """Say what became of what was asked, where that is not seen by itself."""
        for fact in facts:
            if isinstance(fact, Mark) and fact.kind is MarkKind.TROUBLE:
                self.refused.emit(fact.text)
            elif isinstance(fact, Mark) and fact.kind is MarkKind.CHECKPOINT:
                self.saved.emit(Path(fact.text))

    def take_sample(self, sample: Sample) -> None:
        """The whole recording of an iteration came."""
        if self._live is not None:
            self._live.keep(sample)
            self._advance(self._live)

    def take_end(self, outcome: Outcome) -> None:
        """A run ended; one that another took the place of is told of first, before that one begins."""
        if self._replaced:
            self._replaced -= 1
            return
        if self._live is None:
            return
        run, self._live = self._live, None
        run.outcome = outcome
        self._advance(run)
        self.changed.emit(None)
        if run.phase is Phase.FAILED:
            self.failed.emit(f"{run.name}: {run.end_text}")

    def _advance(self, run: TrainingRun) -> None:
        self._book.tell(run)


def _standing(run: TrainingRun) -> tuple[object, ...]:
    """Return what decides which commands a run can follow."""
    elements = run.elements
    return run.phase, bool(elements.shapes), elements.can_undo, elements.can_redo
