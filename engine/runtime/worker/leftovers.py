"""Processes that a program leaves running."""

import multiprocessing
import os
from contextlib import suppress
from multiprocessing import forkserver, resource_tracker
from pathlib import Path


def leftover_processes() -> int:
    """Return 1 if the program has left a process running, else 0; reap those that have ended.

    The helpers of ``multiprocessing`` and its daemons (workers of a data loader), which end with this process, do not
    count.
    """
    if not hasattr(os, "WNOHANG"):
        return 0
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return 0
    children = _children()
    return 1 if children is None else min(1, len(children - _helpers()))


def _helpers() -> set[int]:
    tracker = getattr(resource_tracker, "_resource_tracker", None)
    server = getattr(forkserver, "_forkserver", None)
    found = (getattr(tracker, "_pid", None), getattr(server, "_forkserver_pid", None))
    daemons = (child.pid for child in multiprocessing.active_children() if child.daemon)
    return {number for number in (*found, *daemons) if number is not None}


def _children() -> set[int] | None:
    """Return the ids of all child processes, None where the system does not tell (not Linux)."""
    found: set[int] = set()
    try:
        for task in Path("/proc/self/task").iterdir():
            with suppress(FileNotFoundError):  # a thread that has just ended, or a system that does not tell
                found.update(map(int, (task / "children").read_text(encoding="ascii").split()))
                continue
            return None
    except OSError:
        return None
    return found
