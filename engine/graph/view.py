"""The graph to draw, as data.

A view graph is what a person sees of one iteration of a recording under one state of folding. It says nothing about
geometry (see ``engine.drawing``) or about the playhead: nodes carry the step at which they happen, and whoever paints
compares it with the playhead.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from engine.trace.facts import Role
from engine.trace.ids import GradNodeId, StepIndex, ValueId

NodeKey = NewType("NodeKey", str)
"""Names a node the same way in every iteration and after every re-folding, e.g. ``op:12:relu``."""

GroupKey = NewType("GroupKey", str)
"""Names a group the same way in every iteration, e.g. ``model.layers.0#1`` (second call)."""


WHOLE_PROGRAM = GroupKey("")
"""The group that holds everything; it has no frame, only a box when it is folded."""


class NodeKind(StrEnum):
    """What a node stands for."""

    LEAF = "leaf"
    """A tensor that the program created: input, constant, parameter, buffer."""
    OP = "op"
    BACKWARD = "backward"
    GRADIENT = "gradient"
    """The ``.grad`` of a leaf, filled by AccumulateGrad."""
    OPTIMIZER = "optimizer"
    GROUP = "group"
    """A folded group, drawn as one box."""
    FAILED = "failed"
    """The op that raised an error: it has inputs and no output."""


class Category(StrEnum):
    """Kind of operator; decides the colour of the strip at a node's left edge."""

    LAYER = "layer"
    ACTIVATION = "activation"
    POOL = "pool"
    NORMALIZATION = "normalization"
    DROPOUT = "dropout"
    SHAPE = "shape"
    ARITHMETIC = "arithmetic"
    REDUCTION = "reduction"
    LOSS = "loss"
    ATTENTION = "attention"
    TENSOR = "tensor"
    OPTIMIZER = "optimizer"
    OTHER = "other"


class EdgeKind(StrEnum):
    """What flows along an edge."""

    DATA = "data"
    PARAMETER = "parameter"
    GRADIENT = "gradient"
    SAVED = "saved"
    """From the forward op that made a tensor to the backward node that kept it."""
    VIEW = "view"
    UPDATE = "update"
    """Between optimizer, gradients and parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewNode:
    """One box.

    ``title`` is bold (``relu``), ``subtitle`` the mono line (``h [3]``). ``step`` is when it happens (None: before
    everything), ``last_step`` the end of a folded group. ``value`` is the tensor whose cells are shown: a leaf itself,
    the first output of an op, the first gradient sent on by a backward node, the ``.grad`` of a gradient node.
    ``mirrors`` is the forward node beside which a backward or gradient node is placed (second-order nodes: the
    backward node that made them).
    """

    key: NodeKey
    kind: NodeKind
    category: Category
    title: str
    subtitle: str
    step: StepIndex | None
    last_step: StepIndex | None = None
    value: ValueId | None = None
    role: Role | None = None
    grad_node: GradNodeId | None = None
    group: GroupKey | None = None
    mirrors: NodeKey | None = None
    count: int = 1
    """How many ops a folded group holds, or how often a rolled repeat ran."""
    stands_for: GroupKey | None = None
    """The group that a node of kind GROUP opens into; ``group`` is the one around it. The backward half of a folded
    group is of kind GROUP too and has ``mirrors``."""
    main_step: StepIndex | None = None
    """The step that a box is about when it also covers others (a batch norm and its count of batches)."""
    executed_as: GroupKey | None = None
    """The group of the kernels that an op ran as, where they were recorded; closed unless somebody opens it."""
    since: StepIndex | None = None
    """For a tensor that no step gave, but several did something to: the last of them. It is there from then on."""

    @property
    def about(self) -> StepIndex | None:
        """The step to select for this box: the one that it is about, else the first that it covers."""
        return self.step if self.main_step is None else self.main_step


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewEdge:
    """One arrow between two nodes; parallel edges are kept and differ in their slots.

    ``value`` is the tensor that flows. ``target_slot`` is the position among the target's inputs, ``source_slot``
    among the source's outputs. ``step`` is when it has flowed: the step of its target.
    """

    source: NodeKey
    target: NodeKey
    kind: EdgeKind
    source_slot: int = 0
    target_slot: int = 0
    value: ValueId | None = None
    step: StepIndex | None = None
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewGroup:
    """An opened group, drawn as a frame around its members; folded groups are nodes of kind GROUP."""

    key: GroupKey
    title: str
    subtitle: str
    parent: GroupKey | None
    first_step: StepIndex
    last_step: StepIndex


@dataclass(frozen=True, slots=True)
class ViewGraph:
    """Nodes in execution order, edges, and opened groups, parents before children."""

    nodes: tuple[ViewNode, ...]
    edges: tuple[ViewEdge, ...]
    groups: tuple[ViewGroup, ...]
    all_groups: tuple[GroupKey, ...] = ()
    """Every group there is, folded or not: what fold-all and the detail slider act upon."""
    depths: tuple[int, ...] = ()
    """How deep each of ``all_groups`` lies: 1 in no other group."""
    has_kernels: bool = False
    """Whether some op of this iteration, folded away or not, can be opened into the kernels that it ran as."""
    hidden: int = 0
    """How many nodes filters have taken out."""
