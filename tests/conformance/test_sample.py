"""A part of ``make conformance`` that is quick enough for every run of the tests, and the list of exceptions."""

from collections.abc import Iterable

import pytest
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import optim_db

from tests.conformance.exceptions import EXCEPTIONS, LEFT_OUT, reason
from tests.conformance.families import FAMILIES, Entry, family_name
from tests.conformance.modules import modules
from tests.conformance.operators import Load, operators
from tests.conformance.optimizers import optimizers
from tests.conformance.random_programs import random_programs
from tests.conformance.variants import Way


def unexplained(entries: Iterable[Entry]) -> dict[str, tuple[str, ...]]:
    """What is wrong and has no known reason, by entry."""
    return {
        f"{entry.name} {entry.family}": tuple(entry.problems or entry.bare)
        for entry in entries
        if (entry.problems or not entry.is_run) and reason(entry) is None
    }


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore")
def test_operators() -> None:
    found = list(operators(Load(plain=1, others=1), op_db[::26]))
    assert unexplained(found) == {}
    assert {entry.family for entry in found} == {family_name(dtype) for dtype in FAMILIES}
    assert {way for entry in found for way in entry.samples} == set(Way)


@pytest.mark.filterwarnings("ignore")
def test_modules() -> None:
    assert unexplained(modules(1, module_db[::8])) == {}


@pytest.mark.filterwarnings("ignore")
def test_optimizers() -> None:
    assert unexplained(optimizers(optim_db[::13])) == {}


@pytest.mark.filterwarnings("ignore")
def test_random_programs() -> None:
    assert unexplained(random_programs(40)) == {}


def test_the_exceptions_grow_no_longer() -> None:
    entry = Entry("Operators", "nn.functional.multi_head_attention_forward", "float32")
    entry.count("function", ("outputs differ", ""))
    assert reason(entry) is None
    assert len(EXCEPTIONS) + len(LEFT_OUT) <= 4
