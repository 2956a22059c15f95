"""``python -m engine.runtime.dataset``: answers questions about data until stdin ends."""

from engine.protocol.data import DataAnswer, DataRequest
from engine.runtime.dataset.looking import look_at
from engine.runtime.questions import answer_all

if __name__ == "__main__":
    answer_all(DataRequest, look_at, lambda text: DataAnswer(trouble=text))
