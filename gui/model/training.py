"""Everything that is true of training in one window."""

from dataclasses import dataclass, replace

from engine.training.plan import GeneratedData, Shape
from gui.model.network import NetworkModel
from gui.model.training_book import RunBook
from gui.model.training_control import TrainingControl
from gui.model.training_fit import fitting_loss, fitting_network
from gui.model.training_logs import RunLogs
from gui.model.training_plan import PlanModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The plan, the network that is built for it, the runs, and what can be done with them."""

    plan: PlanModel
    book: RunBook
    control: TrainingControl
    network: NetworkModel
    logs: RunLogs

    def choose_shape(self, shape: Shape) -> str:
        """Train on other generated data, with a network and a loss that fit it.

        Returns:
            A sentence on what else had to change; empty when nothing had to.
        """
        data = self.plan.plan.data
        old = data if isinstance(data, GeneratedData) else GeneratedData(shape=shape)
        self.plan.use_data(replace(old, shape=shape))
        loss = fitting_loss(self.plan.plan.loss.name, shape)
        changes = []
        if loss != self.plan.plan.loss.name:
            self.plan.choose_loss(loss)
            changes.append(f"the loss is {loss} now")
        network = fitting_network(self.network.network, shape)
        if network is not self.network.network:
            self.network.replace(network)
            changes.append("the network was changed, which can be undone on its canvas")
        if not changes:
            return ""
        return f"To fit {shape.value}, {' and '.join(changes)}."
