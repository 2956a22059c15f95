"""Numbers as text: four significant digits, scientific beyond 1e-4 and 1e5."""

import math


def number_text(number: complex | float, digits: int = 4) -> str:
    """Return ``number`` as shown in the window, e.g. ``0.75``, ``-2``, ``1.5e-7``, ``nan``, ``inf``, ``True``."""
    if isinstance(number, complex):
        return _complex_text(number, digits)
    if isinstance(number, int) and abs(number) < 100_000:
        return str(number)
    return _real_text(float(number), digits)


def _real_text(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 1e5:
        return f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}"
    mantissa, power = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(power)}"


def _complex_text(number: complex, digits: int) -> str:
    sign = "-" if number.imag < 0 else "+"
    return f"{number_text(number.real, digits)}{sign}{number_text(abs(number.imag), digits)}i"


def duration_text(nanoseconds: int) -> str:
    """Return a duration with a fitting unit, e.g. ``4.1 µs``, ``3.1 ms``, ``2.4 s``."""
    for limit, factor, unit in ((1_000_000, 1e3, "µs"), (1_000_000_000, 1e6, "ms")):
        if nanoseconds < limit:
            return f"{nanoseconds / factor:.1f} {unit}"
    return f"{nanoseconds / 1e9:.1f} s"


def bytes_text(nbytes: int) -> str:
    """Return a size with a fitting unit, e.g. ``12 B``, ``4.0 kB``, ``84 MB`` (powers of 1000)."""
    if nbytes < 1000:
        return f"{nbytes} B"
    size = float(nbytes)
    for unit in ("kB", "MB", "GB", "TB"):
        size /= 1000
        if size < 1000 or unit == "TB":
            return f"{size:.1f} {unit}" if size < 10 else f"{size:.0f} {unit}"
    raise AssertionError("unreachable: the last unit always returns")


def flops_text(flops: int) -> str:
    """Return a number of operations with a fitting unit, e.g. ``48 FLOP``, ``2.36 GFLOP``."""
    if flops < 1000:
        return f"{flops} FLOP"
    count = float(flops)
    for unit in ("k", "M", "G", "T", "P"):
        count /= 1000
        if count < 999.5 or unit == "P":
            return f"{count:.3g} {unit}FLOP" if count < 999.5 else f"{count:,.0f} {unit}FLOP"
    raise AssertionError("unreachable: the last unit always returns")


def steps_text(count: int) -> str:
    """Return a number of steps in words, e.g. ``1 step`` or ``200,000 steps``."""
    return "1 step" if count == 1 else f"{count:,} steps"
