"""Faults of runs in words: what torch itself says of networks that do not fit, and what scripts say of their data."""

import pytest
import torch
from torch import nn

from engine.trace.outcome import Outcome, OutcomeKind
from engine.training.faults import fault_sentence


def said(message):
    return fault_sentence(Outcome(kind=OutcomeKind.FAILED, message=message))


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: nn.Linear(2, 16)(torch.zeros(4, 8)), "a layer that takes 2 numbers is given 8"),
        (
            lambda: nn.CrossEntropyLoss()(torch.zeros(4, 2), torch.tensor([0, 1, 2, 0])),
            "the data has a class 2, so it needs at least 3 outputs",
        ),
        (lambda: nn.Conv2d(3, 4, 3)(torch.zeros(2, 1, 8, 8)), "a convolution that takes 3 channels is given 1"),
        (lambda: nn.Conv2d(3, 4, 3)(torch.zeros(2, 8)), "conv2d takes pictures or rows of another shape"),
        (lambda: nn.CrossEntropyLoss()(torch.zeros(4, 2), torch.tensor([0, 1])), "it gives 4 answers for 2 targets"),
        (lambda: nn.BCELoss()(torch.ones(4, 2), torch.ones(4, 1)), "another number of numbers"),
        (lambda: nn.Linear(2, 2)(torch.zeros(4, 2, dtype=torch.int64)), "numbers of another kind"),
        (lambda: nn.Embedding(4, 2)(torch.zeros(4, 2)), "numbers of another kind"),
    ],
)
def test_what_torch_says_of_networks_that_do_not_fit(call, sentence):
    with pytest.raises((RuntimeError, IndexError, ValueError)) as error:
        call()
    first = str(error.value).splitlines()[0]
    told = said(f"Line 3: {type(error.value).__name__}: {first}")
    assert told.startswith("The network does not fit its data: "), told
    assert sentence in told


def test_what_scripts_say_of_their_data():
    assert said("Line 9: ValueError: /a b/c/data.csv, line 42: oh in column y is not a number.") == (
        "data.csv, line 42: oh in column y is not a number."
    )
    assert said("Line 9: FileNotFoundError: [Errno 2] No such file or directory: '/a/b/data.csv'.") == (
        "data.csv is not there any more; choose the data again."
    )
    assert said("Line 9: PermissionError: [Errno 13] Permission denied: '/a/b/data.csv'.") == (
        "data.csv may not be read: you have no right to."
    )
    assert said("Line 31: RuntimeError: the program asked for 64 GB of memory at once, more than there is.") == (
        "This needs 64 GB of memory at once, more than there is: take a smaller batch, less data, or a smaller network."
    )
    assert said("Line 3: KeyError: 'x'.") == "Line 3: KeyError: 'x'."
