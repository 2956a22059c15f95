"""What torch loads late: the first optimizer of a process imports 800 modules, which takes a second."""

from importlib import import_module

LATE_MODULE = "torch._dynamo"


def preload() -> None:
    """Load now what the first optimizer would load; nothing happens when it is there already."""
    import_module(LATE_MODULE)
