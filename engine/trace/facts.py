"""The facts that a recording is made of.

All are immutable ``msgspec`` structs: they are the in-memory form, the wire form and the file form at once, so that
decoding validates every field by its type. Ids refer to other facts of the same recording (see ``ids``).
"""

from enum import StrEnum

import msgspec

from engine.trace.ids import (
    BackwardCallId,
    GradNodeId,
    ModuleCallId,
    RegionId,
    StepIndex,
    StorageId,
    TensorId,
    ValueId,
)


class Phase(StrEnum):
    """Which part of the computation a step belongs to."""

    FORWARD = "forward"
    BACKWARD = "backward"
    OPTIMIZER = "optimizer"


class Role(StrEnum):
    """What a value is to the program."""

    PARAMETER = "parameter"
    BUFFER = "buffer"
    INPUT = "input"
    CONSTANT = "constant"
    INTERMEDIATE = "intermediate"
    GRADIENT = "gradient"


class Absence(StrEnum):
    """Why the numbers of a value are not in the recording."""

    OVER_BUDGET = "over budget"
    NOT_ASKED_FOR = "values were not recorded"
    NO_STORAGE = "the tensor has no plain storage"
    NO_NUMBERS = "tensors of this kind have a shape and no numbers"
    """On the device ``meta``, or fake."""
    IN_PARTS = "its numbers are those of its parts"
    """Nested, quantized, masked, large sparse: the parts are values of their own, named after it."""
    OVERWRITTEN = "overwritten before it could be kept"
    LOST = "the process ended before it was kept"
    NOT_YET = "not fetched yet"
    """The worker still holds the tensor: its numbers come when somebody looks at them."""
    SUMMARY_ONLY = "only its statistics were kept"


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Base of all facts: immutable, encoded as arrays, invisible to the garbage collector."""


class Span(Fact, frozen=True):
    """A piece of source text: lines count from 1, columns (in characters) from 0, the end is exclusive.

    ``file`` is an index into ``Recording.files``; 0 is the program itself.
    """

    file: int
    line: int
    column: int
    end_line: int
    end_column: int


class Argument(Fact, frozen=True):
    """One argument of a call, in call order.

    ``name`` is the keyword or parameter name, empty when unknown. ``value`` is the tensor passed, or None for a plain
    Python object, whose short ``repr`` is ``text``. A list of tensors gives one argument an element.
    """

    name: str
    value: ValueId | None
    text: str
    place: tuple[int, ...] = ()
    """Where it lies in a list or tuple that was passed: one index a level, empty for an argument of its own."""
    exact: str = ""
    """All of ``text`` where that is shortened or rounded, as a Python literal; empty when ``text`` says it all."""
    is_keyword: bool = False


class Step(Fact, frozen=True):
    """One thing that torch did: a forward op, the run of a backward node, or an optimizer step.

    Forward: ``name`` is the function as a person calls it (``mul``, ``relu``, ``add_``), ``target`` its full name
    (``torch.Tensor.mul``); ``inputs`` and ``outputs`` are tensors in argument and output order, with repeats;
    ``grad_node`` is the ``grad_fn`` that it made, if any.

    Backward: ``name`` is autograd's own (``MulBackward0``); ``inputs`` are the gradients that came in, one for each
    output of the forward op (None where no gradient flows), ``outputs`` the gradients sent on, one for each entry of
    ``next_functions``; ``grad_node`` is the node that ran; ``span`` is that of its forward op. The step of an
    ``AccumulateGrad`` node has the leaf's ``.grad`` after accumulation as its only output.

    Optimizer: ``name`` is e.g. ``Adam.step``; ``inputs`` are (parameter before, gradient) pairs in turn and
    ``outputs`` the parameters after, in the same order; ``arguments`` hold the hyper-parameters of the first group.
    """

    index: StepIndex
    phase: Phase
    name: str
    target: str
    span: Span | None
    inputs: tuple[ValueId | None, ...]
    outputs: tuple[ValueId | None, ...]
    arguments: tuple[Argument, ...]
    module: ModuleCallId | None
    grad_node: GradNodeId | None
    backward_call: BackwardCallId | None
    started_ns: int
    duration_ns: int
    function: str
    """Name of the person's own function that it ran in, ``<module>`` at top level."""
    thread: int
    region: RegionId | None = None
    """The innermost stretch of the program that it ran in: loop round, function call, group."""


class Value(Fact, frozen=True):
    """One tensor at one version; its names, numbers and gradient are facts of their own (they come later)."""

    id: ValueId
    tensor: TensorId
    version: int
    shape: tuple[int, ...]
    dtype: str
    """torch's name without the prefix, e.g. ``float32``."""
    device: str
    requires_grad: bool
    is_leaf: bool
    role: Role
    storage: StorageId | None
    base: ValueId | None
    """The value that this one is a view of."""
    producer: StepIndex | None
    """The step that made it; None for tensors that the program created (``torch.tensor``, parameters)."""
    span: Span | None
    """Where a tensor without a producer was created."""
    grad_node: GradNodeId | None
    """Its ``grad_fn`` (for a leaf that requires grad: its AccumulateGrad node, once seen)."""
    grad_slot: int
    """Its ``output_nr``: which input of ``grad_node`` its gradient arrives at."""
    strides: tuple[int, ...] = ()
    """Steps in elements from one index to the next, one a dimension; empty where elements lie in C order."""
    storage_offset: int = 0
    """Elements of its storage that lie before its first one."""


