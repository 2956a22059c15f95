"""Runs all of torch's databases under the recorder and prints how many entries are identical: make conformance."""

import sys
import warnings
from collections.abc import Iterable

from tests.conformance.databases import Entry, modules, operators, optimizers
from tests.conformance.exceptions import reason


def report(title: str, entries: Iterable[Entry]) -> int:
    """Print the result of one database; return how many entries fail without a known reason."""
    ran = [entry for entry in entries if entry.is_run]
    failed = [entry for entry in ran if entry.problems]
    print(f"{title}: {len(ran) - len(failed)} of {len(ran)} identical")
    unknown = 0
    for entry in failed:
        why = reason(entry.name, entry.problems)
        unknown += why is None
        print(f"  {entry.name:44} {'; '.join(entry.problems)}: {why or 'NO KNOWN REASON'}")
    return unknown


def main() -> int:
    """Run everything; return 1 when something fails that no reason is known for."""
    warnings.simplefilter("ignore")
    unknown = report("Operators", operators()) + report("Modules", modules()) + report("Optimizers", optimizers())
    return int(unknown > 0)


if __name__ == "__main__":
    sys.exit(main())
