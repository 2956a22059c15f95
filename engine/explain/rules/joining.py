"""Rules of cat and stack: every input gets its own piece of the gradient back."""

import numpy as np

from engine.explain.rules.rule import Rule, SlotRule, Whole
from engine.explain.rules.run import Floats, NodeRun


def _piece(run: NodeRun, slot: int) -> Floats:
    axis = run.integer("dim", 0) % max(1, run.gradient.ndim)
    start = sum(run.shape(before)[axis] for before in range(slot))
    width = run.shape(slot)[axis]
    return run.gradient[(*(slice(None),) * axis, slice(start, start + width))]


def _layer(run: NodeRun, slot: int) -> Floats:
    return np.asarray(np.take(run.gradient, slot, axis=run.integer("dim", 0)))


def _cat_slot(slot: int) -> SlotRule:
    return SlotRule(f"piece {slot} of {{g}}", "", lambda run: Whole(_piece(run, slot)))


def _stack_slot(slot: int) -> SlotRule:
    return SlotRule(f"layer {slot} of {{g}}", "", lambda run: Whole(_layer(run, slot)))


MOST = 64
"""Inputs that are worked out one by one; more are shown by formula."""

RULES = (
    Rule(("Cat",), "cat", (), tuple(_cat_slot(slot) for slot in range(MOST))),
    Rule(("Stack",), "stack", (), tuple(_stack_slot(slot) for slot in range(MOST))),
)
