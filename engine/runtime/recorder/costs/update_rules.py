"""How many operations an optimizer does for each number of its parameters, from its settings.

Counted are the operations of the textbook rule as torch runs it: ``a.add(b, alpha=c)`` and ``lerp`` are 2 and 3, a
square root is 1. Work that is done once a tensor (bias corrections) is not counted.
"""

from collections.abc import Callable, Mapping
from typing import Any

Settings = Mapping[str, Any]


def _sgd(settings: Settings) -> int:
    count = 2 + (2 if settings["weight_decay"] else 0)
    if settings["momentum"]:
        count += 3 + (2 if settings["nesterov"] else 0)
    return count


def _adam(settings: Settings) -> int:
    # lerp 3, mul 1, addcmul 3, sqrt and two additions and divisions 3, addcdiv 3
    count = 13 + (1 if settings["amsgrad"] else 0)
    if settings["weight_decay"]:
        count += 1 if settings.get("decoupled_weight_decay") else 2
    return count


def _rmsprop(settings: Settings) -> int:
    count = 1 + 3 + 2 + (2 if settings["weight_decay"] else 0)
    count += 3 + 3 if settings["centered"] else 0  # the mean (lerp), and its square taken off
    return count + (1 + 3 + 2 if settings["momentum"] else 3)


def _adagrad(settings: Settings) -> int:
    return 3 + 2 + 3 + (2 if settings["weight_decay"] else 0)


_RULES: Mapping[str, Callable[[Settings], int]] = {
    "SGD": _sgd,
    "Adam": _adam,
    "AdamW": _adam,
    "RMSprop": _rmsprop,
    "Adagrad": _adagrad,
}


def operations_each(optimizer: str, settings: Settings) -> int | None:
    """Return the operations for one number of a parameter; None for an optimizer whose rule is not known here.

    Args:
        optimizer: Its class name, e.g. ``AdamW``.
        settings: Those of a parameter group.
    """
    rule = _RULES.get(optimizer)
    if rule is None:
        return None
    try:
        return rule(settings)
    except KeyError:  # a class of this name with settings of its own
        return None
