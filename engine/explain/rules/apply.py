"""Carrying out a rule: the gradient that is sent on."""

import numpy as np

from engine.explain.rules.rule import After, Before, Local, Times, Whole
from engine.explain.rules.run import Floats, NodeRun, reduced_to


def sent_on(local: Local, run: NodeRun, slot: int) -> Floats:
    """Return the gradient sent to one input, summed back to that input's shape.

    Raises:
        OperandMissingError: If the shapes do not fit.
    """
    with np.errstate(all="ignore"):
        return reduced_to(_product(local, run), run.shape(slot))


def _product(local: Local, run: NodeRun) -> Floats:
    match local:
        case Times(factor, upstream):
            return (run.gradient if upstream is None else upstream) * factor
        case Before(factor):
            return np.asarray(factor @ run.gradient)
        case After(factor):
            return np.asarray(run.gradient @ factor)
        case Whole(sent):
            return sent
