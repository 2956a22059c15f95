"""Work that makes very many objects and hardly any circles, done without the garbage collector walking over them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage meanwhile: walking over all that is made again and again takes up to a third of such work."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            if not gc.get_freeze_count():
                # What was made is old at once: it stays, and walking over it now would take long for nothing.
                gc.freeze()
                gc.unfreeze()
            gc.enable()
