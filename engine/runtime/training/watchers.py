"""All that watches and steers a run, put together."""

from collections.abc import Callable
from typing import Any

from engine.protocol.messages import WorkerMessage
from engine.runtime.recorder.patches import PatchSet
from engine.runtime.training.editing import HyperEditor
from engine.runtime.training.elements import ElementEditor
from engine.runtime.training.gate import Gate
from engine.runtime.training.health import HealthWatch
from engine.runtime.training.learner import Learner
from engine.runtime.training.loading import LoaderEvents, LoaderWatch
from engine.runtime.training.losses import LossFinder
from engine.runtime.training.metrics import MetricWatch
from engine.runtime.training.norms import NormWatch
from engine.runtime.training.orders import Orders
from engine.runtime.training.outbox import Outbox
from engine.runtime.training.pictures import PictureTaker
from engine.runtime.training.plane_finder import PlaneFinder
from engine.runtime.training.progress import ProgressTeller
from engine.runtime.training.resuming import Resuming
from engine.runtime.training.sampler import Sampler
from engine.runtime.training.samples import SampleTeller
from engine.runtime.training.saving import CheckpointQueue
from engine.runtime.training.sequences import SequenceWatch
from engine.runtime.training.step_numbers import StepNumbers
from engine.runtime.training.unsound import UnsoundKeeper
from engine.runtime.training.updates import UpdateKeeper
from engine.runtime.training.wishes import SampleWishes
from engine.training.options import TrainingOptions


class Watchers:
    """The parts that look at one run, each at one thing; ``learner`` is what they look at."""

    def __init__(
        self,
        options: TrainingOptions,
        gate: Gate,
        send: Callable[[WorkerMessage], None],
        namespace: dict[str, Any],
        sampler: Sampler,
        resuming: Resuming,
        events: LoaderEvents,
    ) -> None:
        self.options = options
        self.gate = gate
        self.sampler = sampler
        self.resuming = resuming
        self.learner = Learner()
        self.outbox = Outbox(send)
        self.updates = UpdateKeeper(options.sample_bytes)
        self.saves = CheckpointQueue(self.outbox, resuming)
        self.editor = HyperEditor(self.outbox, namespace, resuming.clip, sampler)
        self.wishes = SampleWishes(options.sample_every)
        self.losses = LossFinder()
        self.unsound = UnsoundKeeper(self.outbox, sampler, self.losses)
        self.health = HealthWatch(self.outbox, self.unsound, self.wishes, keeps=options.sample_on_alert)
        self.loaders = LoaderWatch(events)
        self.metrics = MetricWatch(self.outbox, namespace)
        self.norms = NormWatch(self.outbox, options.norms_every, options.cost_share)
        self.samples = SampleTeller(self.outbox)
        finder = PlaneFinder(self.outbox, self.losses, self.samples, options.plane)
        self.pictures = PictureTaker(self.outbox, finder, options.pictures_every_s, options.cost_share)
        self.elements = ElementEditor(self.outbox, sampler, self.pictures)
        self.orders = Orders(gate, self.editor, self.elements, self.saves, self.wishes)
        self.sequences = SequenceWatch(self.outbox, options.pictures_every_s, options.cost_share)
        self.numbers = StepNumbers(self.outbox, self.losses, self.norms, self.sequences, self.health)
        self.progress = ProgressTeller(self.outbox, self.loaders, namespace)

    def plan(self, patches: PatchSet) -> None:
        """Plan what has to be replaced."""
        self.losses.plan(patches)
        self.loaders.plan(patches)
        self.editor.plan(patches)

    def disarm(self) -> None:
        """Have no hooks in the program's modules."""
        self.sequences.disarm()
        self.pictures.finder.disarm()

    def take_pictures(self) -> None:
        """Take all pictures now, where nothing is being recorded."""
        self.pictures.take(self.learner.iteration, self.learner.subject, self.losses.kind)
