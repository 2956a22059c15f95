"""One session for all tests with real workers: that each next run works is part of every test."""

import pytest

from tests.engine.session.runs import Runs


@pytest.fixture(scope="session")
def shared_runs():
    runs = Runs()
    runs.session.prepare()
    yield runs
    runs.session.close()


@pytest.fixture
def runs(shared_runs):
    yield shared_runs
    assert not shared_runs.after_end, "something of a run came after its end"
