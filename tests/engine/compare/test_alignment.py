"""Which element of one sequence is which of another."""

import time

from hypothesis import given
from hypothesis import strategies as st

from engine.compare.alignment import aligned, with_crossing
from engine.compare.edits import NONE

Sequences = st.lists(st.integers(0, 4), max_size=40)


def is_rising(partner: list[int]) -> bool:
    found = [b for b in partner if b != NONE]
    return found == sorted(set(found))


@given(Sequences, Sequences)
def test_partners_have_the_same_key_and_keep_their_order(a: list[int], b: list[int]) -> None:
    partner = aligned(len(a), len(b), [(a, b)])
    assert is_rising(partner)
    assert all(key == b[partner[place]] for place, key in enumerate(a) if partner[place] != NONE)


@given(Sequences)
def test_a_sequence_is_its_own_partner(a: list[int]) -> None:
    assert aligned(len(a), len(a), [(a, a)]) == list(range(len(a)))


@given(st.lists(st.integers(0, 9), unique=True, max_size=10), st.data())
def test_elements_of_their_own_key_survive_any_insertion_and_removal(a: list[int], data: st.DataObject) -> None:
    kept = [key for key in a if data.draw(st.booleans())]
    b = list(kept)
    for _ in range(data.draw(st.integers(0, 5))):
        b.insert(data.draw(st.integers(0, len(b))), data.draw(st.integers(100, 110)))
    partner = aligned(len(a), len(b), [(a, b)])
    assert [a[place] for place, found in enumerate(partner) if found != NONE] == kept


@given(st.lists(st.integers(0, 2), max_size=20), st.data())
def test_one_insertion_leaves_everybody_a_partner(a: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(a)))
    b = [*a[:place], data.draw(st.integers(0, 3)), *a[place:]]
    assert NONE not in aligned(len(a), len(b), [(a, b)])
    assert aligned(len(b), len(a), [(b, a)]).count(NONE) == 1


def longest_common(a: list[int], b: list[int]) -> int:
    """The length of the longest common part, by the table of the textbook."""
    row = [0] * (len(b) + 1)
    for x in a:
        row = _next_row(row, x, b)
    return row[-1]


def _next_row(row: list[int], x: int, b: list[int]) -> list[int]:
    found = [0]
    for place, y in enumerate(b):
        found.append(row[place] + 1 if x == y else max(row[place + 1], found[place]))
    return found


@given(Sequences, Sequences)
def test_as_many_as_possible_get_a_partner(a: list[int], b: list[int]) -> None:
    partner = aligned(len(a), len(b), [(a, b)])
    assert len(a) - partner.count(NONE) == longest_common(a, b)


def test_sequences_that_have_little_in_common_are_paired_in_bounded_time() -> None:
    a, b = list(range(30_000)), list(range(15_000, 45_000))[::-1]
    started = time.perf_counter()
    partner = aligned(len(a), len(b), [(a, b), ([0] * len(a), [0] * len(b))])
    print(f"30,000 elements in {time.perf_counter() - started:.2f} s")
    assert is_rising(partner)


def test_looser_keys_fill_what_lies_between_the_strict_ones() -> None:
    strict = [1, 2, 3], [1, 7, 3]
    loose = [0, 5, 0], [0, 5, 0]
    assert aligned(3, 3, [strict]) == [0, NONE, 2]
    assert aligned(3, 3, [strict, loose]) == [0, 1, 2]


def test_what_lies_in_another_order_is_found_by_strict_keys() -> None:
    a, b = [1, 2, 3, 4], [4, 1, 2, 3]
    partner = aligned(4, 4, [(a, b)])
    assert partner == [1, 2, 3, NONE]
    assert with_crossing(partner, (a, b)) == [1, 2, 3, 0]


def test_long_sequences_of_few_keys_take_no_quadratic_time() -> None:
    a = [place % 7 for place in range(60_000)]
    b = a[:20_000] + [9] * 500 + a[20_003:]
    started = time.perf_counter()
    partner = aligned(len(a), len(b), [(a, b)])
    print(f"60,000 elements in {time.perf_counter() - started:.2f} s")
    assert is_rising(partner)
    assert partner.count(NONE) <= 7
