"""All rules, found by the name that autograd gives a node."""

import re
from types import MappingProxyType

from engine.explain.rules import (
    activations,
    arithmetic,
    functions,
    joining,
    layers,
    losses,
    matrices,
    reductions,
    shapes,
)
from engine.explain.rules.rule import Rule

_SUFFIX = re.compile(r"Backward\d*$")


def _gather() -> dict[str, Rule]:
    rooms = (arithmetic, functions, activations, reductions, matrices, shapes, joining, layers, losses)
    return {name: rule for room in rooms for rule in room.RULES for name in rule.nodes}


RULES = MappingProxyType(_gather())
"""Every rule by node name, with or without its number (``PowBackward0``, ``Mul``)."""


def stem(node: str) -> str:
    """Return a node's name without namespace, ``Backward`` and number: ``MulBackward0`` -> ``Mul``."""
    return _SUFFIX.sub("", node.rsplit("::", 1)[-1])


def rule_for(node: str) -> Rule | None:
    """Return the rule of an autograd node such as ``MulBackward0``, or None when there is none."""
    return RULES.get(node.rsplit("::", 1)[-1]) or RULES.get(stem(node))
