"""One line about a value: ``[3] f32 cpu · x∈[0, 1.5] · μ 0.5 σ 0.87 · 2 zeros``."""

import math

import numpy as np

from engine.explain.numerals import array_of, floats_of
from engine.trace.facts import Absence, Statistics, Value
from engine.trace.numbers import number_text
from engine.trace.recording import Recording
from engine.trace.tensors import Array, element_count, type_text

_DIGITS = 3


def _text(number: float) -> str:
    return number_text(number, _DIGITS).replace("-", "−")


def statistics_of(recording: Recording, value: Value) -> Statistics | None:
    """Return the recorded statistics of a value, or work them out from its numbers; None without either."""
    recorded = recording.statistics(value.id)
    if recorded is not None:
        return recorded
    array = floats_of(recording, value.id)
    return None if array is None else measured(value, array)


def measured(value: Value, array: Array) -> Statistics:
    """Work out the statistics of real numbers."""
    numbers = np.asarray(array, dtype=np.float64)
    finite = numbers[np.isfinite(numbers)]
    some = finite.size > 0
    return Statistics(
        value=value.id,
        minimum=float(finite.min()) if some else None,
        maximum=float(finite.max()) if some else None,
        mean=float(finite.mean()) if some else None,
        std=float(finite.std()) if some else None,
        norm=float(np.linalg.norm(finite)) if some else None,
        zeros=int(np.count_nonzero(numbers == 0)),
        nans=int(np.count_nonzero(np.isnan(numbers))),
        infinities=int(np.count_nonzero(np.isinf(numbers))),
    )


def summary_line(recording: Recording, value: Value) -> str:
    """Return shape, type, device, range, mean and deviation, and what is special (zeros, NaN!, Inf!)."""
    parts = [f"{type_text(value)} {value.device}"]
    numbers = statistics_of(recording, value)
    if numbers is None:
        absence = recording.absence(value.id)
        if absence is not None:
            parts.append("values not fetched yet" if absence is Absence.NOT_YET else "values not kept")
        return " · ".join(parts)
    if value.shape == ():
        array = array_of(recording, value.id)
        parts.append(f"= {number_text(array.item())}".replace("-", "−") if array is not None else "")
    else:
        parts.extend(_range_parts(value, numbers))
    if numbers.zeros and value.shape != ():
        parts.append("1 zero" if numbers.zeros == 1 else f"{numbers.zeros} zeros")
    if numbers.nans:
        parts.append(f"{numbers.nans} NaN!")
    if numbers.infinities:
        parts.append(f"{numbers.infinities} Inf!")
    return " · ".join(part for part in parts if part)


def _deviation(value: Value, numbers: Statistics) -> float | None:
    """Return the standard deviation as ``torch.std`` gives it, None for a single element."""
    finite = element_count(value.shape) - numbers.nans - numbers.infinities
    if numbers.std is None or finite < 2:
        return None
    return numbers.std * math.sqrt(finite / (finite - 1))


def _range_parts(value: Value, numbers: Statistics) -> list[str]:
    if numbers.minimum is None or numbers.maximum is None or numbers.mean is None:
        return []
    parts = [f"x∈[{_text(numbers.minimum)}, {_text(numbers.maximum)}]"]
    deviation = _deviation(value, numbers)
    spread = "" if deviation is None else f" σ {_text(deviation)}"
    parts.append(f"μ {_text(numbers.mean)}{spread}")
    return parts
