"""What a torch function does to its arguments, found out once for each function."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import FunctionType
from typing import Any

import torch
import torch.nn.functional
from torch import Tensor
from torch._ops import OpOverload

from engine.runtime.compat_schema import schema_writes
from engine.runtime.recorder.watch.drawing import DRAWING

TorchFunction = Callable[..., Any]


class Kind(IntEnum):
    """How the recorder treats a call."""

    ORDINARY = 0
    """Makes new tensors and changes none."""
    SILENT = 1
    """A question (``size``, ``item``, ``print``): no step, whatever happens inside."""
    WRITES = 2
    """Overwrites its first argument."""
    FLAGGED = 3
    """Overwrites its first argument when asked to (``inplace=True``)."""
    STATISTICS = 4
    """Overwrites running statistics while training (``batch_norm``)."""
    OPENED = 5
    """A layer written in Python: what it calls are steps, not itself."""
    ENGINE = 6
    """Runs the backward engine."""
    GRAD = 7
    """Sets ``.grad``."""
    FACTORY = 8
    """Makes a tensor of numbers that depend on no other tensor."""
    INIT = 9
    """Fills a tensor with its first numbers (``torch.nn.init``)."""
    MOVES = 11
    """Gives its first argument other memory, shape or type (``x.data = y``, ``set_``)."""
    CUSTOM = 10
    """The person's own ``autograd.Function``: what it gives back unchanged was overwritten."""
    COMPILED = 12
    """Compiled or scripted code: it says itself what it overwrote."""
    WANTS = 14
    """Says whether gradients of its first argument are wanted (``requires_grad_``): no step."""
    RENORMS = 15
    """Scales rows of its second argument, the weight, where they are too long (``embedding`` with ``max_norm``)."""
    SCHEMA = 13
    """An operator of ``torch.ops`` whose schema says which arguments it overwrites."""


@dataclass(frozen=True, slots=True, eq=False)
class FunctionInfo:
    """Facts about one torch function.

    Attributes:
        kind: How calls are treated.
        name: What a person calls it.
        target: Its full name.
        parameters: Names of its positional parameters, as far as Python knows them.
        flag: Position of the argument that decides for FLAGGED (``inplace``), STATISTICS (``training``) and RENORMS
            (``max_norm``).
        is_plain: Whether a call needs no special treatment.
        defaults: Default values of its parameters, as far as Python knows them.
        is_reflected: Whether its first argument is the right operand (``2 - x``).
        writes: Position and name of each argument that SCHEMA overwrites.
        draws: Whether it may draw random numbers.
        question: Python's name of it where a program may decide something by its answer, else empty.
    """

    kind: Kind
    name: str
    target: str
    parameters: tuple[str, ...] = ()
    flag: int = -1
    is_reflected: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)
    question: str = ""
    writes: tuple[tuple[int, str], ...] = ()
    is_plain: bool = field(init=False)
    draws: bool = field(init=False)

    def __post_init__(self) -> None:
        # Of the person's own code nobody knows whether it draws.
        object.__setattr__(self, "draws", self.kind is Kind.CUSTOM or self.name in DRAWING)
        object.__setattr__(self, "is_plain", self.kind is Kind.ORDINARY and not self.draws)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TENSOR_PROPERTIES = frozenset({"T", "H", "mT", "mH", "real", "imag", "data"})

_SILENT = _words(
    """
    size dim stride numel item tolist is_contiguous __len__ __bool__ __float__ __int__ __index__ __complex__
    __repr__ __format__ __str__ __hash__ __array__ __array_wrap__ __dir__ __contains__ __reduce_ex__
    __setstate__ __dlpack__ __dlpack_device__ numpy data_ptr storage untyped_storage _typed_storage storage_type
    element_size get_device is_floating_point is_complex nelement ndimension register_hook
    register_post_accumulate_grad_hook retain_grad equal allclose is_same_size storage_offset
    _is_view is_signed is_conj is_neg is_inference is_set_to is_shared is_pinned share_memory_ can_cast
    result_type promote_types _set_grad_enabled is_grad_enabled has_names is_coalesced sparse_dim dense_dim
    is_nonzero is_distributed qscheme q_scale q_zero_point _nnz _version _is_zerotensor dim_order module_load
    __cuda_array_interface__ is_storage is_tensor is_sparse _has_symbolic_sizes
    """
)

