"""Builtins of our own for the engine's modules in a worker.

A program may replace or delete builtins (``builtins.len = ...``). Python looks a name up in the ``__builtins__`` of the
module that a function was made in; modules loaded through the finder here have a copy that no program can reach by
``import builtins``, so that recording goes on whatever the program does.
"""

import builtins
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType

PACKAGE_PREFIX = "engine."


class _PrivateLoader(SourceFileLoader):
    """Loads a module whose builtins are a copy of Python's."""

    def __init__(self, name: str, path: str, copy: dict[str, object]) -> None:
        super().__init__(name, path)
        self._copy = copy

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code with the copy."""
        vars(module)["__builtins__"] = self._copy
        super().exec_module(module)


class _PrivateFinder(MetaPathFinder):
    """Finds the engine's modules as usual and loads them with a ``_PrivateLoader``."""

    def __init__(self) -> None:
        self._copy = vars(builtins).copy()

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return the spec of an engine module, None for every other one."""
        if not name.startswith(PACKAGE_PREFIX):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _PrivateLoader(spec.loader.name, spec.loader.path, self._copy)
        return spec


def give_engine_private_builtins() -> None:
    """Load every engine module that is imported from now on with private builtins."""
    sys.meta_path.insert(0, _PrivateFinder())
