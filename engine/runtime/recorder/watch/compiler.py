"""Watches the compiler of ``torch.compile``: where compiled code begins and ends, and the graphs that it captured."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from torch.fx import GraphModule

from engine.runtime.compat_compiler import (
    CALLS_BACKEND,
    ENTERS,
    GRAPH_PREFIX,
    INSTALLS,
    LEAVES,
    compiler_frames,
    graph_class,
    graph_module,
    known_graphs,
    leave_out,
    load_compiler,
    watched_graph,
)
from engine.runtime.recorder.patches import PatchSet
from engine.runtime.recorder.watch.captured import UNKNOWN_GRAPH, CapturedGraph
from engine.runtime.recorder.watch.compiled import CompileBorder, is_watched, watched_graph_call
from engine.runtime.recorder.watch.fx_graphs import read_graph
from engine.runtime.recorder.watch.marking import MARKS

AnyFunction = Callable[..., Any]


class CompilerWatch:
    """Patches of the compiler, which torch loads late: they are put in place once it is there."""

    def __init__(self, border: CompileBorder) -> None:
        self._border = border
        self._patches = PatchSet()
        self._is_planned = False
        self._taken = threading.local()

    def apply_if_loaded(self) -> None:
        """Put the patches in place, if the compiler is loaded."""
        frames, graphs = compiler_frames(), graph_class()
        if frames is None or graphs is None:
            return
        if not self._is_planned:
            self._is_planned = True
            self._patches.add(frames, ENTERS, self._border.watched_entry)
            self._patches.add(frames, LEAVES, self._border.watched_switch)
            self._patches.add(graphs, CALLS_BACKEND, self._watched_backend)
            self._patches.add(graphs, INSTALLS, self._watched_install)
        leave_out(MARKS.silent)
        self._patches.apply()
        for names, name, made in known_graphs():
            if not is_watched(made):
                module = graph_module(made)
                graph = (None if module is None else _read(module)) or UNKNOWN_GRAPH
                names[name] = watched_graph(made, partial(watched_graph_call, graph))

    def load(self) -> None:
        """Load the compiler and put the patches in place: the program is about to use it."""
        load_compiler()
        self.apply_if_loaded()

    def forked(self) -> None:
        """Be usable in a forked process."""
        self._patches.forked()

    def remove(self) -> None:
        """Take the patches away."""
        self._patches.remove()

    def _watched_backend(self, original: AnyFunction) -> AnyFunction:
        """Return the method that gives a graph to the backend, which may change it: it is read before."""

        def call_user_compiler(output: Any, module: GraphModule, *args: Any) -> Any:  # noqa: ANN401 - the compiler's own
            self._taken.graph = _read(module)
            return original(output, module, *args)

        return call_user_compiler

    def _watched_install(self, original: AnyFunction) -> AnyFunction:
        """Return the method that makes what the backend made known to the compiled code."""

        def install_global_unsafe(output: Any, name: str, value: Any) -> None:  # noqa: ANN401 - the compiler's own
            graph: CapturedGraph | None = getattr(self._taken, "graph", None)
            if graph is not None and name.startswith(GRAPH_PREFIX):
                self._taken.graph = None
                value = watched_graph(value, lambda made: watched_graph_call(graph, made))
            original(output, name, value)

        return install_global_unsafe


def _read(module: GraphModule) -> CapturedGraph | None:
    try:
        return read_graph(module.graph)
    except Exception:  # noqa: BLE001 - a graph of a form that nobody has thought of must still be compiled
        return None