_QUESTIONS = _words(
    """
    __bool__ is_nonzero item tolist numpy __array__ __float__ __int__ __index__ __complex__ equal allclose
    """
)

_FACTORIES = _words(
    """
    zeros_like ones_like rand_like randn_like randint_like empty_like full_like new_zeros new_ones new_full
    new_empty new_tensor new new_empty_strided __deepcopy__
    """
)

_MOVERS = _words(
    """
    set_ resize_ resize_as_ t_ transpose_ squeeze_ unsqueeze_ swapaxes_ swapdims_ as_strided_
    """
)
_OPENED = frozenset({"multi_head_attention_forward"})
_ENGINES = frozenset({"backward", "grad"})
_NAMES = {"truediv": "div", "rtruediv": "rdiv", "floordiv": "floor_divide", "rmul": "mul", "radd": "add"}
_NAMES |= {"log_sigmoid": "logsigmoid"}


def _inplace_operators() -> dict[str, str]:
    plain = {"iadd": "add_", "isub": "sub_", "imul": "mul_", "itruediv": "div_", "idiv": "div_", "ipow": "pow_"}
    plain |= {"ifloordiv": "floor_divide_", "imod": "remainder_", "imatmul": "matmul_"}
    plain |= {"iand": "bitwise_and_", "ior": "bitwise_or_", "ixor": "bitwise_xor_"}
    plain |= {"ilshift": "bitwise_left_shift_", "irshift": "bitwise_right_shift_"}
    return {f"__{name}__": person for name, person in plain.items()}


_INPLACE_OPERATORS = _inplace_operators()


def learn(function: TorchFunction) -> FunctionInfo:
    """Return the facts about ``function``."""
    raw = str(getattr(function, "__name__", type(function).__name__))
    owner = getattr(function, "__self__", None)
    if raw in ("__get__", "__set__", "__delete__"):
        return _property(raw, str(getattr(owner, "__name__", "")))
    name = _person_name(_bare_name(function, raw))
    writes = schema_writes(function)
    if writes:
        return FunctionInfo(Kind.SCHEMA, name, _target(function, raw, name), writes=writes)
    parameters, flag, defaults = _signature(function)
    kind = _kind(function, raw, flag)
    if kind is Kind.STATISTICS:
        flag = parameters.index("training") if "training" in parameters else 5
    if kind is Kind.RENORMS:
        flag = parameters.index("max_norm")
    question = raw if raw in _QUESTIONS else ""
    return FunctionInfo(
        kind, name, _target(function, raw, name), parameters, flag, _is_reflected(raw), defaults, question
    )


def learn_custom(function: type) -> FunctionInfo:
    """Return the facts about the ``apply`` of a custom ``torch.autograd.Function``."""
    target = f"{function.__module__}.{function.__qualname__}"
    return FunctionInfo(Kind.CUSTOM, function.__name__, target)


def _property(access: str, name: str) -> FunctionInfo:
    target = f"torch.Tensor.{name}"
    if name in ("grad", "_grad") and access != "__get__":
        return FunctionInfo(Kind.GRAD, name, target)
    if access == "__set__" and name == "requires_grad":
        return FunctionInfo(Kind.WANTS, name, target)
    if access == "__set__" and name in _TENSOR_PROPERTIES:
        return FunctionInfo(Kind.MOVES, name, target)
    if access == "__get__" and name in _TENSOR_PROPERTIES:
        return FunctionInfo(Kind.ORDINARY, name, target)
    return FunctionInfo(Kind.SILENT, name, target)


