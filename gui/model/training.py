"""Everything that is true of training in one window."""

from dataclasses import dataclass

from gui.model.network import NetworkModel
from gui.model.training_book import RunBook
from gui.model.training_control import TrainingControl
from gui.model.training_plan import PlanModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The plan, the network that is built for it, the runs, and what can be done with them."""

    plan: PlanModel
    book: RunBook
    control: TrainingControl
    network: NetworkModel
