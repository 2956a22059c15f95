"""Names of tensors and paths of modules, from the program's text and its variables."""

import re
import weakref
from collections.abc import Mapping, Sequence
from time import perf_counter_ns
from typing import Any

from torch import Tensor, nn

from engine.program.names import Site, Target
from engine.runtime.recorder.resolve.tensors import TensorBook, TensorRecord
from engine.runtime.recorder.resolve.values import ValueMaker
from engine.runtime.recorder.watch.kinds import FunctionInfo
from engine.runtime.recorder.watch.owners import parts_of
from engine.trace.facts import Role

_FOLDS = ("sum", "math.prod", "reduce", "functools.reduce")
"""Functions of Python that call torch once for each element: only the last result is theirs."""
_METHODS = "torch.Tensor."
_ADVANCE = "unbind"
"""What iterating over a tensor calls."""
_POSITION = re.compile(r"\.(\d+)(?=\.|$)")


class Namer:
    """Gives every tensor each name that the program has for it."""

    def __init__(self, values: ValueMaker) -> None:
        self._values = values
        self._book: TensorBook = values.book
        self._paths: weakref.WeakKeyDictionary[nn.Module, str] = weakref.WeakKeyDictionary()
        self._taken: dict[str, int] = {}
        self._folded: tuple[Site, TensorRecord | None] | None = None

    def bind(self, site: Site | None, outputs: Sequence[Tensor], args: Sequence[Any] = ()) -> None:
        """Name the results of a call with ``args`` after what they are assigned to."""
        if site is None or not outputs:
            return
        if site.is_call and site.receiver in _FOLDS:
            self._take_back(site, outputs[0], args)
        if site.inplace is not None:
            self._name(outputs[0], site.inplace)
        if site.part is not None:
            for output in outputs:
                self._name(output, site.part)
        for target in site.targets:
            self._assign(target, outputs)

    def operands(self, site: Site | None, info: FunctionInfo, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Name the arguments of a direct call after the expressions in their places."""
        if site is None:
            return
        for argument, name in zip(args, _operand_names(site, info, len(args)), strict=False):
            if name is not None and isinstance(argument, Tensor):
                self._name(argument, name)
        self._keywords(site, kwargs)

    def module_arguments(self, site: Site | None, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Name what a module is called with."""
        if site is None or not site.is_call:
            return
        for argument, name in zip(args, site.operands, strict=False):
            if name is not None and isinstance(argument, Tensor):
                self._name(argument, name)
        self._keywords(site, kwargs)

    def path(
        self, module: nn.Module, site: Site | None, parent_path: str | None, owner: tuple[nn.Module, str] | None
    ) -> str:
        """Return the path of a module, e.g. ``model.layers.0``, found from how it is held and called first."""
        known = self._paths.get(module)
        if known is None and owner is not None:
            self._register(*owner)
            known = self._paths.get(module)
        if known is not None:
            return known
        text = site.receiver if site is not None and site.is_call else None
        if text is None:
            text = type(module).__name__
        elif parent_path is not None and text.startswith("self."):
            text = parent_path + text.removeprefix("self")
        return self._register(module, text)

    def name_all(self, namespace: Mapping[str, object]) -> None:
        """Name tensors and modules after the variables of a namespace."""
        for name, thing in list(namespace.items()):
            if not name.startswith("_"):
                self._name_thing(name, thing)

    def _name_thing(self, name: str, thing: object) -> None:
        if isinstance(thing, Tensor):
            self._name(thing, name)
            self._refresh(thing, is_variable=True)
        elif isinstance(thing, nn.Module):
            if thing not in self._paths:
                self._register(thing, name)
            for member in (*thing.parameters(), *thing.buffers()):
                self._refresh(member)
            self._name_plain_parts(thing)
        else:
            for path, part in parts_of(name, thing):
                if isinstance(part, Tensor):
                    self._name(part, path)
                elif issubclass(type(part), nn.Module) and isinstance(part, nn.Module) and part not in self._paths:
                    self._register(part, path)

    def _name_plain_parts(self, module: nn.Module) -> None:
        """Name tensors that a module and those in it just hold as attributes, e.g. ``net.hidden``."""
        for part in module.modules():
            path = self._paths.get(part)
            for key, thing in list(vars(part).items()) if path is not None else ():
                if isinstance(thing, Tensor) and not key.startswith("_"):
                    self._name(thing, f"{path}.{key}")

    def _refresh(self, tensor: Tensor, *, is_variable: bool = False) -> None:
        """Give a tensor its last value if it was written through a view or inside an op, and not used since.

        A variable that nothing has used yet gets its first.
        """
        record = self._book.find(tensor)
        if record is not None and (record.is_stale or (is_variable and record.value is None)):
            self._values.current(tensor, perf_counter_ns())

    def _register(self, module: nn.Module, path: str) -> str:
        known = self._paths.get(module)
        if known is not None:  # it has got new parts since
            path = known
        else:
            uses = self._taken.get(path, 0)
            self._taken[path] = uses + 1
            if uses:
                path = f"{path} #{uses + 1}"
        for name, part in list(module.named_modules()):
            self._paths.setdefault(part, f"{path}.{name}" if name else path)
        for name, parameter in list(module.named_parameters()):
            self._member(parameter, f"{path}.{name}", Role.PARAMETER)
        for name, buffer in list(module.named_buffers()):
            self._member(buffer, f"{path}.{name}", Role.BUFFER)
        return self._paths[module]

    def _member(self, tensor: Tensor, name: str, role: Role) -> None:
        record = self._book.record(tensor)
        if record.value is None:
            record.role = role
        self._values.name(record, name)
        self._values.name(record, _POSITION.sub(r"[\1]", name))

    def _assign(self, target: Target, outputs: Sequence[Tensor]) -> None:
        if isinstance(target, str):
            if len(outputs) == 1:
                self._name(outputs[0], target)
        elif target is not None and len(target) >= len(outputs) > 1:
            for part, output in zip(target, outputs, strict=False):
                if isinstance(part, str):
                    self._name(output, part)

    def _keywords(self, site: Site, kwargs: Mapping[str, Any]) -> None:
        for keyword, name in site.keywords:
            argument = kwargs.get(keyword)
            if isinstance(argument, Tensor):
                self._name(argument, name)

    def _name(self, tensor: Tensor, name: str) -> None:
        record = self._book.find(tensor)
        # Inside of a module, ``self.weight`` is what has the longer name ``net.fc.weight`` already.
        if record is not None and not (name.startswith("self.") and _has_end(record.names, name.removeprefix("self"))):
            self._values.name(record, name)

    def _take_back(self, site: Site, output: Tensor, args: Sequence[Any]) -> None:
        """Take the names of a sum from the partial sum that this call adds to."""
        last = self._folded
        self._folded = (site, self._book.find(output))
        if last is None or last[0] is not site or last[1] is None:
            return
        record = last[1]
        if any(isinstance(argument, Tensor) and self._book.find(argument) is record for argument in args):
            for target in site.targets:
                if isinstance(target, str):
                    self._values.unname(record, target)


def _has_end(names: Sequence[str], end: str) -> bool:
    return any(name.endswith(end) for name in names)


def _operand_names(site: Site, info: FunctionInfo, count: int) -> Sequence[str | None]:
    is_advance = info.name == _ADVANCE and not (site.receiver or "").endswith(_ADVANCE)
    if is_advance and (site.is_call or site.operands):
        return ()  # a loop over ``x * 2`` or ``zip(x, y)``
    if site.is_call:
        if count == len(site.operands):
            return site.operands
        if (
            info.target.startswith(_METHODS)
            and count == len(site.operands) + 1
            and site.receiver is not None
            and not site.has_star
        ):
            owner, _, method = site.receiver.rpartition(".")
            return (owner or None, *site.operands) if method else ()
        return ()
    if site.operands:
        return site.operands[::-1] if info.is_reflected else site.operands
    return (site.receiver,)
