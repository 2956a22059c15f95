"""Names of nodes: Python identifiers that mean nothing else in a module."""

import keyword
import re
from collections.abc import Container
from string import digits

from engine.network.catalogue import reserved_names
from engine.network.errors import NetworkError
from engine.network.expressions import KNOWN_CALLS
from engine.network.network import NodeName


def check_name(name: str) -> NodeName:
    """Return ``name`` as that of a node.

    Raises:
        NetworkError: If it is no identifier or means something else.
    """
    if not name.isidentifier() or not name.isascii() or keyword.iskeyword(name):
        raise NetworkError(f"“{name[:60]}” is no name: letters, digits and _ make one, and it begins with a letter.")
    if is_reserved(name):
        raise NetworkError(f"The name {name} already means something in a module.")
    return NodeName(name)


def is_reserved(name: str) -> bool:
    """Return whether a name means something else already."""
    return name in reserved_names() or name in KNOWN_CALLS or name.startswith("__") or name == "_"


def next_name(wanted: str, taken: Container[str]) -> NodeName:
    """Return ``wanted``, or the next free name as a person counts: ``act4`` after ``act3``, ``fc2`` after ``fc``."""
    name = str(free_name(wanted, ()))
    stem = name.rstrip(digits)
    number = name.removeprefix(stem)
    following = int(number or 1)
    while name in taken:
        following += 1
        name = f"{stem}{following:0{len(number)}}"
    return free_name(name, taken)


def free_name(wanted: str, taken: Container[str]) -> NodeName:
    """Return ``wanted``, or it with the first number that makes it a free name."""
    stem = re.sub(r"\W", "_", wanted, flags=re.ASCII) or "node"
    stem = f"n{stem}" if stem[0].isdigit() else stem
    name, number = stem, 1
    while name in taken or is_reserved(name) or keyword.iskeyword(name):
        name, number = f"{stem}_{number}", number + 1
    return NodeName(name)
