"""How a script brings its targets into the form that the loss wants, and what outputs and targets then mean."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from engine.training.catalogue import LossType, Targets
from engine.training.data_source import DataSource, Task
from engine.training.errors import PlanError


class TargetForm(Enum):
    """What stands in ``targets`` when the loss is computed."""

    NUMBERS = auto()
    CLASSES = auto()
    """The number of a class."""
    ROWS = auto()
    """One number a class, the largest at the right one."""
    SHARES = auto()
    """One number, 0 or 1."""
    SIGNS = auto()
    """One number, -1 or 1."""


@dataclass(frozen=True, slots=True)
class TargetSource:
    """Lines that change ``all_targets``, the expression that counts right outputs (empty: none can be), and the form.

    ``classes`` is an expression of how many classes are told apart; it stands after the lines.
    """

    lines: tuple[str, ...]
    accuracy: str
    form: TargetForm
    classes: str = ""


def target_source(data: DataSource, loss: LossType, network: str) -> TargetSource:
    """Return how targets are treated, for a loss and the source of a network.

    Raises:
        PlanError: If the loss does not fit the data.
    """
    if data.task is Task.NUMBERS:
        return TargetSource((), "", TargetForm.NUMBERS)
    width = _width(network)
    if loss.targets is Targets.CLASSES:
        counted = "len(dataset.classes)" if data.is_dataset else "int(all_targets.max()) + 1"
        classes = str(width or data.classes or counted)
        return TargetSource((), "(outputs.argmax(1) == targets).sum().item()", TargetForm.CLASSES, classes)
    if data.task is Task.TOKENS or data.is_dataset:
        raise PlanError(f"{loss.name} does not fit classes of this data; try CrossEntropyLoss.")
    if width == 1 and data.classes in {2, None}:
        return _of_one_number(loss)
    counted = "int(all_targets.max()) + 1" if data.classes is None else str(data.classes)
    lines = [f"all_targets = nn.functional.one_hot(all_targets, {counted}).float()"]
    if loss.targets is Targets.SIGNS:
        lines.append("all_targets = 2 * all_targets - 1")
    accuracy = "(outputs.argmax(1) == targets.argmax(1)).sum().item()"
    classes = "all_targets.shape[1]" if data.classes is None else str(data.classes)
    return TargetSource(tuple(lines), accuracy, TargetForm.ROWS, classes)


def _of_one_number(loss: LossType) -> TargetSource:
    right = "((outputs > 0.5) == (targets > 0.5)).sum().item()"
    if loss.targets is Targets.SIGNS:
        line = "all_targets = 2 * all_targets.float().unsqueeze(1) - 1"
        return TargetSource((line,), right.replace("0.5", "0"), TargetForm.SIGNS)
    if loss.name == "BCEWithLogitsLoss":
        right = "((outputs > 0) == (targets > 0.5)).sum().item()"
    return TargetSource(("all_targets = all_targets.float().unsqueeze(1)",), right, TargetForm.SHARES)


def _width(network: str) -> int | None:
    """Return how many numbers the last linear layer of a network's text gives."""
    found = re.findall(r"nn\.Linear\(\s*(?:in_features=)?\d+,\s*(?:out_features=)?(\d+)", network)
    return int(found[-1]) if found else None
