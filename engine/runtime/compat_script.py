# ruff: noqa: SLF001 - like compat, this file may touch what torch keeps private
"""Every private function of ``torch.jit`` that the recorder needs.

| private name | used for | without it |
| --- | --- | --- |
| ``_jit_pass_inline`` | graphs with the functions that they call written out | the calls are shown as they are |
| ``_torchdynamo_inline`` | the function that was scripted | the region does not say where it begins |

``ScriptModule.forward`` is one ``ScriptMethod`` that lives as long as its module and can be weakly referenced, as can a
``ScriptFunction``. A parameter is the same tensor object whether Python or ``owner.getattr`` asks for it.
"""

import sys
from types import CodeType, ModuleType
from typing import Any, TypeAlias

import torch
from torch import Tensor

ScriptGraph: TypeAlias = Any
Script: TypeAlias = Any


def tracers() -> tuple[tuple[ModuleType, str], ...]:
    """Return the functions of torch that run a program once in order to write it down."""
    modules = ((torch.jit, "trace"), (torch.jit, "trace_module"), (sys.modules.get("torch.export"), "export"))
    return tuple((module, name) for module, name in modules if module is not None and hasattr(module, name))


def script_graph(script: Script) -> ScriptGraph:
    """Return a copy of the graph of a scripted or traced function, with what it calls written out."""
    graph = script.graph.copy()
    inline = getattr(torch._C, "_jit_pass_inline", None)
    if inline is not None:
        inline(graph)
    return graph


def script_code(script: Script) -> CodeType | None:
    """Return the Python code that was scripted, None where it is not known."""
    code = getattr(getattr(script, "_torchdynamo_inline", None), "__code__", None)
    return code if isinstance(code, CodeType) else None


def script_attribute(script: Script, path: tuple[str, ...]) -> Tensor | None:
    """Return a parameter or buffer of the module that a scripted method belongs to; None where there is none."""
    thing = script.owner
    for name in path:
        if not thing.hasattr(name):
            return None
        thing = thing.getattr(name)
    return thing if isinstance(thing, Tensor) else None
