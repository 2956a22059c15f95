"""The chip and menu that say which metrics of torchmetrics are counted while the network learns."""

from PySide6.QtWidgets import QMenu, QWidget

from engine.training.metric_source import metric_label
from engine.training.plan import Choice, TrainingPlan
from gui.model.training_choices import metric_names
from gui.model.training_fit import tells_classes
from gui.model.training_plan import PlanModel
from gui.train.arguments import ArgumentsPopup
from gui.widgets.buttons import Chip

NONE = "none"


class MetricsChip(Chip):
    """Shows the metrics of a plan; its menu switches each on and off, and opens their arguments."""

    def __init__(self, plan: PlanModel, parent: QWidget) -> None:
        super().__init__("Metrics", QMenu(parent), parent)
        self._plan = plan
        self.setProperty("look", "bare")
        self.menu().aboutToShow.connect(self._offer)
        self.menu().setToolTipsVisible(True)
        plan.changed.connect(self._show)
        self._show(plan.plan)

    def _show(self, plan: TrainingPlan) -> None:
        names = [metric_label(choice.name) for choice in plan.metrics]
        self.show_choice(
            NONE if not names else names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        )
        self.setToolTip(", ".join(names) or "Press it to count metrics of torchmetrics while the network learns.")

    def _offer(self) -> None:
        menu, plan = self.menu(), self._plan.plan
        menu.clear()
        usual, others = metric_names(has_classes=tells_classes(plan))
        chosen = {choice.name for choice in plan.metrics}
        self._add(menu, usual, chosen)
        more = menu.addMenu("More")
        self._add(more, others, chosen)
        if plan.metrics:
            menu.addSeparator()
        for choice in plan.metrics:
            entry = menu.addAction(f"Arguments of {choice.name}…")
            entry.triggered.connect(lambda _=False, choice=choice: self._ask(choice))

    def _add(self, menu: QMenu, names: tuple[str, ...], chosen: set[str]) -> None:
        for name in names:
            entry = menu.addAction(name)
            entry.setCheckable(True)
            entry.setChecked(name in chosen)
            entry.toggled.connect(lambda is_on, name=name: self._plan.choose_metric(name, wanted=is_on))

    def _ask(self, choice: Choice) -> None:
        ArgumentsPopup(choice, self._plan.set_metric, self).open_below(self)
