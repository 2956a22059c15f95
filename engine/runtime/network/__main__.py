"""``python -m engine.runtime.network``: answers questions about networks, a line of JSON each, until stdin ends."""

import os
import sys

import msgspec

from engine.protocol.network import NetworkAnswer, NetworkRequest
from engine.runtime.network.shapes import work_out


def main() -> None:
    """Answer every request."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what torch prints goes to stderr
    decoder = msgspec.json.Decoder(NetworkRequest)
    for line in sys.stdin.buffer:
        try:
            answer = work_out(decoder.decode(line))
        except msgspec.MsgspecError as error:
            answer = NetworkAnswer(trouble=f"The question is not understood: {error}.")
        own.write(msgspec.json.encode(answer) + b"\n")
        own.flush()


if __name__ == "__main__":
    main()