def _kind(function: TorchFunction, raw: str, flag: int) -> Kind:  # noqa: C901, PLR0911 - a table of cases reads best flat
    module = getattr(function, "__module__", None) or ""
    if module == "torch.nn.init":
        return Kind.INIT
    if raw in _ENGINES and module in ("torch._tensor", "torch.autograd"):
        return Kind.ENGINE
    if raw in _SILENT:
        return Kind.SILENT
    if raw in _FACTORIES:
        return Kind.FACTORY
    if raw in _OPENED:
        return Kind.OPENED
    if raw in ("batch_norm", "instance_norm", "native_batch_norm"):
        return Kind.STATISTICS
    if raw in ("embedding", "embedding_bag") and module == "torch.nn.functional":
        return Kind.RENORMS
    if raw == "requires_grad_":
        return Kind.WANTS
    if raw in _MOVERS:
        return Kind.MOVES
    if raw in _INPLACE_OPERATORS or raw == "__setitem__" or (raw.endswith("_") and not raw.endswith("__")):
        return Kind.WRITES
    return Kind.FLAGGED if flag >= 0 else Kind.ORDINARY


def _signature(function: TorchFunction) -> tuple[tuple[str, ...], int, dict[str, Any]]:
    if not isinstance(function, FunctionType):
        return (), -1, {}
    try:
        parameters = tuple(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return (), -1, {}
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    plain = tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
    return plain, plain.index("inplace") if "inplace" in plain else -1, defaults


def _bare_name(function: TorchFunction, raw: str) -> str:
    """Return ``fft`` for ``torch._C._fft.fft_fft``: the part before is the namespace that a person writes.

    ``F.max_pool2d`` and its like call a function of their own where indices are asked for, ``F.threshold`` and the
    functions of ``torch.sparse`` have an underscore before their own names, and an operator of ``torch.ops`` has the
    name of its overload behind it.
    """
    module = getattr(function, "__module__", None) or ""
    if module == "torch.nn.functional":
        return raw.removesuffix("_with_indices").removeprefix("_")
    if isinstance(function, OpOverload):
        return raw.partition(".")[0]
    prefix = module.rpartition("._")[2] + "_"
    if module == "torch._C._sparse":
        raw = raw.removeprefix("_")
    return raw.removeprefix(prefix) if module.startswith("torch._C._") else raw


def _person_name(raw: str) -> str:
    if raw in _INPLACE_OPERATORS:
        return _INPLACE_OPERATORS[raw]
    bare = raw[2:-2] if raw.startswith("__") and raw.endswith("__") and len(raw) > 4 else raw
    return _NAMES.get(bare, bare)


def _is_reflected(raw: str) -> bool:
    bare = raw[2:-2] if raw.startswith("__") else ""
    return bare.startswith("r") and hasattr(Tensor, f"__{bare[1:]}__") and raw not in ("__reversed__", "__rshift__")


def _target(function: TorchFunction, raw: str, name: str) -> str:
    owner = getattr(function, "__objclass__", None)
    module = getattr(function, "__module__", None) or ""
    qualified = str(getattr(function, "__qualname__", raw))
    if owner is not None or module == "torch._tensor":
        return f"torch.Tensor.{name if hasattr(Tensor, name) else raw}"
    if module == "torch._C._nn":
        return f"torch.nn.functional.{name}"
    if module.startswith("torch._C._"):
        return f"torch.{module.removeprefix('torch._C._')}.{name}"
    if "<locals>" in qualified or module in ("", "torch", "torch.functional"):
        found = hasattr(torch, raw) and module != "torch.nn.functional"
        return f"torch.{raw}" if found else f"torch.nn.functional.{raw}"
    return f"{module}.{raw.removeprefix('_') if module == 'torch.nn.functional' else raw}"
