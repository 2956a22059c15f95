"""A process that has loaded torch and forks a fresh worker whenever one is wanted, in some 40 ms.

It never runs a person's program and never calls torch, so that every worker starts from the same clean state, without
threads and without a device in use. Only where forking is safe with torch: Linux.
"""

import gc
import os
import select
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress

import numpy as np

from engine.protocol.nursery import ORDER, ORDER_DESCRIPTORS, Notice, NoticeKind
from engine.runtime.worker.preload import preload

WorkerMain = Callable[[int, int, int, int], int]
"""Serves one run; takes the descriptors of channel, crash report, output and errors; returns the exit code."""


class Nursery:
    """Forks workers on orders from ``control`` and reports their births and deaths there."""

    def __init__(self, control: socket.socket, worker_main: WorkerMain) -> None:
        self._control = control
        self._worker_main = worker_main
        self._children: set[int] = set()
        self._wake, self._wake_end = os.pipe()
        self._preloading: threading.Thread | None = None

    def serve(self) -> int:
        """Work until the host is gone, which ends the process; in a forked worker, return its exit code."""
        os.set_blocking(self._wake_end, False)
        signal.signal(signal.SIGCHLD, _ignore)
        signal.set_wakeup_fd(self._wake_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        watch = select.poll()
        watch.register(self._control, select.POLLIN)
        watch.register(self._wake, select.POLLIN)
        while True:
            for number, _ in watch.poll():
                if number == self._wake:
                    os.read(self._wake, 4096)
                    self._report_the_dead()
                elif (code := self._take_order()) is not None:
                    return code

    def _take_order(self) -> int | None:
        """Fork the worker that is ordered; return an exit code in the worker; when the host is gone, end."""
        order, descriptors, _, _ = socket.recv_fds(self._control, len(ORDER), ORDER_DESCRIPTORS)
        if order != ORDER or len(descriptors) != ORDER_DESCRIPTORS:
            self._end_all()
            os._exit(0)  # at once: there is nothing to save, and what is still being loaded is of no use any more
        if self._preloading is not None:
            self._preloading.join()  # a fork in the middle of an import could leave the import lock taken
        gc.freeze()  # workers then do not copy the pages of all these objects by collecting them
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # numpy's idle threads survive a fork well
            process_id = os.fork()
        if process_id == 0:
            return self._become_worker(descriptors)
        for number in descriptors:
            os.close(number)
        self._children.add(process_id)
        self._control.sendall(Notice(NoticeKind.BORN, process_id).encode())
        if self._preloading is None:
            self._preloading = threading.Thread(target=preload)  # the first worker did not have to wait for this
            self._preloading.start()
        return None

    def _become_worker(self, descriptors: list[int]) -> int:
        channel, crash, output, errors, output_end, errors_end = descriptors
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._control.close()
        os.dup2(output_end, 1)
        os.dup2(errors_end, 2)
        for number in (output_end, errors_end, self._wake, self._wake_end):
            os.close(number)
        np.random.seed()  # noqa: NPY002 - the program's own default generator: else all runs would draw the same
        return self._worker_main(channel, crash, output, errors)

    def _report_the_dead(self) -> None:
        for process_id in tuple(self._children):
            found = os.waitid(os.P_PID, process_id, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is not None:
                status = found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
                self._bury(process_id)
                self._control.sendall(Notice(NoticeKind.GONE, process_id, status).encode())

    def _bury(self, process_id: int) -> None:
        """End the rest of a worker's group, then reap the worker: until then its number cannot be given away."""
        self._children.discard(process_id)
        with suppress(ProcessLookupError, PermissionError):  # no group yet, or nothing left of it
            os.killpg(process_id, signal.SIGKILL)
        os.waitpid(process_id, 0)

    def _end_all(self) -> None:
        for process_id in tuple(self._children):
            os.kill(process_id, signal.SIGKILL)
            self._bury(process_id)


def serve_nursery(control: int, worker_main: WorkerMain) -> int:
    """Run a nursery on an inherited socket; return the exit code of the process."""
    if sys.platform != "linux":
        return 2
    with socket.socket(fileno=control) as connection:
        return Nursery(connection, worker_main).serve()


def _ignore(_number: int, _frame: object) -> None:
    """Do nothing: that the signal came is read from the wake-up pipe."""
