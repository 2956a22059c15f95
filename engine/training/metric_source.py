"""The metrics of a training script: torchmetrics itself, told what each batch gave and asked after each epoch."""

import re
from dataclasses import dataclass

from engine.training.arguments_text import arguments_text
from engine.training.catalogue import MetricTask, MetricType, metrics
from engine.training.errors import PlanError
from engine.training.plan import Choice, TrainingPlan
from engine.training.target_source import TargetForm, TargetSource

TRAIN, VALIDATION = "train_metrics", "validation_metrics"
TRAIN_SCORES, VALIDATION_SCORES = "train_scores", "validation_scores"
"""Module-level variables of a script: after each epoch dicts of names and numbers."""
_LOGARITHMS = "NLLLoss"
_LOGITS = frozenset({"BCEWithLogitsLoss", "MultiLabelSoftMarginLoss", "SoftMarginLoss", "HingeEmbeddingLoss"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSource:
    """What stands in a script for its metrics; nothing does where none were chosen.

    Attributes:
        imports: Lines that the text needs.
        making: Lines that make the collections.
        seen: The arguments of ``update``: what the network tells, what is right.
    """

    imports: tuple[str, ...] = ()
    making: tuple[str, ...] = ()
    seen: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there are none."""
        return not self.making


def metric_source(plan: TrainingPlan, targets: TargetSource) -> MetricSource:
    """Return the metrics of a plan.

    Raises:
        PlanError: If there is no such metric, or one does not fit what is learned.
    """
    if not plan.metrics:
        return MetricSource()
    form = targets.form
    made = [_made(choice, targets) for choice in plan.metrics]
    kinds = sorted({kind for _, kind, _ in made})
    room = "regression" if form is TargetForm.NUMBERS else "classification"
    entries = [f'        "{name}": {kind}({arguments}),' for name, kind, arguments in made]
    lines = [f"{TRAIN} = MetricCollection(", "    {", *entries, "    }", ")"]
    if plan.train_share < 1:
        lines.append(f"{VALIDATION} = {TRAIN}.clone()")
    return MetricSource(
        imports=("from torchmetrics import MetricCollection", f"from torchmetrics.{room} import {', '.join(kinds)}"),
        making=tuple(lines),
        seen=", ".join(_seen(plan.loss, form)),
    )


def metric_label(name: str) -> str:
    """Return what the curve of a metric is called: ``F1 score`` for ``F1Score``, ``AUROC`` stays."""
    words = re.findall(r"[A-Z]+\d*(?![a-z])|[A-Z][a-z]*\d*", name)
    told = [word if re.fullmatch(r"[A-Z\d]+", word) else word.lower() for word in words]
    return " ".join(told)


def fits_task(choice: Choice, *, has_classes: bool) -> bool:
    """Return whether a metric is for what is told from the data: classes, or numbers."""
    found = metrics().get(choice.name)
    return found is not None and (found.task is MetricTask.CLASSES) == has_classes


def _made(choice: Choice, targets: TargetSource) -> tuple[str, str, str]:
    """Return the label of a metric, its class in torchmetrics and the arguments."""
    found = metrics().get(choice.name)
    if found is None:
        raise PlanError(f"torchmetrics has no metric called {choice.name or 'nothing'} that a plan can use.")
    has_classes = targets.form is not TargetForm.NUMBERS
    if has_classes and found.task is MetricTask.NUMBERS:
        raise PlanError(f"{choice.name} compares numbers, but this data has classes to be told; try F1Score.")
    if not has_classes and found.task is MetricTask.CLASSES:
        raise PlanError(f"{choice.name} tells classes apart, but this data has numbers to be told; try R2Score.")
    settings = arguments_text(_taken(choice, found, targets.form))
    if not has_classes:
        return metric_label(choice.name), choice.name, settings
    if targets.form in {TargetForm.SHARES, TargetForm.SIGNS}:
        return metric_label(choice.name), f"Binary{choice.name}", settings
    count = f"num_classes={targets.classes}"
    return metric_label(choice.name), f"Multiclass{choice.name}", f"{count}, {settings}" if settings else count


def _taken(choice: Choice, found: MetricType, form: TargetForm) -> Choice:
    """Return a choice with the arguments that the class of torchmetrics takes that is used."""
    known = {parameter.name for parameter in found.parameters}
    for setting in choice.settings:
        if setting.name not in known:
            raise PlanError(f"{choice.name} has no argument {setting.name}.")
    given = {setting.name for setting in choice.settings}
    for parameter in found.parameters:
        if parameter.default is None and parameter.name not in given:
            raise PlanError(f"{choice.name} needs {parameter.name}.")
    if form not in {TargetForm.SHARES, TargetForm.SIGNS}:
        return choice
    if found.binary is None:
        raise PlanError(f"{choice.name} needs a network that gives one number for each class.")
    return Choice(choice.name, tuple(setting for setting in choice.settings if setting.name in found.binary))


def _seen(loss: Choice, form: TargetForm) -> tuple[str, str]:
    """Return expressions of what the network tells, as shares where it tells classes, and of what is right."""
    match form:
        case TargetForm.NUMBERS:
            is_logarithm = loss.name == "PoissonNLLLoss" and not any(one.text == "False" for one in loss.settings)
            return "outputs.exp()" if is_logarithm else "outputs", "targets"
        case TargetForm.CLASSES:
            return "outputs.exp()" if loss.name == _LOGARITHMS else "outputs.softmax(1)", "targets"
        case TargetForm.ROWS:
            told = "outputs.sigmoid()" if loss.name in _LOGITS else "outputs.softmax(1)"
            return "outputs" if loss.name == "BCELoss" else told, "targets.argmax(1)"
        case TargetForm.SHARES | TargetForm.SIGNS:
            told = "outputs.sigmoid()" if loss.name in _LOGITS else "outputs.clamp(0, 1)"
            right = "targets.int()" if form is TargetForm.SHARES else "(targets > 0).int()"
            return "outputs" if loss.name == "BCELoss" else told, right
