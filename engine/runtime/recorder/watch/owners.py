"""Finds by which variable the program holds a module."""

from collections.abc import Iterator, Mapping
from types import FrameType, FunctionType, ModuleType

from torch import nn

from engine.runtime.recorder.watch.frames import FileMarks

LARGEST_CONTAINER = 64
"""Lists and dicts beyond this size are not searched."""

_DEEPEST = 2
"""How many containers or objects around a module are searched: ``box.layers[0]``."""


def find_owner(module: nn.Module, frame: FrameType | None, marks: FileMarks) -> tuple[nn.Module, str] | None:
    """Return the outermost module that holds ``module``, and what the program calls that one.

    Args:
        module: The module that is called for the first time.
        frame: Where the call comes from; the person's own frame is looked for from there on.
        marks: Whose files are whose.

    Returns:
        E.g. the whole network and ``net`` for one of its layers, or a layer and ``layers[0]`` for one in a plain list.
        Variables of the program come before those of a function, and older ones before newer ones, so that neither
        the parameter of a function nor the variable of a loop gives its name. None when no variable leads there.
    """
    while frame is not None and marks[frame.f_code.co_filename]:
        frame = frame.f_back
    if frame is None:
        return None
    found = _search(module, frame.f_globals)
    if found is None and frame.f_locals is not frame.f_globals:
        found = _search(module, frame.f_locals)
    return found


def _search(module: nn.Module, variables: Mapping[str, object]) -> tuple[nn.Module, str] | None:
    for name, thing in list(variables.items()):
        if name.startswith("_"):
            continue
        things = [(name, thing)]
        for depth in range(_DEEPEST + 1):
            for path, part in things:
                if issubclass(type(part), nn.Module) and isinstance(part, nn.Module) and _holds(part, module):
                    return part, path
            if depth < _DEEPEST:
                things = [inner for path, part in things for inner in parts_of(path, part)]
    return None


def _holds(owner: nn.Module, module: nn.Module) -> bool:
    return any(part is module for part in owner.modules())


def parts_of(path: str, thing: object) -> Iterator[tuple[str, object]]:
    """Yield what a list, a dict or an object of the person's own holds, as the program would write it."""
    if isinstance(thing, list | tuple):
        if len(thing) <= LARGEST_CONTAINER:
            yield from ((f"{path}[{index}]", part) for index, part in enumerate(thing))
    elif type(thing) is dict:
        if len(thing) <= LARGEST_CONTAINER:
            yield from ((f"{path}[{key!r}]", part) for key, part in thing.items() if type(key) in (str, int))
    elif not isinstance(thing, type | ModuleType | FunctionType):
        members = getattr(type(thing), "__dict__", {}).get("__dict__") and vars(thing)
        if members and len(members) <= LARGEST_CONTAINER:
            yield from ((f"{path}.{key}", part) for key, part in members.items() if not key.startswith("_"))
