"""Names of the recordings of several processes that compute together."""

import re
from pathlib import Path

SUFFIX = ".chainrule"


def rank_path(beside: Path, rank: int) -> Path:
    """Return the path of a rank's recording: ``run.rank1.chainrule`` for ``run.chainrule``."""
    return beside.with_name(f"{beside.name.removesuffix(SUFFIX)}.rank{rank}{SUFFIX}")


def rank_files(beside: Path) -> dict[int, Path]:
    """Return the recordings of ranks that lie beside a recording, by rank."""
    pattern = re.compile(re.escape(beside.name.removesuffix(SUFFIX)) + rf"\.rank(\d+){re.escape(SUFFIX)}")
    found = {}
    for path in beside.parent.glob("*" + SUFFIX):
        match = pattern.fullmatch(path.name)
        if match is not None:
            found[int(match.group(1))] = path
    return dict(sorted(found.items()))
