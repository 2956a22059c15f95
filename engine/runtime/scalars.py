"""The number in a tensor of one element."""

from torch import Tensor


def scalar_in(tensor: Tensor) -> bool | int | float | complex | None:
    """Return the number that a tensor of one element holds, None where it holds none (meta, fake tensors)."""
    try:
        number: bool | int | float | complex = tensor.item()
    except (RuntimeError, NotImplementedError):
        return None
    return number


def number_in(tensor: Tensor) -> float | None:
    """Return ``scalar_in`` as a real number."""
    number = scalar_in(tensor)
    return None if number is None or isinstance(number, complex) else float(number)
