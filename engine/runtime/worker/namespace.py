"""The place that a program runs in: a fresh ``__main__``, as ``python program.py`` would give it."""

import ast
import atexit
import gc
import linecache
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from engine.runtime.worker.console import Console
from engine.runtime.worker.streams import CapturedStream, NoInput
from engine.trace.facts import Stream


def make_main_module(filename: str, tree: ast.Module) -> ModuleType:
    """Make a new ``__main__`` module and put it into ``sys.modules``."""
    module = ModuleType("__main__")
    module.__file__ = filename
    module.__doc__ = ast.get_docstring(tree, clean=False)
    vars(module)["__annotations__"] = {}
    vars(module)["__builtins__"] = sys.modules["builtins"]
    sys.modules["__main__"] = module
    return module


def leave_program() -> None:
    """Run what the program registered for its end, and let go of its variables, which closes its files."""
    with suppress(Exception):
        atexit._run_exitfuncs()  # noqa: SLF001 - what the interpreter itself calls at its end
    vars(sys.modules["__main__"]).clear()
    gc.collect()


def enter_program(filename: str, text: str, console: Console) -> None:
    """Set ``sys.argv``, the import path, the standard streams and the source lines for tracebacks."""
    sys.argv = [filename]
    folder = str(Path(filename).resolve().parent)
    engine_root = str(Path(__file__).resolve().parents[3])
    rest = [entry for entry in sys.path if entry not in {"", folder, engine_root}]
    sys.path[:] = [folder, *rest]
    if engine_root != folder:
        sys.path.append(engine_root)
    sys.stdout = CapturedStream(console, Stream.OUT)
    sys.stderr = CapturedStream(console, Stream.ERR)
    sys.stdin = NoInput()
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
