"""The long run: ``python -m tests.fuzz.run SECONDS [SEED]`` prints each new fault once, with the seed that shows it."""

import faulthandler
import sys
import tempfile
import time
import traceback
from pathlib import Path
from random import Random

from tests.fuzz.damage import damaged
from tests.fuzz.harness import open_both_ways, recordings, seeds
from tests.fuzz.lies import lied
from tests.fuzz.uses import use_all

SLOW_S = 5.0
HANG_S = 60.0


def one(seed: int, files: list[bytes], folder: Path) -> str:
    """Make one file or one recording and do everything with it; return what was tried."""
    rng = Random(seed)
    if seed % 2:
        recording = open_both_ways(folder / "f.chainrule", damaged(rng, rng.choice(files)))
        if recording is None:
            return "refused"
        use_all(recording, folder)
        return "opened"
    told = lied(rng, rng.choice(recordings()))
    if told is None:
        return "contradiction"
    use_all(told, folder)
    return "lie"


def main(seconds: float, first: int) -> int:
    """Try seeds for so many seconds and return the exit code."""
    end = time.monotonic() + seconds
    counts: dict[str, int] = {}
    faults: set[str] = set()
    seed = first
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = seeds(folder)
        while time.monotonic() < end:
            began = time.process_time()
            faulthandler.dump_traceback_later(HANG_S, exit=True)
            try:
                what = one(seed, files, folder)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
                what = "FAULT"
                place = traceback.extract_tb(error.__traceback__)[-1]
                key = f"{type(error).__name__} at {place.filename}:{place.lineno}"
                if key not in faults:
                    faults.add(key)
                    print(f"seed {seed}: {key}: {str(error)[:200]}", flush=True)
            faulthandler.cancel_dump_traceback_later()
            took = time.process_time() - began
            if took > SLOW_S:
                print(f"seed {seed}: slow, {took:.1f} s", flush=True)
            counts[what] = counts.get(what, 0) + 1
            seed += 1
    print(f"{seed - first} tried: {counts}; {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
