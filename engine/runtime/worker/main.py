"""The life of a worker process: load torch, say so, wait for a run, run it, end."""

import argparse
import faulthandler
import os
import platform
from collections.abc import Sequence

import torch
import torch.nn.functional
import torch.optim  # the first optimizer of a process takes 1.1 s without this

from engine.protocol.codec import ProtocolError
from engine.protocol.messages import PROTOCOL_VERSION, Ready, Run
from engine.runtime.worker.channel import open_channel
from engine.runtime.worker.devices import find_devices
from engine.runtime.worker.job import Job


def main(arguments: Sequence[str]) -> int:
    """Serve one run; return the exit code of the process."""
    options = _parse(arguments)
    if options.crash is not None:
        faulthandler.enable(options.crash)
    channel = open_channel(options.channel)
    devices = find_devices()
    channel.send(
        Ready(
            protocol_version=PROTOCOL_VERSION,
            python_version=platform.python_version(),
            torch_version=str(torch.__version__),
            devices=devices,
        )
    )
    try:
        message = channel.receive()
    except (EOFError, OSError, ProtocolError):
        return 0  # the host has no use for this worker any more
    if isinstance(message, Run):
        os.chdir(message.directory)
        descriptors = None if options.output is None else (options.output, options.errors)
        Job(message, channel, devices, descriptors).do()
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="engine.runtime.worker", description="Runs one program under the recorder.")
    parser.add_argument("--channel", type=int, required=True, help="descriptor of the channel to the host")
    parser.add_argument("--crash", type=int, help="descriptor for the report of a crash")
    parser.add_argument("--output", type=int, help="descriptor to read the output of C code from")
    parser.add_argument("--errors", type=int, help="descriptor to read the error output of C code from")
    return parser.parse_args(list(arguments))
