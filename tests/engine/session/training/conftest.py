"""One session for all tests of training runs."""

import pytest

from tests.engine.session.training.runs import TrainingRuns


@pytest.fixture(scope="session")
def shared_training():
    runs = TrainingRuns()
    runs.session.prepare()
    yield runs
    runs.session.close()


@pytest.fixture
def runs(shared_training):
    yield shared_training
    assert not shared_training.after_end, "something of a run came after its end"
