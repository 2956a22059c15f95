"""The programs that use torch in all its ways are proven."""

import pytest
import torch

from tests.conformance import ways_of_autograd, ways_of_tensors, ways_of_torch
from tests.engine.runtime.proof.proving import proven, recorded

PROGRAMS = ways_of_autograd.PROGRAMS | ways_of_torch.PROGRAMS | ways_of_tensors.PROGRAMS


@pytest.fixture
def default_dtype():
    dtype = torch.get_default_dtype()
    yield
    torch.set_default_dtype(dtype)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("default_dtype")
@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "jit"])  # which needs its text in a file
def test_every_way_of_using_torch_is_proven(name: str) -> None:
    report = proven(recorded(PROGRAMS[name]))
    assert report.failures == []
    assert all(report.reasons)
