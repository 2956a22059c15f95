"""Reads graphs of ``torch.fx``: what Dynamo captured of a function, and the backward graph that was made of it."""

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Any
from weakref import ref

from torch import Tensor
from torch._ops import OpOverload
from torch.fx import Graph, Node

from engine.runtime.compat_compiler import Expression, size_of, source_name
from engine.runtime.recorder.texts import short_text
from engine.runtime.recorder.watch.captured import CapturedGraph, GraphInput, GraphOp, Slot
from engine.runtime.recorder.watch.kinds import FunctionInfo, Kind, learn

_CALLS = ("call_function", "call_method", "call_module")
_PLAIN_LOCAL = re.compile(r"L\['\w+'\](\[\d+\])*")


def read_graph(graph: Graph) -> CapturedGraph:
    """Return a graph as plain facts: nothing of it is held, and no size in it is asked for, which would set a guard."""
    return _Reader(graph).read()


class _Reader:
    """One reading of one graph."""

    def __init__(self, graph: Graph) -> None:
        self._nodes = tuple(graph.nodes)
        self._slots: dict[Node, tuple[Slot | None, ...]] = {}
        self._count = 0

    def read(self) -> CapturedGraph:
        written = _written(self._nodes)
        inputs: list[GraphInput] = []
        built_in: list[tuple[GraphInput, ref[Tensor]]] = []
        ops: list[GraphOp] = []
        outputs: tuple[Slot | None, ...] = ()
        for node in self._nodes:
            self._slots[node] = self._part(node) or self._new_slots(node)
            if node.op == "placeholder":
                inputs.append(self._input(node, is_written=node in written))
            elif node.op == "get_attr" and (held := _held(node)) is not None:
                built_in.append((self._input(node, is_written=node in written), ref(held)))
            elif node.op in _CALLS and self._part(node) is None:
                ops.append(self._op(node))
            elif node.op == "output":
                outputs = tuple(slot for argument in _leaves(node.args) for slot in self._first(argument))
        inputs += [entry for entry, _ in built_in]
        return CapturedGraph(tuple(inputs), outputs, tuple(ops), tuple(tensor for _, tensor in built_in))

    def _new_slots(self, node: Node) -> tuple[Slot | None, ...]:
        made = _meta(node)
        parts = made if isinstance(made, tuple | list) else (made,)
        return tuple(self._slot(part) for part in parts)

    def _slot(self, part: object) -> Slot | None:
        if not isinstance(part, Tensor):
            return None
        number = self._count
        self._count += 1
        return Slot(number, tuple(map(size_of, part.shape)), str(part.dtype).removeprefix("torch."))

    def _part(self, node: Node) -> tuple[Slot | None, ...] | None:
        """Return the slot that a node takes out of several results of another; None for any other node."""
        if node.op != "call_function" or getattr(node.target, "__name__", "") != "getitem":
            return None
        whole, position = node.args
        slots = self._slots.get(whole, ()) if isinstance(whole, Node) else ()
        is_several = isinstance(whole, Node) and isinstance(_meta(whole), tuple | list)
        if not is_several or not isinstance(position, int) or not -len(slots) <= position < len(slots):
            return None
        return (slots[position],)

    def _first(self, argument: object) -> tuple[Slot | None, ...]:
        return self._slots[argument] if isinstance(argument, Node) else (None,)

    def _input(self, node: Node, *, is_written: bool) -> GraphInput:
        made = _meta(node)
        source = source_name(node)
        slot = self._slots[node][0] if self._slots[node] else None
        symbol: Expression | None = None if isinstance(made, Tensor) else getattr(size_of(made), "expression", None)
        return GraphInput(
            slot, symbol, _shown_name(source) or node.name, not _PLAIN_LOCAL.fullmatch(source), is_written
        )

    def _op(self, node: Node) -> GraphOp:
        nodes = [leaf for leaf in _leaves((node.args, node.kwargs)) if isinstance(leaf, Node)]
        inputs = tuple(slot for leaf in nodes for slot in self._slots[leaf] if slot is not None)
        outputs = tuple(slot for slot in self._slots[node] if slot is not None)
        return GraphOp(op_name(node), ", ".join(_plain(node)), inputs, outputs)


