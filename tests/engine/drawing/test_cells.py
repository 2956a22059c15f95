import random

from engine.drawing.cells import cell_text
from engine.trace.numbers import number_text


def _long_way(number: float) -> str:
    texts = [number_text(number, digits) for digits in (3, 2, 1)]
    return next((text for text in texts if len(text) <= 4), texts[-1])


def test_numbers_in_cells_are_as_exact_as_four_characters_allow() -> None:
    some = random.Random(7)
    numbers = [some.choice((-1, 1)) * 10 ** some.uniform(-9, 9) for _ in range(20_000)]
    numbers += [0.0, -0.0, 1.0, -1.0, 0.999, 9.999, -9.95, 99.96, 0.001, 0.00099, float("nan"), float("-inf")]
    assert [cell_text(number) for number in numbers] == [_long_way(number) for number in numbers]
    assert [cell_text(number) for number in (0.333, 12, True, 1 + 2j)] == ["0.33", "12", "True", "1+2i"]
