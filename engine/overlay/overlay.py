"""What an overlay of two recordings says, as data."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.compare import ChangeKind
from engine.graph.view import EdgeKind, NodeKey, ViewEdge, ViewGraph

EdgeName = tuple[NodeKey, NodeKey, EdgeKind, int]
"""Source, target, kind and target slot: an edge by what it joins."""


def name_of(edge: ViewEdge) -> EdgeName:
    """Return what tells an edge from the others of its graph."""
    return (edge.source, edge.target, edge.kind, edge.target_slot)


@dataclass(frozen=True, slots=True)
class Fork:
    """A decision that went the other way: the box that stands for it, and a sentence for a person."""

    key: NodeKey
    sentence: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """The graph of recording A with what only B has laid over it.

    ``view`` is A's graph with ghosts: boxes and arrows of B that A has not, without values, for those are B's.
    ``kinds`` tells what became of each box from A to B; ``stubs`` are the boxes of ``forks``; ``ghost_edges`` only B
    has.
    """

    name: str
    """What B is called."""
    view: ViewGraph
    kinds: Mapping[NodeKey, ChangeKind]
    ghost_edges: frozenset[EdgeName]
    forks: tuple[Fork, ...]
    stubs: frozenset[NodeKey]
    is_second: bool = False
    """Whether A is the later of the two: what only it has was added, what only B has was taken away."""

    _counts: Counter[ChangeKind] = field(init=False, repr=False, compare=False)
    """Of each kind how many: every frame tells."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_counts", Counter(self.kinds.values()))

    def count(self, kind: ChangeKind) -> int:
        """How many boxes changed in this way, decisions left out."""
        return self._counts[kind]
