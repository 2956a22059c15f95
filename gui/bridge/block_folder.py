"""Blocks that a person keeps: a folder of Python files, one ``nn.Module`` each; they are read, never run."""

import os
from pathlib import Path

from gui.bridge.settings import settings_path

SUFFIX = ".py"
LARGEST_BYTES = 1_000_000
MOST_FILES = 500


def blocks_path() -> Path:
    """Return the folder, beside the settings."""
    return settings_path().parent / "blocks"


class BlockFolder:
    """Reads and writes the files; see ``gui.model.network_blocks.BlockStore``."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or blocks_path()

    def read(self) -> dict[str, str | OSError]:
        """Return the text of each block by its name, or why it could not be read."""
        try:
            paths = sorted(path for path in self.path.iterdir() if path.suffix == SUFFIX)[:MOST_FILES]
        except OSError:
            return {}
        return {path.stem: _text_of(path) for path in paths}

    def write(self, name: str, text: str) -> None:
        """Write a block, whole or not at all.

        Raises:
            OSError: If that is not possible.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        path = self.path / f"{name}{SUFFIX}"
        half = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            half.write_text(text, encoding="utf-8")
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Remove a block.

        Raises:
            OSError: If that is not possible.
        """
        (self.path / f"{name}{SUFFIX}").unlink(missing_ok=True)


def _text_of(path: Path) -> str | OSError:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            return OSError(f"it has more than {LARGEST_BYTES // 1_000_000} MB")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return OSError("it is no text")
    except OSError as error:
        return error
