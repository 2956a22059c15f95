"""Words that no panel has room for."""

from gui.widgets.long_words import LONGEST_WORD, hover_text, shortened


def test_short_words_stay():
    assert shortened("h = relu(w · x)") == "h = relu(w · x)"


def test_a_long_word_loses_its_middle():
    found = shortened(f"a {'x' * 5000}{'y' * 5000} b")
    assert found.startswith("a xxx")
    assert found.endswith("yyy b")
    assert "…" in found
    assert len(found) == LONGEST_WORD + 4


def test_hovering_tells_the_whole_in_lines():
    assert hover_text("short") == "short"
    assert hover_text("n" * 200).replace("\n", "") == "n" * 200
    assert max(map(len, hover_text("n" * 200).splitlines())) == 80


def test_hovering_tells_how_much_there_is_of_what_no_screen_holds():
    lines = hover_text("n" * 10_000).splitlines()
    assert lines[-1] == "(10,000 characters)"
    assert len(lines) < 25
