"""All random states of a process: torch's, Python's and NumPy's."""

import random
import sys
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.runtime.compat import quiet


@dataclass(frozen=True, slots=True)
class RandomNumbers:
    """The states that random numbers come from; ``devices`` are those of CUDA devices that were used."""

    torch_cpu: Tensor
    devices: tuple[Tensor, ...]
    python: tuple[Any, ...]
    numpy: dict[str, Any] | None

    def is_like(self, other: "RandomNumbers") -> bool:
        """Return whether the same numbers would be drawn from both, as far as both tell."""
        with quiet():
            is_same = torch.equal(self.torch_cpu, other.torch_cpu) and self.python == other.python
            pairs = zip(self.devices, other.devices, strict=False)
            is_same = is_same and all(torch.equal(one.cpu(), two.cpu()) for one, two in pairs)
        if self.numpy is None or other.numpy is None:
            return is_same
        one, two = self.numpy["state"], other.numpy["state"]
        return is_same and one["pos"] == two["pos"] and list(one["key"]) == list(two["key"])

    def restore(self) -> None:
        """Draw from here again."""
        with quiet():
            torch.set_rng_state(self.torch_cpu)
            if self.devices:
                torch.cuda.set_rng_state_all(list(self.devices))
        random.setstate(self.python)
        if self.numpy is not None:
            _numpy_random().set_state(self.numpy)


def random_numbers() -> RandomNumbers:
    """Return the present states; some ten microseconds, most of them for Python's 625 numbers."""
    with quiet():
        devices = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []  # type: ignore[no-untyped-call] # torch leaves it untyped
        state = torch.get_rng_state()
    numpy = _numpy_random().get_state(legacy=False) if "numpy.random" in sys.modules else None
    return RandomNumbers(state, tuple(devices), random.getstate(), numpy)


def _numpy_random() -> Any:  # noqa: ANN401 - a module that may not be loaded
    return sys.modules["numpy.random"]
