"""What one step of an optimizer began with and came to: enough to compute it again, number by number."""

from enum import StrEnum
from typing import Any, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]


class NumberType(StrEnum):
    """The types of numbers of which a step can be opened."""

    FLOAT32 = "float32"
    FLOAT64 = "float64"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"


class ParameterUpdate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One parameter through one step; all bytes are little-endian, in C order.

    They are float64 where the parameter is, else float32, which holds numbers of all narrower types as they are.

    Attributes:
        gradient: As the optimizer got it, after all clipping.
        state: What the optimizer remembered of it before the step (``exp_avg``, ``momentum_buffer``), by its name;
            nothing where this is its first step.
        steps: How many steps it had taken before.
        settings: The numbers of its group; several for a tuple, 0 and 1 for no and yes.
        unclipped: The gradient before it was clipped; nothing where torch's functions clipped nothing.
        numbers: The type of the parameter.
    """

    name: str
    shape: tuple[int, ...]
    before: bytes
    gradient: bytes
    after: bytes
    state: dict[str, bytes] = {}
    steps: int = 0
    settings: dict[str, tuple[float, ...]] = {}
    unclipped: bytes = b""
    numbers: NumberType = NumberType.FLOAT32

    def array(self, raw: bytes) -> Array:
        """Return one of the byte strings in the parameter's shape, read-only.

        Raises:
            ValueError: If there are not as many numbers as the shape says.
        """
        kind = "<f8" if self.numbers is NumberType.FLOAT64 else "<f4"
        return np.frombuffer(raw, dtype=kind).reshape(self.shape)


class OptimizerUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an optimizer, of the class ``kind``; what found no room, or is of another type, is left out."""

    kind: str
    parameters: tuple[ParameterUpdate, ...]
    left_out: int = 0
