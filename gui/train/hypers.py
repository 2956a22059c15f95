"""The hyper-parameters that have a slider, and how far it goes."""

from dataclasses import dataclass

from gui.model.training_plan import CLIP
from gui.train.scale import Notation, Scale
from gui.train.slider_row import RowLook


@dataclass(frozen=True, slots=True)
class HyperLook:
    """One hyper-parameter as ``SetHyper`` names it, and its row."""

    name: str
    look: RowLook
    scale: Scale


_SHARE = Scale(low=0.0, high=0.999, notation=Notation.SHARE, least=0.0, most=1.0)

HYPERS = (
    HyperLook(
        "lr",
        RowLook("learning rate", "How far the weights move at a step."),
        Scale(low=1e-5, high=1.0, notation=Notation.POWER, is_log=True, least=0.0),
    ),
    HyperLook(
        "weight_decay",
        RowLook("weight decay", "How strongly weights are pulled towards zero."),
        Scale(low=1e-6, high=1.0, notation=Notation.POWER, is_log=True, zero_word="off", least=0.0),
    ),
    HyperLook(
        "betas",
        RowLook("betas", "How much of the past stays in the means of gradients and of their squares."),
        _SHARE,
    ),
    HyperLook("momentum", RowLook("momentum", "How much of the movement before goes on."), _SHARE),
    HyperLook("alpha", RowLook("smoothing", "How much of the past stays in the mean of squared gradients."), _SHARE),
    HyperLook(
        CLIP,
        RowLook("clip norm", "Gradients longer than this together are shortened to it."),
        Scale(low=1e-2, high=100.0, notation=Notation.POWER, is_log=True, zero_word="off", least=0.0),
    ),
)
"""In the order in which they stand."""

NOISE = (
    RowLook("noise", "Standard deviation of what is added to every point."),
    Scale(low=0.0, high=0.5, notation=Notation.DECIMAL, least=0.0, most=10.0),
)
POINTS = (
    RowLook("points", "How many samples are made."),
    Scale(low=64, high=8192, notation=Notation.WHOLE, is_log=True, least=8, most=1_000_000),
)
TRAIN_SHARE = (
    RowLook("train share", "Share of the samples that is trained on; the rest is for validation."),
    Scale(low=0.1, high=0.95, notation=Notation.PERCENT, least=0.01, most=1.0),
)
BATCH_SIZE = (
    RowLook("batch size", "Samples of one step."),
    Scale(low=1, high=1024, notation=Notation.WHOLE, is_log=True, least=1, most=1_000_000),
)
