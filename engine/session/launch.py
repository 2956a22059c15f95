"""Starts worker processes."""

import os
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Protocol

from engine.session.nursery import NurseryLauncher
from engine.session.worker_process import (
    WORKER_MODULE,
    Pipes,
    SpawnedWorker,
    WorkerProcess,
    program_root,
    worker_environment,
)


class Launcher(Protocol):
    """Makes workers."""

    def launch(self) -> WorkerProcess:
        """Start a worker and return at once.

        Raises:
            OSError: If no process could be started.
        """
        ...

    def close(self) -> None:
        """Free what the launcher itself holds."""
        ...


class SpawnLauncher:
    """Starts each worker as a new process, which loads torch for itself: works everywhere."""

    def launch(self) -> WorkerProcess:
        """Start a worker; see ``Launcher``."""
        return spawn_worker()

    def close(self) -> None:
        """Nothing is held."""


def default_launcher() -> Launcher:
    """Return the quickest launcher that is safe here: torch forks well on Linux only."""
    return NurseryLauncher() if sys.platform == "linux" else SpawnLauncher()


def spawn_worker() -> SpawnedWorker:
    """Start a worker that begins to load torch.

    Raises:
        OSError: If no process could be started.
    """
    host_end, worker_end = Pipe()
    try:
        if sys.platform == "win32":
            return _spawn_on_windows(host_end, worker_end)
        return _spawn_on_posix(host_end, worker_end)
    except OSError:
        host_end.close()
        raise
    finally:
        worker_end.close()


def _spawn_on_posix(host_end: "Connection[bytes, bytes]", worker_end: "Connection[bytes, bytes]") -> SpawnedWorker:
    output, output_end = os.pipe()
    errors, errors_end = os.pipe()
    crash, crash_end = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
            [
                *(sys.executable, "-m", WORKER_MODULE, "--channel", str(worker_end.fileno())),
                *("--crash", str(crash_end), "--output", str(output), "--errors", str(errors)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output_end,
            stderr=errors_end,
            pass_fds=(worker_end.fileno(), crash_end, output, errors),
            cwd=program_root(),
            env=worker_environment(),
            start_new_session=True,
        )
    except OSError:
        Pipes(output, errors, crash).close()
        raise
    finally:
        for number in (output_end, errors_end, crash_end):
            os.close(number)
    return SpawnedWorker(process, host_end, Pipes(output, errors, crash))


def _spawn_on_windows(host_end: "Connection[bytes, bytes]", worker_end: "Connection[bytes, bytes]") -> SpawnedWorker:
    handle = worker_end.fileno()
    os.set_handle_inheritable(handle, True)  # type: ignore[attr-defined,unused-ignore]  # noqa: FBT003 - Windows only; positional only
    startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})  # type: ignore[attr-defined,unused-ignore]  # Windows only
    process = subprocess.Popen(  # noqa: S603 - our own module under our own interpreter
        [sys.executable, "-m", WORKER_MODULE, "--channel", str(handle)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        startupinfo=startup,  # type: ignore[call-arg,unused-ignore]  # Windows only
        cwd=program_root(),
        env=worker_environment(),
        creationflags=subprocess.CREATE_NEW_PROCESS_GROUP,  # type: ignore[attr-defined,unused-ignore]  # Windows only
    )
    return SpawnedWorker(process, host_end, None)
