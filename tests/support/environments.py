"""Environments for packages that Chainrule itself does not need: peers to measure against, libraries to record.

Each lies inside of ``.venv``, sees what is installed there (so torch is the very same) and adds its own packages.
"""

import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def python_with(name: str, requirements: Path) -> Path:
    """Return the Python of the environment ``.venv/NAME``, made first if it is missing or its list has changed.

    Args:
        name: Folder of the environment inside of ``.venv``.
        requirements: Pinned packages, each with everything that it needs and that ``.venv`` lacks.

    Raises:
        OSError: If packages could not be installed; the text is one sentence.
    """
    folder = ROOT / ".venv" / name
    python = folder / "bin" / "python"
    mark = folder / "installed.txt"
    wanted = requirements.read_text()
    if mark.exists() and mark.read_text() == wanted:
        return python
    _done([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)])
    inner = Path(_done([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip())
    (inner / "chainrule.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", str(inner), "-r", str(requirements)]
    _done([sys.executable, *install])
    mark.write_text(wanted)
    return python


def _done(command: list[str]) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=1200).stdout
    except (subprocess.SubprocessError, OSError) as error:
        said = str(getattr(error, "stderr", "") or error).strip().splitlines()
        raise OSError(f"{command[0]} could not do its work: {said[-1] if said else error}") from error
