"""The life of a worker process: load torch, say so, wait for a run, run it, end."""

import argparse
import faulthandler
import gc
import multiprocessing.process
import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import torch
import torch.nn.functional
import torch.optim

from engine.protocol.codec import ProtocolError
from engine.protocol.messages import PROTOCOL_VERSION, Ready, Run
from engine.runtime.worker.channel import open_channel
from engine.runtime.worker.devices import find_devices
from engine.runtime.worker.job import Job
from engine.runtime.worker.nursery import serve_nursery
from engine.runtime.worker.preload import preload

IDLE_S = 0.2
"""A worker that waits longer than this uses the time to load more."""


def main(arguments: Sequence[str]) -> int:
    """Be a worker, or a nursery of workers; return the exit code of the process."""
    options = _parse(arguments)
    if options.nursery is not None:
        return serve_nursery(options.nursery, serve_one_run)
    return serve_one_run(options.channel, options.crash, options.output, options.errors)


def serve_one_run(channel_number: int, crash: int | None, output: int | None, errors: int | None) -> int:
    """Say that torch is ready, wait for a run, and run it; return the exit code of the process.

    Args:
        channel_number: Descriptor of the channel to the host.
        crash: Descriptor that a crash is reported to.
        output: Descriptor at which what C code writes to descriptor 1 can be read; None where there is none.
        errors: The same for descriptor 2.
    """
    if crash is not None:
        faulthandler.enable(crash)
    channel = open_channel(channel_number)
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
        if channel.is_quiet_for(IDLE_S):
            preload()
        message = channel.receive()
    except (EOFError, OSError, ProtocolError):
        return 0  # the host has no use for this worker any more
    if isinstance(message, Run):
        gc.freeze()  # what was loaded stays: neither collections while the program runs nor the exit walk through it
        _enter(message.directory)
        descriptors = None if output is None or errors is None else (output, errors)
        Job(message, channel, devices, descriptors).do()
    return 0


def _enter(directory: str) -> None:
    """Change the working directory, also for what has taken note of it when it was loaded."""
    with suppress(OSError):
        os.chdir(directory)
        multiprocessing.process.ORIGINAL_DIR = str(Path.cwd())  # type: ignore[attr-defined]  # for "spawn"


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="engine.runtime.worker", description="Runs one program under the recorder.")
    parser.add_argument("--channel", type=int, help="descriptor of the channel to the host")
    parser.add_argument("--crash", type=int, help="descriptor for the report of a crash")
    parser.add_argument("--output", type=int, help="descriptor to read the output of C code from")
    parser.add_argument("--errors", type=int, help="descriptor to read the error output of C code from")
    parser.add_argument("--nursery", type=int, help="be a nursery: descriptor of the socket that orders come from")
    return parser.parse_args(list(arguments))
