# ruff: noqa: SLF001 - this is the one file that may touch what torch keeps private
"""Every private function of torch that the recorder needs, in one place.

Each entry has a stated fallback. ``missing`` runs them once and says in plain sentences what another torch version
cannot do, so that the program shows less there instead of showing it wrong.

| private name | used for | without it |
| --- | --- | --- |
| ``_get_sequence_nr``, ``Node._sequence_nr`` | which step made an autograd node | nodes are drawn without their step |
| ``_engine_run_backward`` | order and gradients of the backward pass | no backward steps |
| ``Node._saved_*``, ``_raw_saved_*`` | saved tensors of a node | nodes show no saved tensors |
| ``_functorch.get_unwrapped`` | values under ``torch.func`` | values there carry no numbers |
| ``_disable_current_modes`` | reading values unseen by the person's own modes | their modes see the reads |
| ``Function._register_hook`` | hooks on nodes without a handle each | hooks take three times as long |
| ``ScriptFunction``, ``ScriptMethod`` | calls of scripted code | they are no steps |
| ``_get_current_function_mode_stack`` | letting layers take the fast path that they take bare | cannot be recorded |
| ``_foreach_norm`` | the gradient norm of all parameters at once | the norms are taken one by one |
"""

import contextlib
import ctypes
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import ModuleType
from typing import Any, TypeAlias

import torch
import torch.autograd.graph
from torch import Tensor
from torch.nn.parameter import is_lazy
from torch.overrides import _pop_mode_temporarily
from torch.utils._python_dispatch import _disable_current_modes

from engine.runtime.scalars import number_in

Node: TypeAlias = Any
"""An autograd node; its classes are made by torch at run time."""

Storage: TypeAlias = Any

Hooks: TypeAlias = OrderedDict[Any, Callable[..., None]]


def _no_sequence() -> int:
    return 0


sequence_number: Callable[[], int] = getattr(torch.autograd, "_get_sequence_nr", _no_sequence)
"""Number that the next autograd node of this thread gets."""

NO_SEQUENCE = 2**64 - 1
"""Sequence number of nodes that are in no order: AccumulateGrad."""

RunEngine: TypeAlias = Callable[..., tuple[Tensor | None, ...]]

ENGINE_ENTRY = "_engine_run_backward"


def engine_modules() -> tuple[ModuleType, ...]:
    """Return the modules through whose ``_engine_run_backward`` every backward pass goes."""
    modules = (torch.autograd.graph, torch.autograd)
    return tuple(module for module in modules if hasattr(module, ENGINE_ENTRY))


def node_sequence(node: Node) -> int | None:
    """Return the sequence number of a node, None for one that has none (AccumulateGrad)."""
    try:
        number = int(node._sequence_nr())
    except AttributeError:
        return None
    return None if number >= NO_SEQUENCE else number


_THREAD = "chainrule.thread"


def node_thread(node: Node) -> int:
    """Return the number of the thread that made a node, from ``mark_thread``; an unmarked one is from thread 0."""
    return int(node.metadata.get(_THREAD, 0))


def mark_thread(root: Node, start: int, end: int, thread: int) -> None:
    """Note at ``root`` and the nodes below it which thread made them.

    Every thread counts its nodes from 0, so a sequence number alone does not say which node it is.

    Args:
        root: A node that the thread made.
        start: Sequence number of the first node to mark.
        end: The one after the last.
        thread: Number of the thread.
    """
    nodes = [root]
    while nodes:
        node = nodes.pop()
        sequence = None if node is None else node_sequence(node)
        if sequence is not None and start <= sequence < end and _THREAD not in node.metadata:
            node.metadata[_THREAD] = thread
            nodes.extend(target for target, _ in node.next_functions)


def storage_key(tensor: Tensor) -> int | None:
    """Return the address of a tensor's block of memory, None for one without (sparse, nested, wrappers, lazy)."""
    try:
        return int(tensor.untyped_storage()._cdata)
    except (RuntimeError, NotImplementedError, AttributeError, ValueError):  # the last of lazy parameters
        return None


