"""Everything that is true of training in one window."""

from dataclasses import dataclass, replace
from pathlib import Path

from engine.network.network import Network
from engine.training.file_look import look_into
from engine.training.plan import FileData, GeneratedData, Shape
from gui.model.network import NetworkModel
from gui.model.training_book import RunBook
from gui.model.training_control import TrainingControl
from gui.model.training_data import DataModel
from gui.model.training_fit import fitting_loss, fitting_network, need_of, network_for_file
from gui.model.training_logs import RunLogs
from gui.model.training_plan import PlanModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The plan, its data as it was looked at, the network built for it, the runs, and what can be done with them."""

    plan: PlanModel
    data: DataModel
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
        network = fitting_network(self.network.network, shape)
        return self._fit(shape.value, network, has_classes=need_of(shape).has_classes)

    def choose_file(self, path: Path, target: str = "") -> str:
        """Train on data from a file or a folder, with a network and a loss that fit it.

        Returns:
            A sentence on what else had to change; empty when nothing had to.

        Raises:
            PlanError: If there is nothing in it that can be learned from; nothing was changed.
        """
        look = look_into(path, target)
        self.plan.use_data(FileData(path=str(path), target=target))
        return self._fit(path.name, network_for_file(self.network.network, look), has_classes=look.has_classes)

    def _fit(self, data: str, network: Network, *, has_classes: bool) -> str:
        loss = fitting_loss(self.plan.plan.loss.name, has_classes=has_classes)
        changes = []
        if loss != self.plan.plan.loss.name:
            self.plan.choose_loss(loss)
            changes.append(f"the loss is {loss} now")
        if network is not self.network.network:
            self.network.replace(network)
            changes.append("the network was changed, which can be undone on its canvas")
        return f"To fit {data}, {' and '.join(changes)}." if changes else ""
