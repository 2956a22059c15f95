"""Names that are read from the right."""

from PySide6.QtGui import QFont, QTextLayout

from gui.widgets.left_to_right import left_to_right

ALEF = "\u05d0\u05d1\u05d2"


def _places(text: str) -> list[float]:
    layout = QTextLayout(text, QFont())
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    found = line.cursorToX(0), line.cursorToX(len(text))
    return [float(place[0]) if isinstance(place, tuple) else float(place) for place in found]


def test_other_texts_stay_as_they_are():
    assert left_to_right("x.grad = ∂loss/∂x") == "x.grad = ∂loss/∂x"
    assert left_to_right("变量 [3] f32") == "变量 [3] f32"


def test_nothing_that_is_seen_is_changed():
    assert left_to_right(f"{ALEF}.grad [3]").replace("\u200e", "") == f"{ALEF}.grad [3]"


def test_a_text_that_begins_with_such_a_name_ends_at_the_right(qapp):
    first, last = _places(left_to_right(f"{ALEF} = [3] + {ALEF}.grad"))
    assert last > first


def test_two_names_in_a_row_stay_in_their_order():
    assert left_to_right(f"{ALEF}, {ALEF}") == f"\u200e{ALEF}\u200e, {ALEF}"
