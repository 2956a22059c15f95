"""The default device of a program, and the traps of one."""

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_map_only

from engine.runtime.compat_placement import DeviceContext, constructors, inside
from engine.runtime.placement import randoms

_FROM_DATA = frozenset(
    {torch.tensor, torch.as_tensor, torch.asarray, torch.sparse_coo_tensor, torch.sparse_compressed_tensor,
     torch.sparse_csr_tensor, torch.sparse_csc_tensor, torch.sparse_bsr_tensor, torch.sparse_bsc_tensor,
     torch.nested.nested_tensor}
)  # fmt: skip
_TO_HOST: tuple[Callable[..., Any], ...] = (Tensor.numpy, Tensor.__array__)
_CPU = torch.device("cpu")


@dataclass(slots=True)
class Switch:
    """Says for all threads of a process whether a placement is out of force."""

    is_off: bool = False


class Placement(DeviceContext):
    """``torch.set_default_device`` that a program need not know of.

    Beyond what torch does: a tensor made from tensors stays where they are; ``numpy()`` and ``np.asarray`` copy to the
    CPU first; what is drawn with a generator of another device is drawn there and moved (samplers of a ``DataLoader``
    draw so); pinned memory stays on the CPU; forked processes, which cannot use the device, compute on the CPU.

    Args:
        device: Where tensors are made when the text does not say.
        draws_on_host: Whether random numbers are drawn on the CPU and moved, so that runs on two devices see the same
            ones. Dropout and what else is drawn inside of a kernel is not among them.
        switch: Puts it out of force; shared by the threads of a process.
    """

    def __init__(
        self, device: torch.device | str, *, draws_on_host: bool = False, switch: Switch | None = None
    ) -> None:
        super().__init__(device)
        self.switch = switch or Switch()
        self.draws_on_host = draws_on_host
        self._constructors = constructors() | {torch.normal}

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,  # noqa: ANN401 - torch's own
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - whatever torch returns
        """Call ``func``, with its device where the text names none."""
        if torch.compiler.is_compiling():  # the compiler follows this function, and knows torch's own
            return super().__torch_function__(func, types, args, kwargs)  # type: ignore[no-untyped-call] # torch's
        given = kwargs or {}
        if self.switch.is_off:
            return func(*args, **given)
        if func in _TO_HOST:
            return self._to_host(func, args, given)
        home = self._home(func, given)
        if home is not None and func in randoms.ALL:
            return self._drawn(func, args, given, home)
        if type(func) is FunctionType and (home is not None or func.__module__ == torch.nn.init.__name__):
            return inside(self, func, types, args, given)
        if func in self._constructors and self._chooses(func, args, given):
            given = {**given, "device": self.device}
        return func(*args, **given)

    def _chooses(self, func: Callable[..., Any], args: tuple[Any, ...], given: dict[str, Any]) -> bool:
        """Whether the device of what ``func`` makes is left to the default."""
        if given.get("device") is not None or given.get("out") is not None or given.get("pin_memory"):
            return False
        if func is torch.normal:
            return not _has_tensor(args, given)
        return func not in _FROM_DATA or not _has_tensor(args, given)

    def _home(self, func: Callable[..., Any], given: dict[str, Any]) -> torch.device | None:
        """Return where a draw has to happen when that is not the device, else None."""
        generator = given.get("generator")
        if isinstance(generator, torch.Generator):
            return None if generator.device.type == self.device.type else generator.device
        return _CPU if self.draws_on_host and self.device.type != "cpu" else None

    def _drawn(self, func: Callable[..., Any], args: tuple[Any, ...], given: dict[str, Any], home: torch.device) -> Any:  # noqa: ANN401 - whatever torch returns
        """Draw at ``home`` and bring the numbers where they belong."""
        if func in randoms.FILLING:
            target = args[0]
            if target.device.type == home.type:
                return func(*args, **given)
            target.copy_(func(torch.empty_like(target, device=home), *_moved(args[1:], home), **_moved(given, home)))
            return target
        wanted = given.get("device")
        if func in randoms.MAKING or (func is torch.normal and not _has_tensor(args, given)):
            goal = self.device if wanted is None else torch.device(wanted)
            needs_gradient = bool(given.get("requires_grad", False))
            drawn = func(*args, **{**given, "device": home, "requires_grad": False})
            return drawn.to(goal).requires_grad_(needs_gradient)
        goal = torch.device(wanted) if wanted is not None else _first_tensor(args, given).device
        if func in randoms.SHAPED:  # only its size and type are asked for
            return func(torch.empty_like(args[0], device=home), *args[1:], **{**given, "device": home}).to(goal)
        if "device" in given:
            given = {**given, "device": home}
        return func(*_moved(args, home), **_moved(given, home)).to(goal)

    def _to_host(self, func: Callable[..., Any], args: tuple[Any, ...], given: dict[str, Any]) -> Any:  # noqa: ANN401 - array
        if args[0].device.type == self.device.type != "cpu":
            args = (args[0].cpu(), *args[1:])
        return func(*args, **given)


def _has_tensor(args: tuple[Any, ...], given: dict[str, Any]) -> bool:
    for argument in (*args, *given.values()):
        if isinstance(argument, Tensor):
            return True
        if isinstance(argument, list | tuple) and argument and isinstance(argument[0], Tensor):
            return argument[0].dim() > 0  # a list of scalars is data like numbers are
    return False


def _first_tensor(args: tuple[Any, ...], given: dict[str, Any]) -> Tensor:
    return next(argument for argument in (*args, *given.values()) if isinstance(argument, Tensor))


def _moved(arguments: Any, home: torch.device) -> Any:  # noqa: ANN401 - a tree of arguments
    return tree_map_only(Tensor, lambda tensor: tensor.to(home), arguments)
