"""The layers of ``torch.nn`` and the functions that a network is made of: their arguments and their ports.

The layers lie in a file that is made from the installed torch (``engine/runtime/network/catalogue.py``): this room does
not know torch.
"""

from enum import StrEnum
from functools import lru_cache

import msgspec

from assets.paths import NETWORK
from engine.network.network import Node, NodeKind

LAYERS_FILE = NETWORK / "layers.json"
CALL_PREFIX = "forward."
"""Begins the name of a setting that is handed to ``forward`` rather than to the constructor."""


class Category(StrEnum):
    """What kind of thing it is; the builder groups by it."""

    INPUTS = "inputs and outputs"
    LINEAR = "linear"
    CONVOLUTION = "convolution"
    POOLING = "pooling"
    NORMALIZATION = "normalization"
    REGULARIZATION = "dropout"
    RECURRENT = "recurrent"
    ATTENTION = "attention"
    ACTIVATION = "activation"
    SHAPE = "shape"
    ARITHMETIC = "arithmetic"
    REDUCTION = "reduction"


class ParameterKind(StrEnum):
    """What an argument holds, which is how it is edited."""

    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    PAIR = "pair"
    """A number, or one for each direction."""
    CHOICE = "choice"
    SHAPE = "shape"
    """Any number of sizes."""


class Parameter(msgspec.Struct, frozen=True, array_like=True):
    """One argument; ``default`` is a Python literal, None when it must be given."""

    name: str
    kind: ParameterKind
    default: str | None = None
    choices: tuple[str, ...] = ()


class LayerType(msgspec.Struct, frozen=True, kw_only=True):
    """A class of ``torch.nn``.

    Attributes:
        inputs: Names of what ``forward`` takes; the first ``needed_inputs`` of them must be connected.
        outputs: Names of what it gives.
        call: Arguments of ``forward`` that are no tensors.
    """

    name: str
    category: Category
    parameters: tuple[Parameter, ...]
    inputs: tuple[str, ...] = ("input",)
    needed_inputs: int = 1
    outputs: tuple[str, ...] = ("output",)
    call: tuple[Parameter, ...] = ()


class LayerFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file of layers; ``reserved`` are the attributes that every module has already."""

    torch: str
    reserved: tuple[str, ...]
    layers: tuple[LayerType, ...]


class Form(StrEnum):
    """How a call of a function is written."""

    OPERATOR = "operator"
    CALL = "call"
    LIST_CALL = "call with a tuple of inputs"
    METHOD = "method"
    SPREAD_METHOD = "method with its shape spread"


class FunctionType(msgspec.Struct, frozen=True, kw_only=True):
    """A known function of ``forward``.

    Attributes:
        written: The symbol, the dotted name or the method that it is written as.
        also: Other dotted names (``.name`` for a method) that mean the same.
        inputs: Names of its inputs; a LIST_CALL takes any number.
        shown: What the builder calls it.
    """

    name: str
    shown: str
    category: Category
    form: Form
    written: str
    also: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ("input",)
    parameters: tuple[Parameter, ...] = ()


@lru_cache(maxsize=1)
def layers() -> dict[str, LayerType]:
    """Return every layer by the name of its class."""
    return {layer.name: layer for layer in _file().layers}


def reserved_names() -> frozenset[str]:
    """Return the names that no node may have."""
    return frozenset(_file().reserved) | {"self", "torch", "nn", "F", "math"}


@lru_cache(maxsize=1)
def functions() -> dict[str, FunctionType]:
    """Return every known function by its name."""
    return {function.name: function for function in _functions()}


def parameters_of(node: Node) -> tuple[Parameter, ...]:
    """Return the arguments that a node may be given; those for ``forward`` begin with ``CALL_PREFIX``."""
    if node.kind is NodeKind.FUNCTION:
        return functions()[node.type].parameters
    if node.kind is not NodeKind.LAYER:
        return ()
    layer = layers()[node.type]
    extra = tuple(Parameter(CALL_PREFIX + one.name, one.kind, one.default, one.choices) for one in layer.call)
    return layer.parameters + extra


def output_ports(node: Node) -> tuple[str, ...]:
    """Return the names of a node's outputs."""
    match node.kind:
        case NodeKind.OUTPUT:
            return ()
        case NodeKind.LAYER:
            return layers()[node.type].outputs
        case _:
            return ("output",)


def input_ports(node: Node) -> tuple[str, ...] | None:
    """Return the names of a node's inputs; None when it takes any number."""
    match node.kind:
        case NodeKind.INPUT | NodeKind.CONSTANT | NodeKind.PARAMETER:
            return ()
        case NodeKind.OUTPUT | NodeKind.EXPRESSION:
            return None
        case NodeKind.LAYER:
            return layers()[node.type].inputs
        case NodeKind.FUNCTION:
            function = functions()[node.type]
            return None if function.form is Form.LIST_CALL else function.inputs


@lru_cache(maxsize=1)
def _file() -> LayerFile:
    return msgspec.json.decode(LAYERS_FILE.read_bytes(), type=LayerFile)


