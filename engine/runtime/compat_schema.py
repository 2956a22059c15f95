# ruff: noqa: SLF001 - like compat, this file may touch what torch keeps private
"""What the schema of an operator of ``torch.ops`` says: the person's own, and ATen's called by its full name."""

from torch._ops import OpOverload, OpOverloadPacket

PERSONS_OPERATOR = "torch._library.autograd"
"""Module of the ``autograd.Function`` that torch makes for an operator with a backward pass of its own."""


def schema_writes(function: object) -> tuple[tuple[int, str], ...]:
    """Return position and name of each argument that an operator overwrites; nothing for any other function."""
    if isinstance(function, OpOverload):
        overloads = [function]
    elif isinstance(function, OpOverloadPacket):
        overloads = [getattr(function, name) for name in function.overloads()]  # type: ignore[no-untyped-call] # torch leaves it so
    else:
        return ()
    found = {
        (position, argument.name): None
        for overload in overloads
        for position, argument in enumerate(overload._schema.arguments)
        if argument.alias_info is not None and argument.alias_info.is_write
    }
    return tuple(found)
