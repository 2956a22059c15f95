"""Marks the texts of a program before they are compiled: its own, and those of modules beside it that it imports."""

import ast
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import decode_source
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from engine.program.instrument import Instrumenter
from engine.program.source import SourceMap
from engine.runtime.recorder.watch.frames import FileMarks, Marks
from engine.runtime.recorder.watch.marking import MARKS


class TextMarker:
    """Marks texts, and tells the source map of what it has marked; ``note`` takes a line for the person."""

    def __init__(self, source: SourceMap, note: Callable[[str], None]) -> None:
        self._source = source
        self._note = note

    def statements(self, text: str, filename: str) -> list[list[ast.stmt]] | None:
        """Return the top-level statements of a text, each with its marks; None when it has to run without marks."""
        count = len(MARKS.sites)
        try:
            tree = ast.parse(text, filename)
            marked = Instrumenter(text, filename, MARKS.sites).mark(tree)
            compile(tree, filename, "exec", dont_inherit=True)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here, the program has to run
            del MARKS.sites[count:]
            self._note(f"[{Path(filename).name}: loops and decisions are not recorded ({type(error).__name__}).]")
            return None
        MARKS.install()
        self._source.learn(filename, text, marked.conditions)
        return marked.statements


class OwnModules(MetaPathFinder):
    """Finds the modules that lie beside the program, and has their texts marked when they are imported."""

    def __init__(self, folder: Path, marker: TextMarker) -> None:
        self._folder = folder
        self._marker = marker
        self._marks = FileMarks()

    def install(self) -> None:
        """Be asked from now on, before the files of the import path are looked through."""
        finders = sys.meta_path
        place = finders.index(PathFinder) if PathFinder in finders else len(finders)
        finders.insert(place, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load a module of the person's own, None for all others."""
        if not self._may_have(fullname, path):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader or not self._is_own(spec.loader.path):
            return None
        spec.loader = _MarkingLoader(spec.loader.name, spec.loader.path, self._marker)
        return spec

    def _may_have(self, fullname: str, path: Sequence[str] | None) -> bool:
        if path is not None:
            return any(self._is_beside(entry) for entry in path)
        return (self._folder / f"{fullname}.py").is_file() or (self._folder / fullname / "__init__.py").is_file()

    def _is_own(self, file: str) -> bool:
        return self._is_beside(file) and self._marks[file] == Marks.PERSON

    def _is_beside(self, path: str) -> bool:
        return Path(path).is_relative_to(self._folder)


class _MarkingLoader(SourceFileLoader):
    """Loads a module with marks; what it compiles is never cached, so that other programs do not get the marks."""

    def __init__(self, fullname: str, path: str, marker: TextMarker) -> None:
        super().__init__(fullname, path)
        self._marker = marker

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the marked code of the module."""
        path = self.get_filename(fullname)
        data = self.get_data(path)
        whole = self.source_to_code(data, path)
        statements = self._marker.statements(decode_source(data), path)
        if statements is None:
            return whole
        body = [statement for block in statements for statement in block]
        marked: Any = compile(ast.Module(body, []), path, "exec", dont_inherit=True)
        return marked if isinstance(marked, CodeType) else whole
