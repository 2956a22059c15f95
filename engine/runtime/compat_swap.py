"""Lets ``torch.utils.swap_tensors`` work while the recorder watches both tensors.

It refuses tensors that anything refers to weakly, and finds that out through the name ``weakref`` of its own module.
Without that name it goes on refusing them.
"""

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import torch.utils

_NAME = "weakref"


@contextmanager
def references_hidden(is_hidden: Callable[[Any], bool]) -> Iterator[None]:
    """Let torch not see certain weak references to tensors in the ``with`` block."""
    if getattr(torch.utils, _NAME, None) is not weakref:
        yield
        return

    def getweakrefs(thing: Any) -> list[Any]:  # noqa: ANN401 - any object
        return [reference for reference in weakref.getweakrefs(thing) if not is_hidden(reference)]

    setattr(torch.utils, _NAME, SimpleNamespace(getweakrefs=getweakrefs))
    try:
        yield
    finally:
        setattr(torch.utils, _NAME, weakref)
