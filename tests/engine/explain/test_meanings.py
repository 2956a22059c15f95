"""What the letters of a formula stand for."""

from engine.explain.explanation import Definition
from engine.explain.meanings import meanings


def defined(*pairs: tuple[str, str]) -> list[Definition]:
    return [Definition(symbol, meaning, None) for symbol, meaning in pairs]


def test_each_letter_has_its_meaning() -> None:
    assert meanings([]) == []
    assert meanings(defined(("a", "2 * x"), ("b", "y + 1"))) == ["a = 2 * x", "b = y + 1"]


def test_letters_of_the_same_meaning_stand_together() -> None:
    assert meanings(defined(("a", "f(x)"), ("b", "y"), ("c", "f(x)"))) == ["a, c = f(x)", "b = y"]
    many = meanings(defined(*((f"a{index}", "clip(w)") for index in range(40))))
    assert many == ["a0, a1, a2, a3, a4, a5 and 34 more = clip(w)"]


def test_of_very_many_only_the_first_are_told() -> None:
    told = meanings(defined(*((f"a{index}", f"x{index}") for index in range(20))))
    assert told[0] == "a0 = x0"
    assert told[-1] == "and 14 more"
    assert len(told) == 7
