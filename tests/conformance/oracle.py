"""An oracle that shares no code with the recorder: plain walks of torch's graph, plain hooks, plain bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten

from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.trace.batch import RunInfo
from engine.trace.bytestore import MemoryBytes
from engine.trace.facts import BackwardCall, Phase, Step
from engine.trace.ids import GradNodeId, ValueId
from engine.trace.recording import Recording

Edges = tuple[tuple[int, int, int], ...]
"""(slot, position of the target, input_index) of the edges of one node."""


@dataclass
class Ran:
    """What one run of a sample left.

    ``inputs`` are the leaves, ``operands`` the tensors that the call itself got, in order; ``roots`` are the outputs
    to go back from, None for all. ``graph`` is (name, edges) of each node, roots first; ``order`` says which nodes ran:
    (position, gradients sent on, gradients that came in).
    """

    inputs: list[Tensor]
    outputs: list[Tensor]
    operands: list[Tensor] = field(default_factory=list)
    roots: list[Tensor] | None = None
    gradients: list[Tensor | None] = field(default_factory=list)
    states: list[Tensor] = field(default_factory=list)
    graph: list[tuple[str, Edges]] = field(default_factory=list)
    order: list[tuple[int, tuple[Tensor | None, ...], tuple[Tensor | None, ...]]] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)


def tensors_in(thing: Any) -> list[Tensor]:
    return [part for part in tree_flatten(thing)[0] if isinstance(part, Tensor)]


def fresh(thing: Any) -> Any:
    """A leaf of its own for each tensor of a sample, which lies in memory as that one does."""
    if not isinstance(thing, Tensor):
        return thing
    plain = thing.detach()
    if plain.layout is torch.strided and not (plain.is_conj() or plain.is_neg() or plain.is_quantized):
        memory = plain.untyped_storage().clone()
        copy = torch.empty(0, dtype=plain.dtype).set_(memory, plain.storage_offset(), plain.shape, plain.stride())
    else:
        copy = plain.clone()
    return copy.requires_grad_(thing.requires_grad)


def seed(number: int) -> None:
    """Set the random numbers of the CPU, which is much quicker than asking for those of all devices."""
    torch.default_generator.manual_seed(number)


def reads(tensor: Tensor) -> bool:
    """Whether the oracle can say what the numbers of a tensor are."""
    return not tensor.is_nested and not tensor.is_meta and not tensor.is_quantized


def raw(tensor: Tensor) -> bytes:
    """The numbers of a tensor in C order."""
    tensor = tensor.detach()
    if tensor.layout is not torch.strided:
        tensor = tensor.to_dense()
    flat = tensor.resolve_conj().resolve_neg().reshape(-1)
    return torch.cat([flat, flat])[: flat.numel()].view(torch.uint8).numpy(force=True).tobytes() if len(flat) else b""


def same(one: Tensor | None, other: Tensor | None) -> bool:
    """Whether two tensors agree in every bit, and in shape, type and strides."""
    if one is None or other is None:
        return one is other
    if (one.shape, one.dtype, one.layout) != (other.shape, other.dtype, other.layout):
        return False
    if (one.is_conj(), one.is_neg()) != (other.is_conj(), other.is_neg()):
        return False
    if one.layout is torch.strided and one.stride() != other.stride():
        return False
    return raw(one) == raw(other)


def all_same(ones: Sequence[Tensor | None], others: Sequence[Tensor | None]) -> bool:
    return len(ones) == len(others) and all(map(same, ones, others))


def walk(roots: list[Any]) -> tuple[list[Any], list[tuple[str, Edges]]]:
    """Every node once, and what ``next_functions`` says of each."""
    nodes = list(dict.fromkeys(roots))
    seen = set(nodes)
    for node in nodes:
        for target, _ in node.next_functions:
            if target is not None and target not in seen:
                seen.add(target)
                nodes.append(target)
    position = {node: number for number, node in enumerate(nodes)}
    edges = [
        tuple((slot, position[to], index) for slot, (to, index) in enumerate(node.next_functions) if to is not None)
        for node in nodes
    ]
    return nodes, [(name_of(node), found) for node, found in zip(nodes, edges, strict=True)]


def name_of(node: Any) -> str:
    # A custom function may keep an attribute of its own as ``ctx.name``.
    return node.name().rpartition("::")[2] if callable(node.name) else type(node).__name__


def backward(ran: Ran, *, is_spied: bool) -> None:
    """Run backward from all differentiable outputs; a spied run hooks every node."""
    roots = [root for root in (ran.outputs if ran.roots is None else ran.roots) if root.requires_grad]
    if not roots:
        return
    starts = [root.grad_fn or torch.autograd.graph.get_gradient_edge(root).node for root in roots]
    nodes, ran.graph = walk(starts)

    def spy(position: int) -> Callable[[Any, Any], None]:
        return lambda sent, came: ran.order.append((position, _copies(sent), _copies(came)))

    handles = [node.register_hook(spy(position)) for position, node in enumerate(nodes)] if is_spied else []
    torch.autograd.backward(roots, [torch.ones_like(root) for root in roots])
    for handle in handles:
        handle.remove()


def _copies(gradients: Any) -> tuple[Tensor | None, ...]:
    return tuple(part.detach().clone() if isinstance(part, Tensor) else None for part in gradients)


class _Source(SourceMap):
    """Shared by all recordings: reading the names in the text of a file takes longer than to record a sample."""

    def new_files(self) -> tuple[str, ...]:
        self._announced = 1  # every recording is told of all files
        return super().new_files()


@lru_cache(maxsize=1)
def _source() -> SourceMap:
    return _Source("sample.py", "")


def recorded(run: Callable[[], Ran]) -> tuple[Ran, Recording]:
    """Run under the recorder; names in ``Ran.names`` stand for variables of the program."""
    store = MemoryBytes()
    recorder = Recorder(RecorderOptions(), store, _source())
    with recorder:
        ran = run()
    names = {f"input{number}": tensor for number, tensor in enumerate(ran.inputs)}
    names |= {f"output{number}": tensor for number, tensor in enumerate(ran.outputs)}
    names |= {f"operand{number}": tensor for number, tensor in enumerate(ran.operands)}
    recording = Recording(RunInfo(program=""), store)
    recording.append(recorder.drain({**names, **ran.names}))
    return ran, recording


def newest(recording: Recording, name: str) -> ValueId | None:
    """The last value with a name."""
    found = [value.id for value in recording.values if name in recording.names(value.id)]
    return found[-1] if found else None


def recorded_graph(recording: Recording, call: BackwardCall) -> tuple[list[GradNodeId], list[tuple[str, Edges]]]:
    """The recorded graph in the form of ``walk``."""
    ids = list(dict.fromkeys(call.roots))
    for node in ids:
        ids.extend(dict.fromkeys(e.target for e in recording.edges_from(node) if e.target not in ids))
    position = {node: number for number, node in enumerate(ids)}
    edges = [tuple((e.slot, position[e.target], e.input_index) for e in recording.edges_from(node)) for node in ids]
    return ids, [(recording.grad_nodes[node].name, found) for node, found in zip(ids, edges, strict=True)]


def steps_of(recording: Recording, phase: Phase) -> list[Step]:
    return [step for step in recording.steps if step.phase is phase]
