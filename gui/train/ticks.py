"""Round numbers along an axis."""

import math

_STEPS = (1.0, 2.0, 5.0, 10.0)


def round_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """Return round numbers from ``low`` to ``high``, at least a ``most``-th of the way apart."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return ()
    wanted = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(wanted)) if wanted > 0 else 0.0
    if power <= 0:
        return ()
    step = next((digit * power for digit in _STEPS if digit * power >= wanted), 10 * power)
    first = math.ceil(low / step)
    return tuple(place * step for place in range(first, math.floor(high / step) + 1))