def storage_copy(tensor: Tensor) -> Storage | None:
    """Return a copy of the whole block of memory of a tensor, None when it has none."""
    try:
        with quiet():
            return tensor.untyped_storage().clone()  # type: ignore[no-untyped-call] # torch leaves it untyped
    except (RuntimeError, NotImplementedError):
        return None


def storage_nbytes(tensor: Tensor) -> int:
    """Return the size of a tensor's block of memory."""
    try:
        return int(tensor.untyped_storage().nbytes())
    except (RuntimeError, NotImplementedError):
        return 0


_memory_view = ctypes.pythonapi.PyMemoryView_FromMemory
_memory_view.restype = ctypes.py_object
_memory_view.argtypes = (ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int)
_READ_ONLY = 0x100


def memory_at(address: int, nbytes: int) -> memoryview:
    """Return a view of memory that someone else keeps alive."""
    view: memoryview = _memory_view(address, nbytes, _READ_ONLY)
    return view


_NO_DISPATCH = torch._C._disabled_torch_dispatch_impl


def has_own_dispatch(tensor: Tensor) -> bool:
    """Whether the class of a tensor computes by itself (masked, fake, distributed tensors): nobody else reads it."""
    return type(tensor).__torch_dispatch__ is not _NO_DISPATCH


def is_plain_memory(tensor: Tensor) -> bool:
    """Whether the numbers of a tensor lie one after the other, as they are, at its ``data_ptr`` in main memory."""
    return (
        tensor.is_cpu
        and tensor.layout is torch.strided
        and tensor.is_contiguous()
        and not tensor.is_neg()
        and not tensor.is_conj()
        and not torch._is_zerotensor(tensor)
    )


def unseen() -> contextlib.AbstractContextManager[None]:
    """Return a block in which no function mode sees calls of torch."""
    block: contextlib.AbstractContextManager[None] = torch._C.DisableTorchFunction()
    return block


class _Quiet:
    """What ``quiet`` returns; a class, since generators take five times as long."""

    __slots__ = ("_modes", "_transforms", "_unseen", "_was_enabled")

    def __enter__(self) -> None:
        self._unseen = unseen()
        self._unseen.__enter__()
        self._was_enabled = torch.is_grad_enabled()
        torch._C._set_grad_enabled(False)  # noqa: FBT003 - the only way to give it
        self._modes: contextlib.AbstractContextManager[Any] | None = None
        self._transforms = None if functorch_level() is None else torch._C._DisableFuncTorch()
        if torch._C._len_torch_dispatch_stack():
            self._modes = _disable_current_modes()
            self._modes.__enter__()

    def __exit__(self, *raised: Any) -> None:  # noqa: ANN401 - what Python says of an exception
        if self._modes is not None:
            self._modes.__exit__(*raised)
        self._transforms = None
        torch._C._set_grad_enabled(self._was_enabled)
        self._unseen.__exit__(*raised)


def quiet() -> contextlib.AbstractContextManager[None]:
    """Run torch functions unseen: no gradient, and none of the person's own modes and transforms see them."""
    return _Quiet()


functorch_level: Callable[[], object | None] = torch._C._functorch.peek_interpreter_stack
"""Returns the innermost running ``torch.func`` transform, None outside of any."""


def plain(tensor: Tensor) -> Tensor:
    """Return the real tensor behind the wrappers of ``torch.func``; they die when the transform ends."""
    functorch = torch._C._functorch
    while functorch.is_functorch_wrapped_tensor(tensor):
        tensor = functorch.get_unwrapped(tensor)
    return tensor


