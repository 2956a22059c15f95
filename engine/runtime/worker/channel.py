"""The worker's end of the channel to the host."""

import os
import sys
import threading
from multiprocessing.connection import Connection

from engine.protocol.codec import MAX_MESSAGE_BYTES, decode_from_host, encode
from engine.protocol.messages import HostMessage, WorkerMessage
from engine.runtime.worker.descriptors import GuardedDescriptor


class Channel:
    """Sends and receives whole messages; safe to send from several threads.

    In a process that the program forked it is silent: only the worker itself may speak to the host. Once the other end
    is gone, or the program has closed the descriptor, sending does nothing: the host has noticed and acts.
    """

    def __init__(self, connection: "Connection[bytes, bytes]") -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._process_id = os.getpid()
        self._descriptor = None if sys.platform == "win32" else GuardedDescriptor(connection.fileno())

    def send(self, message: WorkerMessage) -> None:
        """Send one message, or nothing when the channel is lost.

        Raises:
            ProtocolError: If the message cannot be encoded.
        """
        if os.getpid() != self._process_id:
            return
        raw = encode(message)
        with self._lock:
            if not self._is_open():
                return
            try:
                self._connection.send_bytes(raw)
            except OSError:
                self._connection.close()

    def is_quiet_for(self, seconds: float) -> bool:
        """Wait that long for a message; True when none came.

        Raises:
            OSError: If the channel is lost.
        """
        return not self._connection.poll(seconds)

    def receive(self) -> HostMessage:
        """Wait for the next message of the host.

        Raises:
            EOFError: If the host has closed its end.
            OSError: If the channel is lost.
            ProtocolError: If what came is not a message.
        """
        return decode_from_host(self._connection.recv_bytes(MAX_MESSAGE_BYTES))

    def _is_open(self) -> bool:
        return not self._connection.closed and (self._descriptor is None or self._descriptor.is_intact())


def open_channel(handle: int) -> Channel:
    """Return the channel for a descriptor (Windows: pipe handle) inherited from the host."""
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection  # noqa: PLC0415 - exists on Windows only

        return Channel(PipeConnection(handle))
    return Channel(Connection(handle))
