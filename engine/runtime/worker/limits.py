"""The memory limit of the worker process itself."""

import sys
from pathlib import Path
from types import TracebackType

if sys.platform != "win32":
    import resource

STACK_BYTES = 8_388_608
"""What each further thread of torch's pool takes of the limit without using it."""


class MemoryLimit:
    """Makes allocations fail once the program has taken its share; does nothing where the system has no such limit.

    The limit counts from what the process has now. As a context manager it is lifted inside the block, so that our own
    code works when the program has used everything up.
    """

    def __init__(self) -> None:
        self._soft: int | None = None

    @property
    def is_set(self) -> bool:
        """Whether the program runs under a limit."""
        return self._soft is not None

    def apply(self, limit_bytes: int, threads: int) -> None:
        """Allow ``limit_bytes`` more than there are now, and the stacks of ``threads`` further threads."""
        used = data_bytes()
        if used is None:
            return
        self._soft = used + limit_bytes + threads * STACK_BYTES
        self._set(self._soft)

    def lift(self) -> None:
        """Take the limit away for good."""
        if self._soft is not None:
            self._set(None)

    def __enter__(self) -> None:
        self.lift()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._soft is not None:
            self._set(self._soft)

    def _set(self, soft: int | None) -> None:
        if sys.platform != "win32":
            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            wanted = hard if soft is None else soft
            if hard != resource.RLIM_INFINITY:
                wanted = min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def data_bytes() -> int | None:
    """Bytes of private writable memory of this process, or None where the system does not tell (not Linux)."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return None
