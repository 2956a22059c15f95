"""Chainrule's engine: records what torch computes, explains it and prepares it for drawing. Knows no Qt.

``record``, ``group`` and ``log`` are found here when first asked for: they need torch, which takes seconds to load, and
whoever only reads recordings does not. This is the one lazy import of the engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.runtime.script import group, log, record

__all__ = ["group", "log", "record"]


def __getattr__(name: str) -> object:
    if name in __all__:
        module = import_module("engine.runtime.script")
        globals().update({public: getattr(module, public) for public in __all__})
        return globals()[name]
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
