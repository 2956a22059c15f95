"""The data that a program learns from, to be looked at: read where it lies, without running a line of the program."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Subset, TensorDataset

from engine.runtime.training.outbox import Outbox
from engine.training.facts import Picture

MOST_SAMPLES = 2000
MOST_INPUTS = 4096
Samples = npt.NDArray[np.float32]


class SampleTeller:
    """Tells the samples of the first loader that is learned from, and of the first that is only read."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._told: set[str] = set()
        self._has_told = False

    @property
    def has_told(self) -> bool:
        """Whether samples were told that are learned from."""
        return self._has_told

    def tell(self, loader: Any) -> None:  # noqa: ANN401 - a loader of any kind
        """A pass through a loader begins."""
        name = "data/train" if torch.is_grad_enabled() else "data/validation"
        if name in self._told:
            return
        self._told.add(name)
        samples = samples_of(getattr(loader, "dataset", None))
        if samples is not None:
            self._has_told = True
            self._outbox.show(Picture(0, name, samples.shape, samples.tobytes()))


def samples_of(dataset: object) -> Samples | None:
    """Return the first samples of a dataset of tensors as [samples, inputs + 1], the target last.

    None for datasets that make their samples by code of their own, and for targets that are no single number a sample.
    """
    chosen: Any = slice(MOST_SAMPLES)
    if type(dataset) is Subset:
        chosen, dataset = list(dataset.indices[:MOST_SAMPLES]), dataset.dataset
    if type(dataset) is not TensorDataset or len(dataset.tensors) != 2:
        return None
    inputs, targets = (tensor.detach()[chosen] for tensor in dataset.tensors)
    table = table_of(inputs, targets)
    return None if table is None else np.ascontiguousarray(table.numpy(), dtype="<f4")


def table_of(inputs: Tensor, targets: Tensor) -> Tensor | None:
    """Return samples as [samples, inputs + 1], the target last; None where targets are no single number a sample."""
    single = single_targets(targets)
    if single is None or inputs.is_complex() or not 0 < inputs[:1].numel() <= MOST_INPUTS:
        return None
    columns = (inputs.reshape(len(inputs), -1), single.reshape(-1, 1))
    return torch.cat([column.to("cpu", torch.float32) for column in columns], dim=1)


def single_targets(targets: Tensor) -> Tensor | None:
    """Return one number a sample: the number itself, or the class where one output stands for each."""
    flat = targets.reshape(len(targets), -1) if len(targets) else targets
    if flat.ndim != 2 or targets.is_complex():
        return None
    if flat.shape[1] == 1:
        return flat[:, 0]
    is_one_of_many = bool((flat == flat.amax(dim=1, keepdim=True)).sum(dim=1).eq(1).all())
    low, high = flat.aminmax()
    has_two_levels = bool(((flat == low) | (flat == high)).all())
    return flat.argmax(dim=1) if targets.is_floating_point() and is_one_of_many and has_two_levels else None
