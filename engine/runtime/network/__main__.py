"""``python -m engine.runtime.network``: answers questions about networks until stdin ends."""

from engine.protocol.network import NetworkAnswer, NetworkRequest
from engine.runtime.network.shapes import work_out
from engine.runtime.questions import answer_all

if __name__ == "__main__":
    answer_all(NetworkRequest, work_out, lambda text: NetworkAnswer(trouble=text))