def put_hooks(pairs: Iterable[tuple[Node, Callable[..., None]]]) -> list[Any]:
    """Put a post hook on each node, three times as fast as one ``node.register_hook`` after the other.

    ``Node.register_hook`` asks a Python function for a removable handle, which takes longer than all the rest; here
    that function puts the hook under itself as the key instead; torch's own keys are numbers.
    """
    owner = torch.autograd.Function
    if not hasattr(owner, "_register_hook"):
        return [node.register_hook(hook) for node, hook in pairs]
    owner._register_hook = staticmethod(_put_hook)  # type: ignore[method-assign] # taken back below
    try:
        return [node.register_hook(hook) for node, hook in pairs]
    finally:
        del owner._register_hook


def _put_hook(hooks: Hooks | None, hook: Callable[..., None]) -> tuple[Hooks, tuple[Hooks, Callable[..., None]]]:
    if hooks is None:
        hooks = OrderedDict()
    hooks[hook] = hook
    return hooks, (hooks, hook)


def remove_hooks(handles: Sequence[Any]) -> None:
    """Take away the hooks that ``node.register_hook`` gave these handles for."""
    for handle in handles:
        if type(handle) is tuple:
            hooks, hook = handle
            hooks.pop(hook, None)
        else:
            handle.remove()


def has_gradient_hooks(leaf: Tensor) -> bool:
    """Whether the program put hooks on a leaf that may change its gradient on the way."""
    return bool(leaf._backward_hooks)


def shape_of(tensor: Tensor) -> tuple[int, ...]:
    """Return the shape of a tensor; of a nested one that of the tensor which it would be padded to.

    Lazy parameters have none before their module is called first: they count as no numbers.
    """
    if is_lazy(tensor):
        return (0,)
    if not tensor.is_nested:
        return tuple(tensor.shape)
    with quiet():
        if tensor.layout is not torch.jagged:
            sizes = tensor._nested_tensor_size()
            return (len(sizes), *sizes.max(0).values.tolist())
        offsets: Tensor = tensor.offsets()  # type: ignore[attr-defined] # of the class that jagged tensors have
        longest = number_in(offsets.diff().max()) or 0
        return tuple(size if isinstance(size, int) else int(longest) for size in tensor.shape)


def script_classes() -> tuple[type, ...]:
    """Return the classes of what ``torch.jit`` makes of functions and methods."""
    names = ("ScriptFunction", "ScriptMethod")
    return tuple(getattr(torch._C, name) for name in names if hasattr(torch._C, name))


def script_name(script: Any) -> str:  # noqa: ANN401 - a class that only torch's C++ part knows
    """Return the name of a scripted function, or of the module whose ``forward`` a scripted method is."""
    owner = getattr(script, "owner", None)
    return str(owner._type().name()) if owner is not None and script.name == "forward" else str(script.name)


@contextlib.contextmanager
def own_modes_lifted(is_own: Callable[[object], bool]) -> Iterator[bool]:
    """Take the function modes away for the ``with`` block if all of them are our own; say whether they were."""
    modes = torch.overrides._get_current_function_mode_stack()  # type: ignore[no-untyped-call] # torch leaves it so
    with contextlib.ExitStack() as stack:
        are_own = all(map(is_own, modes))
        for _ in modes if are_own else ():
            stack.enter_context(_pop_mode_temporarily())
        yield are_own


def made_by(tensor: Tensor) -> Node | None:
    """Return the ``grad_fn`` of a tensor, None where torch refuses to say.

    It does so for a view made under ``no_grad`` whose base was then written with gradients on: whatever is done with
    such a view raises, and asking for its node alone does too.
    """
    try:
        return tensor.grad_fn
    except RuntimeError:
        return None


def is_accumulator(node: Node) -> bool:
    """Whether a node is the end of the graph that adds to a leaf's ``.grad``."""
    return type(node).__name__ == "AccumulateGrad"


def node_name(node: Node) -> str:
    """Return autograd's name of a node, e.g. ``MulBackward0``, without the C++ namespace."""
    name = node.name
    # A custom function may keep an attribute of its own under this name.
    return str(name()).rpartition("::")[2] if callable(name) else type(node).__name__


