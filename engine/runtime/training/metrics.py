"""Metrics that a program keeps in variables of known names, as most training scripts do.

A number that a module-level variable of one of these names holds is told each time that it is assigned anew; a program
needs to know nothing of Chainrule for that. Whatever else is to become a curve goes through ``engine.log``.
"""

from collections.abc import Mapping

from torch import Tensor

from engine.runtime.compat import quiet

METRIC_NAMES = {
    "validation_loss": "validation loss",
    "val_loss": "validation loss",
    "test_loss": "validation loss",
    "validation_accuracy": "accuracy",
    "val_accuracy": "accuracy",
    "val_acc": "accuracy",
    "test_accuracy": "accuracy",
    "test_acc": "accuracy",
    "accuracy": "accuracy",
    "train_accuracy": "training accuracy",
    "train_acc": "training accuracy",
}
"""Curves by the names of variables."""


class MetricWatch:
    """Notices new numbers in a program's variables."""

    def __init__(self, namespace: Mapping[str, object]) -> None:
        self._namespace = namespace
        self._seen: dict[str, object] = {}

    def forget(self) -> None:
        """Take what the variables hold now as told already."""
        self._seen.update({name: self._namespace.get(name) for name in METRIC_NAMES})

    def fresh(self) -> list[tuple[str, float]]:
        """Return the curves whose variables were assigned since the last call, with their numbers."""
        get, seen = self._namespace.get, self._seen
        found = []
        for variable, curve in METRIC_NAMES.items():
            value = get(variable)
            if value is not None and value is not seen.get(variable):
                seen[variable] = value
                number = _number(value)
                if number is not None:
                    found.append((curve, number))
        return found


def _number(value: object) -> float | None:
    if isinstance(value, Tensor):
        if value.numel() != 1 or value.is_complex():
            return None
        with quiet():
            return float(value.item())
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
