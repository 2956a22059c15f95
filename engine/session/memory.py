"""How much memory another process has taken."""

from pathlib import Path


def private_bytes(process_id: int) -> int | None:
    """Return the resident bytes that belong to a process alone, or None where the system does not tell (not Linux)."""
    try:
        status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return None