def raw_saved_names(node_type: type) -> tuple[str, ...]:
    """Return the names of the tensors that nodes of this type save, e.g. ``("self", "other")``."""
    prefix = "_raw_saved_"
    return tuple(name.removeprefix(prefix) for name in dir(node_type) if name.startswith(prefix))


def saved_attributes(node_type: type) -> tuple[tuple[str, str, str], ...]:
    """Return the name of each tensor that nodes of this type save, and the attributes with it and with its hooks."""
    return tuple(
        (name, "_saved_" + name if hasattr(node_type, "_saved_" + name) else "saved_tensors", "_raw_saved_" + name)
        for name in raw_saved_names(node_type)
    )


def plain_saved_names(node_type: type) -> tuple[str, ...]:
    """Return the names of the plain Python objects that nodes of this type save, e.g. ``("dim",)``."""
    prefix = "_saved_"
    tensors = set(raw_saved_names(node_type))
    names = (name.removeprefix(prefix) for name in dir(node_type) if name.startswith(prefix))
    return tuple(name for name in names if name not in tensors)


def has_unpack_hook(raw: Any) -> bool:  # noqa: ANN401 - torch gives SavedTensor or a tuple of them
    """Whether reading a saved tensor would run the person's own hook (checkpointing, offloading)."""
    entries: Sequence[Any] = raw if isinstance(raw, tuple | list) else (raw,)
    return any(getattr(entry, "unpack_hook", None) is not None for entry in entries)


def roots_of(outputs: Sequence[Any]) -> list[Node]:
    """Return the node at which each root of a backward call starts; edges are taken as they are."""
    return [_root_of(output) if isinstance(output, Tensor) else output.node for output in outputs]


def _root_of(output: Tensor) -> Node | None:
    try:
        node = output.grad_fn
        if node is None and output.requires_grad:
            node = torch.autograd.graph.get_gradient_edge(output).node
    except (RuntimeError, AssertionError):
        return None  # a view made without gradients: the engine is going to refuse it in words of its own
    return node


def missing() -> tuple[str, ...]:
    """Try every private function once and return a sentence for each that this torch version lacks."""
    problems = []
    leaf = torch.ones(2, requires_grad=True)
    before = sequence_number()
    node = (leaf * leaf).grad_fn
    if node is None or sequence_number() != before + 1 or node_sequence(node) != before:
        problems.append("Autograd nodes cannot be linked to the steps that made them.")
    if len(engine_modules()) != 2:
        problems.append("Backward passes cannot be seen.")
    if "self" not in raw_saved_names(type(node)):
        problems.append("Saved tensors cannot be shown.")
    if not is_accumulator(node.next_functions[0][0] if node is not None else None):
        problems.append("Accumulation into leaves cannot be shown.")
    if not hasattr(torch._C._functorch, "get_unwrapped"):
        problems.append("Values inside torch.func transforms cannot be shown.")
    return tuple(problems)


def view_of(storage: Storage, like: Tensor) -> Tensor | None:
    """Return a tensor that shows ``storage`` as ``like`` shows its own block, None where that cannot be."""
    with quiet():
        view = torch.empty(0, dtype=like.dtype, device=like.device)
        try:
            view.set_(storage, like.storage_offset(), like.shape, like.stride())
        except RuntimeError:
            return None
        if like.is_conj():
            view = torch._conj(view)
        return torch._neg_view(view) if like.is_neg() else view


def norms(tensors: list[Tensor]) -> tuple[Tensor, ...]:
    """Return the L2 norm of each tensor, without waiting for the device."""
    with quiet():
        try:
            return tuple(torch._foreach_norm([tensor.detach() for tensor in tensors])) if tensors else ()
        except (RuntimeError, NotImplementedError):
            dense = (tensor.to_dense() if tensor.is_sparse else tensor for tensor in tensors)
            return tuple(torch.linalg.vector_norm(tensor.detach()) for tensor in dense)


def base_of(tensor: Tensor) -> Tensor | None:
    """Return the tensor that ``tensor`` is a view of, if autograd tracks that."""
    return tensor._base if tensor._is_view() else None
