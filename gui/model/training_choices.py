"""What stands in the lists of losses, optimizers, schedules and metrics, and what each begins with."""

from engine.network.catalogue import Parameter
from engine.network.network import Setting
from engine.training.catalogue import ChoiceType, MetricTask, Targets, losses, metrics, optimizers, schedules
from engine.training.plan import Choice
from gui.model.training_plan import read_numbers

LIVE = ("lr", "weight_decay", "betas", "momentum", "alpha")
"""Hyper-parameters of optimizers that have a slider, and that can be changed while a run goes on."""
_USUAL = ("CrossEntropyLoss", "BCEWithLogitsLoss", "MSELoss", "L1Loss", "HuberLoss")
_USUAL_OPTIMIZERS = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad")
_USUAL_METRICS = (
    *("Accuracy", "F1Score", "Precision", "Recall", "AUROC", "ConfusionMatrix"),
    *("MeanAbsoluteError", "MeanSquaredError", "R2Score"),
)
_FIRST = {
    "step_size": "30",
    "milestones": "[50, 80]",
    "gamma": "0.98",
    "base_lr": "0.001",
    "max_lr": "0.01",
    "T_0": "20",
}
"""What a needed argument begins with; ``T_max`` follows from the plan."""

Numbers = tuple[float, ...]


def hypers_of(optimizer: str) -> dict[str, Numbers]:
    """Return the hyper-parameters of an optimizer that have a slider, with what torch takes for each."""
    found = optimizers().get(optimizer)
    if found is None:
        return {}
    defaults = {parameter.name: read_numbers(parameter.default or "") for parameter in found.parameters}
    return {name: defaults[name] for name in LIVE if defaults.get(name)}


def optimizer_names() -> tuple[str, ...]:
    """Return every optimizer, the usual ones first."""
    return (*_USUAL_OPTIMIZERS, *(name for name in optimizers() if name not in _USUAL_OPTIMIZERS))


def loss_names() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return every loss in groups with a title, by what they compare outputs with; the usual ones first."""
    groups = []
    for targets in Targets:
        names = [name for name, loss in losses().items() if loss.targets is targets]
        groups.append((targets.value, tuple(sorted(names, key=lambda name: (name not in _USUAL, name)))))
    return tuple(groups)


def metric_names(*, has_classes: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the metrics that judge classes, or numbers: the usual ones, and all others."""
    task = MetricTask.CLASSES if has_classes else MetricTask.NUMBERS
    names = [name for name, metric in metrics().items() if metric.task is task]
    usual = tuple(name for name in _USUAL_METRICS if name in names)
    return usual, tuple(sorted(name for name in names if name not in usual))


def first_schedules() -> tuple[Choice | None, ...]:
    """Return no schedule, and each that there is with what it needs to begin."""
    return (None, *(Choice(name, _needed(kind.parameters)) for name, kind in schedules().items()))


def kind_of(choice: Choice) -> ChoiceType | None:
    """Return what torch or torchmetrics says of the class that was chosen."""
    known: dict[str, ChoiceType] = {**losses(), **optimizers(), **schedules(), **metrics()}
    return known.get(choice.name)


def _needed(parameters: tuple[Parameter, ...]) -> tuple[Setting, ...]:
    return tuple(
        Setting(parameter.name, _FIRST[parameter.name])
        for parameter in parameters
        if parameter.default is None and parameter.name in _FIRST
    )
