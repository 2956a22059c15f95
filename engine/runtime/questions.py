"""The loop of a process that answers questions, a line of JSON each, until stdin ends; see ``QuestionProcess``."""

import os
import sys
from collections.abc import Callable
from typing import TypeVar

import msgspec

RequestT = TypeVar("RequestT", bound=msgspec.Struct)
AnswerT = TypeVar("AnswerT", bound=msgspec.Struct)


def answer_all(
    request: type[RequestT], work_out: Callable[[RequestT], AnswerT], refuse: Callable[[str], AnswerT]
) -> None:
    """Answer every request; one that is not understood is answered by what ``refuse`` makes of a sentence."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what torch prints goes to stderr
    decoder = msgspec.json.Decoder(request)
    for line in sys.stdin.buffer:
        try:
            answer = work_out(decoder.decode(line))
        except msgspec.MsgspecError as error:
            answer = refuse(f"The question is not understood: {error}.")
        own.write(msgspec.json.encode(answer) + b"\n")
        own.flush()
