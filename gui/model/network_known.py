"""What torch said of a network the last time: shapes, counts, and what does not fit."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.network.features import size_setting
from engine.network.network import Link, Network, NodeKind, NodeName
from engine.protocol.network import Misfit, NetworkAnswer, NodeFacts, Shape
from engine.trace.numbers import bytes_text, flops_text
from gui.model.network_boxes import shape_text

_FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Known:
    """An answer, by node; ``trouble`` says why there is none."""

    nodes: dict[NodeName, NodeFacts] = field(default_factory=dict)
    misfits: dict[NodeName, Misfit] = field(default_factory=dict)
    trouble: str = ""
    batch: int = 32
    is_answer: bool = False

    def shape(self, name: NodeName, port: int) -> Shape | None:
        """Return the shape of an output, with its batch; None while it is not known."""
        facts = self.nodes.get(name)
        return facts.shapes[port] if facts is not None and port < len(facts.shapes) else None

    def wire_text(self, link: Link) -> str:
        """Return what stands on a wire."""
        return shape_text(self.shape(link.source, link.source_port))

    def parameters(self, name: NodeName) -> int | None:
        """Return how many numbers a node learns; None while that is not known."""
        facts = self.nodes.get(name)
        return None if facts is None else facts.parameters

    def totals(self, network: Network) -> str:
        """Return the whole network in a line: ``2 → 2 · 1,218 parameters · 4.9 kB · 2.4 kFLOP a sample``."""
        if not self.nodes:
            return ""
        nodes = self.nodes.values()
        parameters = sum(facts.parameters for facts in nodes)
        parts = [_ends(self, network)] if not self.misfits else []
        parts.append("1 parameter" if parameters == 1 else f"{parameters:,} parameters")
        parts.append(bytes_text(parameters * _FLOAT_BYTES))
        parts.append(f"{flops_text(sum(facts.flops for facts in nodes) // self.batch)} a sample")
        kept = sum(facts.nbytes for facts in nodes) // self.batch
        parts.append(f"{bytes_text(kept)} of activations")
        return " · ".join(part for part in parts if part)


def known_of(answer: NetworkAnswer, network: Network, batch: int) -> Known:
    """Return an answer by node; the output, which a source does not name, is found by its kind."""
    output = next((node.name for node in network.nodes if node.kind is NodeKind.OUTPUT), None)
    names = {node.name for node in network.nodes}

    def own(name: NodeName) -> NodeName:
        return name if name in names or output is None else output

    return Known(
        {own(facts.name): facts for facts in answer.nodes},
        {own(misfit.name): misfit for misfit in answer.misfits},
        answer.trouble,
        batch,
        is_answer=True,
    )


def followers(network: Network, pinned: Iterable[NodeName]) -> tuple[NodeName, ...]:
    """Return the layers whose size follows what comes in: all but those of which a person said another one."""
    kept = set(pinned)
    return tuple(node.name for node in network.nodes if size_setting(node) and node.name not in kept)


def sized(network: Network) -> set[NodeName]:
    """Return the layers that have a size which their input decides."""
    return {node.name for node in network.nodes if size_setting(node)}


def _ends(known: Known, network: Network) -> str:
    """Return the shapes of one sample at both ends: ``2 → 2``."""
    starts = [shape_text(node.shape) for node in network.nodes if node.kind is NodeKind.INPUT]
    output = next((node.name for node in network.nodes if node.kind is NodeKind.OUTPUT), None)
    shapes = [known.shape(link.source, link.source_port) for link in network.links if link.target == output]
    ends = [shape_text(shape[1:]) for shape in shapes if shape is not None]
    return f"{', '.join(starts)} → {', '.join(ends)}" if starts and ends else ""
