"""What crosses the pipe between the program and its worker: messages, framing, codec, version."""
