"""What is asked about a network, and what torch answers: shapes, parameters, operations and memory of every node."""

from typing import TypeAlias

import msgspec

from engine.network.network import Network, NodeName, Setting

Shape: TypeAlias = tuple[int, ...]


class NetworkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A network, and the shapes of its inputs with their batch; an input left out has ``batch`` of its own samples.

    The size that each layer of ``follows`` says its input has is set to what comes in.
    """

    network: Network
    inputs: dict[str, Shape] = {}
    batch: int = 32
    follows: tuple[NodeName, ...] = ()


class NodeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What torch says of one node.

    Attributes:
        shapes: Of its outputs; None for one that is used by nobody, or is no tensor.
        parameters: Numbers that it learns; none for a layer that is used again.
        flops: Operations of its products and convolutions, as torch's own counter counts them.
        nbytes: Memory of its outputs.
    """

    name: NodeName
    shapes: tuple[Shape | None, ...] = ()
    parameters: int = 0
    flops: int = 0
    nbytes: int = 0


class SetFix(msgspec.Struct, frozen=True, tag=True):
    """Set an argument of the node."""

    setting: str
    text: str


class InsertFix(msgspec.Struct, frozen=True, tag=True):
    """Put a layer before one input of the node; ``place`` is what that input is called where there are several."""

    layer: str
    settings: tuple[Setting, ...] = ()
    port: int = 0
    place: str = ""


Fix: TypeAlias = SetFix | InsertFix


class Misfit(msgspec.Struct, frozen=True, kw_only=True):
    """A node that what goes into it does not fit: one sentence, and what would help."""

    name: NodeName
    text: str
    fixes: tuple[Fix, ...] = ()


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A setting that follows what comes into its layer."""

    name: NodeName
    setting: str
    text: str


class NetworkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a network: its nodes in order, as far as they fit; ``trouble`` when nothing could be asked."""

    nodes: tuple[NodeFacts, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    settled: tuple[Settled, ...] = ()
    trouble: str = ""


def fix_text(fix: Fix) -> str:
    """Return a fix as what a person would do."""
    match fix:
        case SetFix(setting=setting, text=text):
            return f"set {setting} to {text}"
        case InsertFix(layer=layer, settings=settings, place=place):
            given = ", ".join(one.text for one in settings)
            made = f"{layer}({given})" if given else layer
            return f"put {made} at its {place} input" if place else f"put {made} before it"
