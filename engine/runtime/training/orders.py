"""Follows what a person asks of a run."""

from types import FrameType
from typing import assert_never

from torch.optim import Optimizer

from engine.runtime.training.editing import HyperEditor
from engine.runtime.training.elements import ElementEditor
from engine.runtime.training.gate import Gate
from engine.runtime.training.learner import Learner
from engine.runtime.training.loading import LoaderPass
from engine.runtime.training.saving import CheckpointQueue
from engine.runtime.training.wishes import SampleWishes
from engine.training.commands import LookAt, Pause, Play, SaveCheckpoint, SetElement, SetHyper, TakeSample


class Orders:
    """Does at once what can be done anywhere in an iteration, and between two iterations what has to wait.

    Attributes:
        are_waiting: Whether ``settle`` has something to do; looked at in the hot path.
    """

    def __init__(
        self, gate: Gate, editor: HyperEditor, elements: ElementEditor, saves: CheckpointQueue, wishes: SampleWishes
    ) -> None:
        self._gate = gate
        self._editor = editor
        self._elements = elements
        self._saves = saves
        self._wishes = wishes
        self.are_waiting = False

    def obey(self, optimizer: Optimizer | None, iteration: int) -> None:
        """Take all commands that have come."""
        commands = self._gate.commands
        while commands:
            command, sent_ns = commands.popleft()
            match command:
                case Pause():
                    self._gate.close()
                case Play():
                    self._gate.open(command)
                case SetHyper():
                    self._saves.note_edit()
                    self._editor.set(command, sent_ns, optimizer, iteration)
                case SetElement():
                    self._saves.note_edit()
                    self._elements.ask(command, sent_ns, iteration)
                    self.are_waiting = True
                case LookAt():
                    self._elements.ask(command, sent_ns, iteration)
                case TakeSample():
                    self._wishes.is_asked = True
                case SaveCheckpoint():
                    self._saves.ask(command.path, sent_ns)
                    self.are_waiting = True
                case _:
                    assert_never(command)

    def settle(
        self,
        learner: Learner,
        loss_kind: str,
        current: LoaderPass | None,
        frame: FrameType | None,
        *,
        has_ended: bool = False,
    ) -> None:
        """Do what is only done between two iterations; ``frame`` is where the program is."""
        self.are_waiting = False
        self._elements.settle(learner.iteration, learner.subject, loss_kind)
        if self._saves.is_waiting:
            self._saves.write(learner, current, frame=None if has_ended else frame, has_ended=has_ended)
