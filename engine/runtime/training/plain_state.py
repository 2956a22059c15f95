"""Trees of plain numbers and tensors as JSON and named tensors, and back: a state dict without a pickle."""

import math
from collections import Counter
from typing import Any, TypeAlias

from torch import Tensor

from engine.runtime.compat import quiet

Json: TypeAlias = Any
_MOST_DEPTH = 50


class NotPlainError(TypeError):
    """A value is neither a number, a text, a tensor, nor made of such."""


class PlainWriter:
    """Turns trees into JSON; the tensors in them get names in ``tensors``."""

    def __init__(self) -> None:
        self.tensors: dict[str, Tensor] = {}

    def write(self, value: object, name: str, depth: int = 0) -> Json:
        """Return ``value`` as JSON; ``name`` begins the names of its tensors.

        Raises:
            NotPlainError: If it holds something else than numbers, texts and tensors.
        """
        if depth > _MOST_DEPTH:
            raise NotPlainError(name)
        match value:
            case Tensor():
                with quiet():
                    self.tensors[name] = value.detach().to("cpu", copy=True).contiguous()
                return {"tensor": name}
            case float() if not math.isfinite(value):
                return {"float": repr(value)}
            case None | bool() | int() | float() | str():
                return value
            case list():
                return [self.write(one, f"{name}/{place}", depth + 1) for place, one in enumerate(value)]
            case tuple():
                return {"tuple": [self.write(one, f"{name}/{place}", depth + 1) for place, one in enumerate(value)]}
            case dict():
                kind = "counter" if isinstance(value, Counter) else "dict"
                pairs = [
                    [self.write(key, name, depth + 1), self.write(one, f"{name}/{key}", depth + 1)]
                    for key, one in value.items()
                ]
                return {kind: pairs}
            case _:
                raise NotPlainError(f"{name} is a {type(value).__name__}")

    def write_known(self, values: dict[Any, Any], name: str) -> Json:
        """Return a dict as JSON without what is not plain, such as functions in the state of a schedule."""
        pairs = []
        for key, one in values.items():
            try:
                pairs.append([key, self.write(one, f"{name}/{key}")])
            except NotPlainError:
                continue
        return {"dict": pairs}


def read_plain(  # noqa: PLR0911 - one for each form
    value: Json, tensors: dict[str, Tensor]
) -> Any:  # noqa: ANN401 - any tree
    """Return the tree that was written.

    Raises:
        KeyError: If a tensor is missing.
        ValueError: If it was not written by ``PlainWriter``.
    """
    match value:
        case list():
            return [read_plain(one, tensors) for one in value]
        case {"tensor": str(name)}:
            return tensors[name]
        case {"float": str(text)}:
            return float(text)
        case {"tuple": list(items)}:
            return tuple(read_plain(one, tensors) for one in items)
        case {"dict": list(pairs)}:
            return {read_plain(key, tensors): read_plain(one, tensors) for key, one in pairs}
        case {"counter": list(pairs)}:
            return Counter({read_plain(key, tensors): read_plain(one, tensors) for key, one in pairs})
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise ValueError("it holds something unknown")
