"""Runs all of torch's databases under the recorder and prints how many entries are identical: make conformance.

Every database is shared among a few processes. An optional number bounds the samples of each entry.
"""

import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import cpu_count

import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db
from torch.testing._internal.common_optimizers import optim_db

from tests.conformance.exceptions import reason
from tests.conformance.families import FAMILIES, Entry, family_name
from tests.conformance.modules import modules
from tests.conformance.operators import Load, name_of, operators
from tests.conformance.optimizers import optimizers
from tests.conformance.random_programs import random_programs

PARTS = 24
"""Pieces of the work: many, so that no process waits long for the others."""

MODULE_SAMPLES = 100
"""Samples of a layer, of all that there are for one type: a loss has nearly a thousand."""

PROGRAMS = 2400
"""Random programs in all."""


def part(number: int, samples: int | None) -> list[Entry]:
    """Do one piece of the work: every so many entries of each database."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    return [
        *operators(Load(samples, 3 if samples is None else min(3, samples)), op_db[number::PARTS]),
        *modules(samples or MODULE_SAMPLES, module_db[number::PARTS]),
        *optimizers(optim_db[number::PARTS]),
        *random_programs(PROGRAMS // PARTS, start=number),
    ]


def report(entries: list[Entry]) -> int:
    """Print the result of each database in each family, and the exceptions; return how many have no known reason."""
    tables: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        tables[entry.database, entry.family].append(entry)
    for (database, family), found in tables.items():
        ran = [entry for entry in found if entry.is_run]
        good = sum(not entry.problems for entry in ran)
        samples = sum(entry.samples.total() for entry in ran)
        print(f"{database:16} {family:10} {good} of {len(ran)} identical, {samples} samples")
    unknown = 0
    print("\nExceptions")
    for name, why, families in _odd(entries):
        unknown += why is None
        print(f"  {name}: {why or 'NO KNOWN REASON'} ({families})")
    none = [name_of(info) for info in op_db if not any(dtype in info.dtypes for dtype in FAMILIES)]
    print(f"  {len(none)} operators claim none of these types on a CPU: {', '.join(none)}")
    refused = sum(entry.bare.total() for entry in entries)
    print(f"  {refused} calls that torch itself refuses (no kernel for the type, in place into another type and so on)")
    return unknown


def _odd(entries: list[Entry]) -> Iterator[tuple[str, str | None, str]]:
    rows: defaultdict[tuple[str, str | None], list[str]] = defaultdict(list)
    for entry in entries:
        if entry.problems or not entry.is_run:
            why = reason(entry)
            texts = entry.problems or dict(list(entry.bare.items())[:1])
            shown = "" if why is not None else "; ".join(texts)
            rows[f"{entry.name} {shown}".strip(), why].append(entry.family)
    for (text, why), families in rows.items():
        yield text, why, ", ".join(families)


def main() -> int:
    """Run everything; return 1 when something fails that no reason is known for."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else None
    started = time.monotonic()
    with ProcessPoolExecutor(min(cpu_count() or 1, 8), get_context("spawn")) as pool:
        entries: list[Entry] = []
        for number, piece in enumerate(pool.map(part, range(PARTS), [samples] * PARTS), start=1):
            entries.extend(piece)
            print(f"{number} of {PARTS} pieces done", file=sys.stderr)
    order = {name: number for number, name in enumerate(map(family_name, FAMILIES))}
    entries.sort(key=lambda entry: (entry.database, order.get(entry.family, 0), entry.name))
    unknown = report(entries)
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    print(f"{minutes} min {seconds} s")
    return int(unknown > 0)


if __name__ == "__main__":
    sys.exit(main())