class Name(Fact, frozen=True):
    """A name that the program gives to a value, e.g. ``x``, ``model.fc1.weight``."""

    value: ValueId
    text: str


class Data(Fact, frozen=True):
    """Where the numbers of a value lie.

    ``absence`` None means that all of them are kept: ``nbytes`` raw little-endian bytes, C order, at ``offset`` of the
    recording's byte store.
    """

    value: ValueId
    offset: int
    nbytes: int
    absence: Absence | None


class Statistics(Fact, frozen=True):
    """Numbers about a value; min, max, mean, std and norm are over the finite elements, None when there are none.

    ``std`` divides by the number of finite elements n, unlike ``torch.std``, which divides by n - 1.
    """

    value: ValueId
    minimum: float | None
    maximum: float | None
    mean: float | None
    std: float | None
    norm: float | None
    zeros: int
    nans: int
    infinities: int


class Histogram(Fact, frozen=True):
    """How the finite elements of a value are distributed, and a few of them.

    ``counts`` are those of equal bins from ``low`` to ``high``. ``preview`` are at most 64 elements at equal distances
    in C order, not finite ones included. ``is_sampled`` says that the counts are of a sample, not of all elements.
    """

    value: ValueId
    low: float
    high: float
    counts: tuple[int, ...]
    preview: tuple[float, ...]
    is_sampled: bool


class GradChange(Fact, frozen=True):
    """From ``step`` on, ``.grad`` of ``tensor`` is ``value`` (None: set back to None, as ``zero_grad`` does)."""

    tensor: TensorId
    step: StepIndex
    value: ValueId | None


class SavedTensor(Fact, frozen=True):
    """Something that the forward op saved for its backward: a tensor, or a plain object's ``text``."""

    name: str
    value: ValueId | None
    text: str


class GradNode(Fact, frozen=True):
    """One autograd node that a backward call could reach.

    ``step`` is the forward step that made it (None when unknown, and for AccumulateGrad); ``made_by`` the backward
    step that made it under ``create_graph``; ``variable`` the leaf of an AccumulateGrad node.
    """

    id: GradNodeId
    name: str
    step: StepIndex | None
    made_by: StepIndex | None
    variable: ValueId | None
    saved: tuple[SavedTensor, ...]


class GradEdge(Fact, frozen=True):
    """``source.next_functions[slot] == (target, input_index)``; parallel edges are all kept."""

    source: GradNodeId
    slot: int
    target: GradNodeId
    input_index: int


class GradLink(Fact, frozen=True):
    """Says later which autograd node made a value or a step that an earlier batch told of.

    Nodes become known when a backward call reaches them. ``Recording.append`` writes the link into the facts named
    here (``Value.grad_node`` and ``grad_slot``, ``Step.grad_node``), so only codecs see this fact.
    """

    value: ValueId | None
    step: StepIndex | None
    node: GradNodeId
    slot: int


class BackwardCall(Fact, frozen=True):
    """One run of the backward engine; ``function`` is ``backward`` or ``grad``."""

    id: BackwardCallId
    function: str
    roots: tuple[GradNodeId, ...]
    root_values: tuple[ValueId, ...]
    span: Span | None
    first_step: StepIndex
    retain_graph: bool
    create_graph: bool


class ReturnedGradient(Fact, frozen=True):
    """The program got ``value`` as the gradient of ``of``: the sum of what nodes sent there.

    ``torch.autograd.grad`` returned it, or ``retain_grad`` had it kept as ``.grad`` of a tensor that is no leaf.

    Where several nodes did, no step has it among its outputs: the engine added them up.
    """

    call: BackwardCallId
    of: ValueId
    value: ValueId


class ModuleCall(Fact, frozen=True):
    """One call of an ``nn.Module``: ``path`` is e.g. ``model.layers.0``, ``call`` counts calls of it from 0."""

    id: ModuleCallId
    path: str
    class_name: str
    parent: ModuleCallId | None
    call: int
    span: Span | None


class Metric(Fact, frozen=True):
    """A number that the program logged or that the recorder read, at ``step`` (e.g. ``loss``, ``lr``)."""

    step: StepIndex
    name: str
    number: float
    is_logged: bool = False


class Stream(StrEnum):
    """Which output stream a text came from."""

    OUT = "out"
    ERR = "err"


class Output(Fact, frozen=True):
    """Text that the program printed, after ``step`` steps had been recorded."""

    step: StepIndex
    stream: Stream
    text: str


class RecordingStop(Fact, frozen=True):
    """The recorder kept nothing after ``step`` steps, while the program went on; ``message`` is a sentence about it."""

    step: StepIndex
    message: str


class FailedCall(Fact, frozen=True):
    """A call of torch that raised: it has inputs and no output, and comes after ``step`` recorded steps."""

    step: StepIndex
    name: str
    target: str
    span: Span | None
    inputs: tuple[ValueId | None, ...]
    arguments: tuple[Argument, ...]
    module: ModuleCallId | None
    error_type: str
    message: str
