"""Ops opened into the kernels that they were executed as."""

from collections.abc import Sequence
from dataclasses import replace

from engine.graph.categories import category_of
from engine.graph.folding import Folding
from engine.graph.labels import short
from engine.graph.view import EdgeKind, GroupKey, NodeKey, NodeKind, ViewEdge, ViewGraph, ViewGroup, ViewNode
from engine.trace.execution import Kernel, KernelOperand
from engine.trace.recording import Recording
from engine.trace.tensors import shape_text


def as_executed(recording: Recording, view: ViewGraph, folding: Folding) -> ViewGraph:
    """Tell which ops of ``view`` have recorded kernels, and open those that ``folding`` asks for."""
    nodes: list[ViewNode] = []
    opened: dict[NodeKey, _Opened] = {}
    for node in view.nodes:
        kernels = recording.kernels(node.about) if node.kind is NodeKind.OP and node.about is not None else ()
        if not kernels:
            nodes.append(node)
            continue
        key = GroupKey(f"kernels {node.key}")
        if folding.is_opened(key, by_rule=folding.executed):
            opened[node.key] = inside = _Opened(node, key, kernels)
            nodes += inside.nodes()
        else:
            nodes.append(replace(node, executed_as=key))
    if not opened:
        return replace(view, nodes=tuple(nodes))
    beside = {key: inside.keys[0] for key, inside in opened.items()}
    nodes = [replace(node, mirrors=beside[node.mirrors]) if node.mirrors in beside else node for node in nodes]
    edges = [edge for outer in view.edges for edge in _rewired(outer, opened)]
    edges += [edge for inside in opened.values() for edge in inside.edges()]
    groups = (*view.groups, *(inside.group() for inside in opened.values()))
    return replace(view, nodes=tuple(nodes), edges=tuple(edges), groups=groups)


def _rewired(edge: ViewEdge, opened: dict[NodeKey, "_Opened"]) -> list[ViewEdge]:
    """The edge, from the kernel that made the tensor and to every kernel that takes it."""
    source, target = opened.get(edge.source), opened.get(edge.target)
    if source is not None:
        edge = replace(edge, source=source.maker(edge))
    if target is None:
        return [edge]
    return [replace(edge, target=taker) for taker in target.takers(edge)]


class _Opened:
    """One op and its kernels."""

    def __init__(self, node: ViewNode, key: GroupKey, kernels: Sequence[Kernel]) -> None:
        self.keys = [NodeKey(f"kernel:{number}:{node.key}") for number in range(len(kernels))]
        self._node = node
        self._key = key
        self._kernels = kernels

    def nodes(self) -> list[ViewNode]:
        """One box a kernel, in the order in which they ran."""
        return [self._kernel_node(key, kernel) for key, kernel in zip(self.keys, self._kernels, strict=True)]

    def _kernel_node(self, key: NodeKey, kernel: Kernel) -> ViewNode:
        shape = shape_text(kernel.outputs[0].shape) if kernel.outputs else ""
        stem = kernel.name.removeprefix("aten.").partition(".")[0]
        return ViewNode(
            key=key,
            kind=NodeKind.OP,
            category=category_of(stem.strip("_")),
            title=short(kernel.name.removesuffix(".default")),
            subtitle=short(f"{kernel.text} {shape}".strip()),
            step=self._node.step,
            last_step=self._node.last_step,
            main_step=self._node.main_step,
            value=next((operand.value for operand in kernel.outputs if operand.value is not None), None),
            group=self._key,
        )

    def group(self) -> ViewGroup:
        """The frame around the kernels."""
        count = len(self._kernels)
        step = self._node.about
        assert step is not None
        return ViewGroup(
            key=self._key,
            title=self._node.title,
            subtitle=f"as executed · {count} kernel{'s' if count != 1 else ''}",
            parent=self._node.group,
            first_step=step,
            last_step=step,
        )

    def edges(self) -> list[ViewEdge]:
        """What flows from kernel to kernel."""
        made: dict[tuple[bool, int], tuple[int, int]] = {}
        found: list[ViewEdge] = []
        for number, kernel in enumerate(self._kernels):
            for slot, operand in enumerate(kernel.inputs):
                origin = made.get(_identity(operand))
                if origin is not None:
                    found.append(self._edge(origin, (number, slot), operand))
            for slot, operand in enumerate(kernel.outputs):
                made[_identity(operand)] = (number, slot)
        return found

    def _edge(self, origin: tuple[int, int], end: tuple[int, int], operand: KernelOperand) -> ViewEdge:
        return ViewEdge(
            source=self.keys[origin[0]],
            target=self.keys[end[0]],
            kind=EdgeKind.DATA,
            source_slot=origin[1],
            target_slot=end[1],
            value=operand.value,
            step=self._node.step,
        )

    def maker(self, edge: ViewEdge) -> NodeKey:
        """The last kernel that gave the tensor of the edge; the last of all where none is known to."""
        for key, kernel in zip(reversed(self.keys), reversed(self._kernels), strict=True):
            if any(operand.value == edge.value is not None for operand in kernel.outputs):
                return key
        return self.keys[-1]

    def takers(self, edge: ViewEdge) -> list[NodeKey]:
        """The kernels that took the tensor of the edge from outside; the first of all where none is known to."""
        found: list[NodeKey] = []
        for key, kernel in zip(self.keys, self._kernels, strict=True):
            if any(operand.value == edge.value is not None for operand in kernel.inputs):
                found.append(key)
            if any(operand.value == edge.value is not None for operand in kernel.outputs):
                break
        return found or self.keys[:1]


def _identity(operand: KernelOperand) -> tuple[bool, int]:
    return (True, operand.value) if operand.value is not None else (False, operand.local)
