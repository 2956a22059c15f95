"""Reads graphs of TorchScript. A loop is one operator before what it repeats, and stands there once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor

from engine.runtime.compat_script import Script, ScriptGraph, script_attribute
from engine.runtime.recorder.texts import short_text
from engine.runtime.recorder.watch.captured import CapturedGraph, GraphInput, GraphOp, Slot

_BOOKKEEPING = frozenset({"prim::Constant", "prim::GetAttr", "prim::ListConstruct", "prim::TupleConstruct"})
_BOOKKEEPING |= {"prim::TupleUnpack", "prim::ListUnpack", "prim::RaiseException", "prim::SetAttr"}
_CONTROL = frozenset({"prim::If", "prim::Loop"})
_STATISTICS = frozenset({"aten::batch_norm", "aten::instance_norm"})


class ScriptReader:
    """The graph of one scripted function.

    Attributes:
        graph: The graph as facts; its inputs are the arguments, then the tensors of the module.
        parameters: Names of the arguments.
        may_write: Whether an operator in it may overwrite something.
    """

    def __init__(self, graph: ScriptGraph) -> None:
        self._slots: dict[str, Slot] = {}
        self._paths: dict[str, tuple[str, ...]] = {}
        self._own: dict[tuple[str, ...], Slot] = {}
        self._constants: dict[str, Any] = {}
        self.may_write = False
        taken = list(graph.inputs())
        if taken and _is_module(taken[0]):
            self._paths[taken[0].debugName()] = ()
            taken = taken[1:]
        self.parameters = tuple(value.debugName().partition(".")[0] for value in taken)
        slots = [self._slot(value) for value in taken]
        ops = tuple(self._ops(graph))
        inputs = [_input(slot, name) for slot, name in zip(slots, self.parameters, strict=True)]
        inputs += [_input(slot, ".".join(path)) for path, slot in self._own.items()]
        outputs = tuple(self._slot(value) for value in graph.outputs())
        self.graph = CapturedGraph(tuple(inputs), outputs, ops)

    def in_order(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the arguments of a call in the order of the graph's inputs, None for those left out."""
        rest = self.parameters[len(args) :]
        return (*args, *(kwargs.get(name) for name in rest))

    def own_tensors(self, script: Script) -> dict[str, Tensor | None]:
        """Return the parameters and buffers that the graph takes from its module, by their names."""
        return {".".join(path): script_attribute(script, path) for path in self._own}

    def _slot(self, value: Any) -> Slot | None:  # noqa: ANN401 - a class that only torch's C++ part knows
        if value.type().kind() not in ("TensorType", "OptionalType") or "Tensor" not in str(
            value.type().annotation_str
        ):
            return None
        name = value.debugName()
        slot = self._slots.get(name)
        if slot is None:
            slot = self._slots[name] = _slot(len(self._slots), value)
        return slot

    def _ops(self, graph: ScriptGraph) -> Iterator[GraphOp]:
        waiting = [iter(list(graph.nodes()))]
        while waiting:
            node = next(waiting[-1], None)
            if node is None:
                waiting.pop()
                continue
            self._note(node)
            op = self._op(node)
            if op is not None:
                yield op
            waiting.extend(iter(list(block.nodes())) for block in reversed(list(node.blocks())))

    def _note(self, node: Any) -> None:  # noqa: ANN401 - as above
        kind = node.kind()
        made = [value.debugName() for value in node.outputs()]
        if kind == "prim::Constant" and made:
            self._constants[made[0]] = next(node.outputs()).toIValue()
        elif kind == "prim::GetAttr":
            self._attribute(node)
        self.may_write = self.may_write or kind in _STATISTICS or (kind.endswith("_") and not kind.endswith("__"))

    def _attribute(self, node: Any) -> None:  # noqa: ANN401 - as above
        owner = self._paths.get(next(node.inputs()).debugName())
        value = next(node.outputs())
        if owner is None:
            return
        path = self._paths[value.debugName()] = (*owner, node.s("name"))
        slot = self._own.get(path) or self._slot(value)
        if slot is not None:
            self._own[path] = self._slots[value.debugName()] = slot

    def _op(self, node: Any) -> GraphOp | None:  # noqa: ANN401 - as above
        kind = node.kind()
        inputs = tuple(slot for value in node.inputs() if (slot := self._slot(value)) is not None)
        outputs = tuple(slot for value in node.outputs() if (slot := self._slot(value)) is not None)
        if kind in _BOOKKEEPING or not (inputs or outputs or kind in _CONTROL):
            return None
        names = (value.debugName() for value in node.inputs())
        plain = [short_text(self._constants[name]) for name in names if self._constants.get(name) is not None]
        return GraphOp(kind.replace("::", "."), ", ".join(plain), inputs, outputs)


def _slot(number: int, value: Any) -> Slot:  # noqa: ANN401 - as above
    if not value.isCompleteTensor():
        return Slot(number)
    return Slot(number, tuple(value.type().sizes()), str(value.type().dtype()).removeprefix("torch."))


def _input(slot: Slot | None, name: str) -> GraphInput:
    return GraphInput(slot, None, name, is_own=True, is_written=False)


def _is_module(value: Any) -> bool:  # noqa: ANN401 - as above
    return bool(value.type().kind() == "ClassType")
