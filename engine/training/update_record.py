"""What one step of an optimizer began with and came to: enough to compute it again, number by number."""

import msgspec
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


class ParameterUpdate(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One parameter of type float32 through one step; all bytes are float32, little-endian, in C order.

    Attributes:
        gradient: As the optimizer got it, after all clipping.
        state: What the optimizer remembered of it before the step (``exp_avg``, ``momentum_buffer``), by its name;
            nothing where this is its first step.
        steps: How many steps it had taken before.
        settings: The numbers of its group; several for a tuple, 0 and 1 for no and yes.
        unclipped: The gradient before it was clipped; nothing where torch's functions clipped nothing.
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

    def array(self, raw: bytes) -> Array:
        """Return one of the byte strings in the parameter's shape, read-only.

        Raises:
            ValueError: If there are not as many numbers as the shape says.
        """
        return np.frombuffer(raw, dtype="<f4").reshape(self.shape)


class OptimizerUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an optimizer; ``kind`` is its class. Parameters that found no room are left out."""

    kind: str
    parameters: tuple[ParameterUpdate, ...]
    left_out: int = 0
