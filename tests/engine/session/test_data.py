"""The process that looks at data: kept for the next question, and started again when it was lost."""

import pytest

from engine.protocol.data import DataRequest
from engine.session.data import DataWorker
from engine.training.plan import GeneratedData, Shape, TrainingPlan
from engine.training.script import data_script_of

PLAN = TrainingPlan(data=GeneratedData(shape=Shape.XOR, count=20), network="class Net:\n    pass\n", batch_size=4)
SMALL = DataRequest(program=data_script_of(PLAN), has_classes=True)
ENDLESS = DataRequest(program="while True:\n    pass\n", has_classes=True)


@pytest.mark.worker
def test_data_without_end_costs_that_question_alone() -> None:
    with DataWorker() as worker:
        found = worker.ask(SMALL)
        assert (found.train, found.validation, found.trouble) == (16, 4, "")
        worker._time_limit_s = 0.2
        assert worker.ask(ENDLESS).trouble == "The data cannot be shown: it is too large, or takes too long to read."
        worker._time_limit_s = 60.0
        assert worker.ask(SMALL) == found  # the same seed, the same data
