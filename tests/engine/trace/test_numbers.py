import math

import pytest

from engine.trace.numbers import bytes_text, duration_text, number_text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.75, "0.75"),
        (-2.0, "-2"),
        (1 / 3, "0.3333"),
        (12345.678, "12346"),
        (99999.9, "100000"),
        (123456.0, "1.235e5"),
        (1.5e-7, "1.5e-7"),
        (0.0, "0"),
        (-0.0, "0"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (True, "True"),
        (42, "42"),
        (10**12, "1e12"),
        (1 - 2j, "1-2i"),
    ],
)
def test_numbers_have_four_significant_digits(number: float, text: str) -> None:
    assert number_text(number) == text


def test_durations_and_sizes_have_fitting_units() -> None:
    assert duration_text(4_100) == "4.1 µs"
    assert duration_text(3_100_000) == "3.1 ms"
    assert duration_text(2_400_000_000) == "2.4 s"
    assert [bytes_text(n) for n in (12, 4_000, 84_000_000, 3 * 10**15)] == ["12 B", "4.0 kB", "84 MB", "3000 TB"]
