"""The process that answers questions about networks: kept for the next one, and started again when it is lost."""

import pytest

from engine.network.parse import parse_network
from engine.network.templates import templates
from engine.protocol.network import NetworkRequest
from engine.session.network import NetworkWorker

SMALL = NetworkRequest(network=templates()[0].network, batch=4)
ENDLESS = (
    "from torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n        return x * sum(range(10**13))\n"
)


@pytest.mark.worker
def test_a_question_without_end_costs_that_question_alone() -> None:
    endless = NetworkRequest(network=parse_network(ENDLESS), inputs={"x": (2, 2)})
    with NetworkWorker() as worker:
        assert worker.ask(SMALL).nodes[1].shapes == ((4, 1),)
        worker._time_limit_s = 0.2  # it would never answer
        assert "torch gave no answer" in worker.ask(endless).trouble
        worker._time_limit_s = 60.0
        assert worker.ask(SMALL).nodes[1].parameters == 3
