"""A part of ``make conformance`` that is quick enough for every run of the tests, and the list of exceptions."""

from collections.abc import Iterable

import pytest

from tests.conformance.databases import Entry, modules, operators, optimizers
from tests.conformance.exceptions import EXCEPTION_FAMILIES, EXCEPTIONS, FACTORIES, reason


def unexplained(entries: Iterable[Entry]) -> dict[str, tuple[str, ...]]:
    found = list(entries)
    assert any(entry.is_run for entry in found)
    return {
        entry.name: entry.problems for entry in found if entry.problems and reason(entry.name, entry.problems) is None
    }


@pytest.mark.filterwarnings("ignore")
def test_operators() -> None:
    assert unexplained(operators(every=6, samples=2)) == {}


@pytest.mark.filterwarnings("ignore")
def test_modules() -> None:
    assert unexplained(modules(every=4, samples=1)) == {}


@pytest.mark.filterwarnings("ignore")
def test_optimizers() -> None:
    assert unexplained(optimizers(every=4)) == {}


def test_the_exceptions_grow_no_longer() -> None:
    assert reason("masked.sum", ("outputs differ",)) is None
    assert len(EXCEPTIONS) + len(EXCEPTION_FAMILIES) + len(FACTORIES) <= 15