def _functions() -> tuple[FunctionType, ...]:
    dim, dim_of_all = (Parameter("dim", ParameterKind.INT), Parameter("dim", ParameterKind.INT, "0"))
    keepdim = Parameter("keepdim", ParameterKind.BOOL, "False")
    window = (
        Parameter("kernel_size", ParameterKind.PAIR),
        Parameter("stride", ParameterKind.PAIR, "None"),
        Parameter("padding", ParameterKind.PAIR, "0"),
    )
    shape = (Parameter("shape", ParameterKind.SHAPE),)
    flat = (Parameter("start_dim", ParameterKind.INT, "0"), Parameter("end_dim", ParameterKind.INT, "-1"))
    swapped = (Parameter("dim0", ParameterKind.INT), Parameter("dim1", ParameterKind.INT))
    return (
        *(
            FunctionType(name=name, shown=shown, category=Category.ARITHMETIC, form=Form.OPERATOR, written=symbol,
                         also=(f"torch.{name}", f".{name}"), inputs=("left", "right"))
            for name, shown, symbol in (
                ("add", "Add", "+"), ("sub", "Subtract", "-"), ("mul", "Multiply", "*"), ("div", "Divide", "/"),
                ("matmul", "Matrix product", "@"),
            )
        ),
        FunctionType(name="cat", shown="Concat", category=Category.SHAPE, form=Form.LIST_CALL, written="torch.cat",
                     also=("torch.concat",), parameters=(dim_of_all,)),
        FunctionType(name="stack", shown="Stack", category=Category.SHAPE, form=Form.LIST_CALL, written="torch.stack",
                     parameters=(dim_of_all,)),
        FunctionType(name="flatten", shown="Flatten", category=Category.SHAPE, form=Form.CALL,
                     written="torch.flatten", also=(".flatten",), parameters=flat),
        FunctionType(name="reshape", shown="Reshape", category=Category.SHAPE, form=Form.SPREAD_METHOD,
                     written="reshape", parameters=shape),
        FunctionType(name="view", shown="View", category=Category.SHAPE, form=Form.SPREAD_METHOD, written="view",
                     parameters=shape),
        FunctionType(name="permute", shown="Permute", category=Category.SHAPE, form=Form.SPREAD_METHOD,
                     written="permute", parameters=shape),
        FunctionType(name="transpose", shown="Transpose", category=Category.SHAPE, form=Form.METHOD,
                     written="transpose", also=("torch.transpose",), parameters=swapped),
        FunctionType(name="squeeze", shown="Squeeze", category=Category.SHAPE, form=Form.METHOD, written="squeeze",
                     also=("torch.squeeze",), parameters=(dim,)),
        FunctionType(name="unsqueeze", shown="Unsqueeze", category=Category.SHAPE, form=Form.METHOD,
                     written="unsqueeze", also=("torch.unsqueeze",), parameters=(dim,)),
        *(
            FunctionType(name=name, shown=shown, category=Category.REDUCTION, form=Form.METHOD, written=name,
                         also=(f"torch.{name}",), parameters=(dim, keepdim))
            for name, shown in (("mean", "Mean"), ("sum", "Sum"), ("amax", "Maximum"))
        ),
        *(
            FunctionType(name=name, shown=name, category=Category.ACTIVATION, form=Form.CALL, written=f"torch.{name}",
                         also=(f"F.{name}", f".{name}"))
            for name in ("relu", "sigmoid", "tanh")
        ),
        *(
            FunctionType(name=name, shown=name, category=Category.ARITHMETIC, form=Form.CALL, written=f"torch.{name}",
                         also=(f".{name}",))
            for name in ("exp", "log", "sqrt", "sin", "cos", "abs")
        ),
        *(
            FunctionType(name=name, shown=name, category=Category.ACTIVATION, form=Form.CALL, written=f"F.{name}")
            for name in ("gelu", "silu", "elu", "leaky_relu", "softplus", "mish")
        ),
        *(
            FunctionType(name=name, shown=name, category=Category.ACTIVATION, form=Form.CALL, written=f"F.{name}",
                         also=(f"torch.{name}", f".{name}"), parameters=(dim,))
            for name in ("softmax", "log_softmax")
        ),
        *(
            FunctionType(name=name, shown=name, category=Category.POOLING, form=Form.CALL, written=f"F.{name}",
                         parameters=window)
            for name in ("max_pool2d", "avg_pool2d", "max_pool1d", "avg_pool1d")
        ),
        FunctionType(name="adaptive_avg_pool2d", shown="adaptive_avg_pool2d", category=Category.POOLING,
                     form=Form.CALL, written="F.adaptive_avg_pool2d",
                     parameters=(Parameter("output_size", ParameterKind.PAIR),)),
        FunctionType(name="attention", shown="Dot-product attention", category=Category.ATTENTION, form=Form.CALL,
                     written="F.scaled_dot_product_attention", inputs=("query", "key", "value"),
                     parameters=(Parameter("is_causal", ParameterKind.BOOL, "False"),)),
    )  # fmt: skip
