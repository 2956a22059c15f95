"""The border to ``torch.jit``: a scripted or traced function is one step that can be opened into its graph.

What it calls runs in C++, where no function mode sees it.
"""

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any
from weakref import WeakKeyDictionary

from engine.runtime.compat import script_name
from engine.runtime.compat_script import Script, script_code, script_graph
from engine.runtime.recorder.nested import tensors_in
from engine.runtime.recorder.watch.captured import CompiledInfo, CompiledRegion, Contents, GraphRun
from engine.runtime.recorder.watch.kinds import Kind
from engine.runtime.recorder.watch.mode import RecorderMode
from engine.runtime.recorder.watch.script_graphs import ScriptReader

AnyFunction = Callable[..., Any]


class ScriptBorder:
    """Logs each call of ``ScriptFunction`` and ``ScriptMethod`` as one step with its graph."""

    def __init__(self, mode_of_thread: Callable[[], RecorderMode | None]) -> None:
        self._mode_of_thread = mode_of_thread
        self._readers: WeakKeyDictionary[Any, ScriptReader] = WeakKeyDictionary()

    def watched(self, original: AnyFunction) -> AnyFunction:
        """Return ``__call__`` of one of these classes, watched."""

        def call(script: Script, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever the script takes and returns
            mode = self._mode_of_thread()
            if mode is None or mode.current_scope() is not None:
                return original(script, *args, **kwargs)
            return self._recorded(mode, original, script, args, kwargs)

        return call

    def _recorded(
        self, mode: RecorderMode, original: AnyFunction, script: Script, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:  # noqa: ANN401 - whatever the script returns
        reader = self._reader(script)
        own = reader.own_tensors(script)
        given = reader.in_order(args, kwargs)
        inputs = (*given, *own.values())
        name = script_name(script)
        region = CompiledRegion(name, script_code(script))
        info = CompiledInfo(Kind.COMPILED, name, f"torch.jit.{name}", reader.parameters, region=region)
        mode.before_write([thing for thing in tensors_in(inputs) if reader.may_write])
        tensors = tuple(tensors_in(inputs))
        buffers = [tensor for tensor in tensors_in(own.values()) if reader.may_write and not tensor.requires_grad]
        before = Contents(tensors, buffers)

        def run() -> Any:  # noqa: ANN401 - whatever the script returns
            started_ns = perf_counter_ns()
            result = original(script, *args, **kwargs)
            outputs = tuple(result) if isinstance(result, tuple | list) else (result,)
            run = GraphRun(reader.graph, inputs, outputs, started_ns, perf_counter_ns(), before.changed())
            info.runs.append(run)
            return result

        return mode.record(info, run, args, {**kwargs, **own})

    def _reader(self, script: Script) -> ScriptReader:
        try:
            reader = self._readers.get(script)
        except TypeError:
            return ScriptReader(script_graph(script))
        if reader is None:
            reader = self._readers[script] = ScriptReader(script_graph(script))
        return reader
