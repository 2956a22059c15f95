"""The plan of the next training run, as a person edits it."""

import ast
from collections.abc import Callable
from dataclasses import replace

from engine.network.errors import NetworkError
from engine.network.network import Network, Setting
from engine.network.parse import parse_network
from engine.network.source import write_source
from engine.training.catalogue import metrics
from engine.training.plan import Choice, Data, TrainingPlan
from gui.model.observable import Event
from gui.model.training_fit import with_fitting_metrics

CLIP = "clip norm"
"""The name of clipping among the hyper-parameters, as ``SetHyper`` takes it."""

FIRST_EPOCHS = 1000
_FIRST_ARGUMENTS = {"beta": "2.0", "p": "3.0", "threshold": "0.5"}
"""What an argument of a metric begins with that has to be given."""

_FIRST_NETWORK = """import torch
from torch import nn


class Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(2, 16)
        self.act1 = nn.Tanh()
        self.fc2 = nn.Linear(16, 16)
        self.act2 = nn.Tanh()
        self.fc3 = nn.Linear(16, 8)
        self.act3 = nn.Tanh()
        self.fc4 = nn.Linear(8, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, 2)
        x = self.act1(self.fc1(x))
        x = self.act2(self.fc2(x))
        x = self.act3(self.fc3(x))
        return self.fc4(x)
"""
Numbers = tuple[float, ...]


class PlanModel:
    """Holds the plan, and the network that it trains.

    Attributes:
        changed: Emitted with the plan after every edit.
    """

    def __init__(self) -> None:
        self.changed: Event[TrainingPlan] = Event()
        self._network = parse_network(_FIRST_NETWORK)
        rate = Choice("AdamW", (Setting("lr", "0.003"), Setting("weight_decay", "0.0001")))
        self._plan = TrainingPlan(network=write_source(self._network), optimizer=rate, epochs=FIRST_EPOCHS)

    @property
    def plan(self) -> TrainingPlan:
        """What is trained next."""
        return self._plan

    @property
    def network(self) -> Network:
        """The network of the plan."""
        return self._network

    def put(self, plan: TrainingPlan) -> None:
        """Take another plan; its network stays where it has none that can be read, metrics that do not fit go."""
        plan = with_fitting_metrics(plan)
        if plan == self._plan:
            return
        if plan.network != self._plan.network:
            try:
                self._network = parse_network(plan.network)
            except NetworkError:
                plan = replace(plan, network=self._plan.network)
        self._plan = plan
        self.changed.emit(plan)

    def use_network(self, network: Network) -> None:
        """Train another network; one that cannot be written yet, because something is missing, waits until it can."""
        try:
            source = write_source(network)
        except NetworkError:
            return
        if network != self._network or source != self._plan.network:
            self._network = network
            self._plan = replace(self._plan, network=source)
            self.changed.emit(self._plan)

    def use_data(self, data: Data) -> None:
        """Train on other data."""
        self.put(replace(self._plan, data=data))

    def choose_loss(self, name: str) -> None:
        """Take another loss, as torch has it by default."""
        self.put(replace(self._plan, loss=Choice(name)))

    def choose_optimizer(self, name: str) -> None:
        """Take another optimizer; the learning rate and what else both have stays."""
        if name != self._plan.optimizer.name:
            self.put(replace(self._plan, optimizer=Choice(name, self._plan.optimizer.settings[:1])))

    def choose_schedule(self, choice: Choice | None) -> None:
        """Take another schedule for the learning rate, or none."""
        self.put(replace(self._plan, schedule=choice))

    def choose_metric(self, name: str, *, wanted: bool) -> None:
        """Count another metric, with the first arguments of those that need some, or no longer."""
        others = tuple(choice for choice in self._plan.metrics if choice.name != name)
        chosen = (*others, first_metric(name)) if wanted else others
        self.put(replace(self._plan, metrics=chosen))

    def set_metric(self, choice: Choice) -> None:
        """Give a metric other arguments."""
        changed = tuple(choice if one.name == choice.name else one for one in self._plan.metrics)
        self.put(replace(self._plan, metrics=changed))

    def hyper(self, name: str, default: Numbers) -> Numbers:
        """Return a hyper-parameter of the plan, or what torch takes for it."""
        if name == CLIP:
            return () if self._plan.clip_norm is None else (self._plan.clip_norm,)
        text = next((setting.text for setting in self._plan.optimizer.settings if setting.name == name), None)
        return default if text is None else read_numbers(text)

    def set_hyper(self, name: str, numbers: Numbers) -> None:
        """Change a hyper-parameter of the plan."""
        if name == CLIP:
            self.put(replace(self._plan, clip_norm=numbers[0] if numbers else None))
            return
        text = f"{numbers[0]:g}" if len(numbers) == 1 else f"({', '.join(f'{number:g}' for number in numbers)})"
        settings = self._plan.optimizer.settings
        if any(setting.name == name for setting in settings):
            kept = tuple(Setting(name, text) if setting.name == name else setting for setting in settings)
        else:
            kept = (*settings, Setting(name, text))
        self.put(replace(self._plan, optimizer=replace(self._plan.optimizer, settings=kept)))

    def edit(self, change: Callable[[TrainingPlan], TrainingPlan]) -> None:
        """Take what ``change`` makes of the plan."""
        self.put(change(self._plan))


def first_metric(name: str) -> Choice:
    """Return a metric as it begins: with what has to be given."""
    found = metrics().get(name)
    needed = [one.name for one in found.parameters if one.default is None] if found is not None else []
    return Choice(name, tuple(Setting(one, _FIRST_ARGUMENTS.get(one, "1.0")) for one in needed))


def read_numbers(text: str) -> Numbers:
    """Return the numbers that a Python literal holds; none when it holds something else."""
    try:
        read = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return ()
    parts = read if isinstance(read, tuple) else (read,)
    if not all(isinstance(part, (int, float)) for part in parts):
        return ()
    return tuple(float(part) for part in parts)


def without_live(plan: TrainingPlan, live: frozenset[str]) -> TrainingPlan:
    """Return a plan without what can be changed while it runs: two runs of equal rests are the same training."""
    settings = tuple(setting for setting in plan.optimizer.settings if setting.name not in live)
    return replace(plan, optimizer=replace(plan.optimizer, settings=settings), clip_norm=None)
