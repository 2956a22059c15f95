"""The arguments of a choice as they stand in a call."""

import ast

from engine.training.errors import PlanError
from engine.training.plan import Choice

OF_THE_PLAN = frozenset({"epochs", "epochs * len(train_loader)"})
"""Expressions of a script that an argument may be; everything else is a literal."""


def arguments_text(choice: Choice) -> str:
    """Return ``name=value, ...``.

    Raises:
        PlanError: If a value is no literal of Python.
    """
    for setting in choice.settings:
        if setting.text not in OF_THE_PLAN:
            try:
                ast.literal_eval(setting.text)
            except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
                raise PlanError(f"{setting.name} cannot be {setting.text!r}.") from error
    return ", ".join(f"{setting.name}={setting.text.strip()}" for setting in choice.settings)
