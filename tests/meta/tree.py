"""The source files of the project, as the tests about them see them."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "assets" / "examples"
ROOMS = ("engine", "gui", "assets", "tests")


def python_files(*rooms: str) -> Iterator[Path]:
    """Every Python file of the rooms, and ``main.py``; example programs are what learners write, not our code."""
    for room in rooms or ROOMS:
        yield from (path for path in sorted((ROOT / room).rglob("*.py")) if EXAMPLES not in path.parents)
    yield ROOT / "main.py"


def name_of(path: Path) -> str:
    """The path as shown in failures."""
    return str(path.relative_to(ROOT))