def op_name(node: Node) -> str:
    """Return what a person calls the operator of a node: ``aten.mul.Tensor``, ``torch.relu``, ``Tensor.sin``."""
    target = node.target
    if isinstance(target, str):
        return f"Tensor.{target}" if node.op == "call_method" else target
    if isinstance(target, OpOverload):
        return str(target)
    return learn(target).target.removeprefix("_")


def _meta(node: Node) -> Any:  # noqa: ANN401 - a tensor without numbers, a size, or several of them
    return node.meta.get("example_value", node.meta.get("val", _held(node)))


def _held(node: Node) -> Tensor | None:
    """Return the tensor that a node takes from the graph's own module."""
    module = node.graph.owning_module
    if node.op != "get_attr" or not isinstance(node.target, str) or module is None:
        return None
    try:
        found = attrgetter(node.target)(module)
    except AttributeError:
        return None
    return found if isinstance(found, Tensor) else None


def _leaves(things: object) -> Iterator[object]:
    """Yield what is inside of nested tuples, lists and dicts, in order."""
    if isinstance(things, tuple | list):
        for part in things:
            yield from _leaves(part)
    elif isinstance(things, dict):
        yield from _leaves(tuple(things.values()))
    elif isinstance(things, slice):
        yield from _leaves((things.start, things.stop, things.step))
    else:
        yield things


def _plain(node: Node) -> Iterator[str]:
    """Yield the arguments that are no tensors."""
    for argument in node.args:
        if not any(isinstance(leaf, Node) for leaf in _leaves(argument)):
            yield short_text(argument)
    for name, argument in node.kwargs.items():
        if not any(isinstance(leaf, Node) for leaf in _leaves(argument)):
            yield f"{name}={short_text(argument)}"


def _written(nodes: tuple[Node, ...]) -> set[Node]:
    """Return the inputs that an operator may overwrite, directly or through a view."""
    found: set[Node] = set()
    for node in nodes:
        for target in _targets(node) if node.op in _CALLS else ():
            root: object = target
            while isinstance(root, Node) and root not in found:
                found.add(root)
                root = root.args[0] if root.args else None
    return found


def _targets(node: Node) -> Iterator[object]:
    """Yield what an operator may overwrite."""
    if isinstance(node.target, str):
        if node.op == "call_method" and node.target.endswith("_") and not node.target.endswith("__"):
            yield node.args[0]
        return
    if isinstance(node.target, OpOverload):
        schema = node.target._schema  # noqa: SLF001 - the public way to it parses text
        for argument, given in zip(schema.arguments, node.args, strict=False):
            if argument.alias_info is not None and argument.alias_info.is_write:
                yield given
        return
    yield node.kwargs.get("out")
    info = learn(node.target)
    if info.kind is Kind.WRITES or node.target.__name__ in ("setitem", "iadd", "isub", "imul", "itruediv"):
        yield node.args[0]
    elif info.kind is Kind.STATISTICS:
        yield from _statistics(node, info)
    elif info.kind is Kind.FLAGGED:
        yield node.args[0] if node.args else node.kwargs.get("input")


def _statistics(node: Node, info: FunctionInfo) -> Iterator[object]:
    yield from (node.args[1:3] if info.parameters else node.args[3:5])
    yield from (node.kwargs.get("running_mean"), node.kwargs.get("running_var"))


def _shown_name(source: str) -> str:
    """Return ``fn.0.weight`` for ``L['fn']._modules['0']._parameters['weight']``."""
    text = re.sub(r"\._(?:modules|parameters|buffers)\['([^']*)'\]", r".\1", source)
    text = re.sub(r"^[LG]\['(\w+)'\]", r"\1", text)
    return text.replace(".__closure__", "").replace(".cell_contents", "")
