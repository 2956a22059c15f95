"""Weights on the picture of the network: told of under the mouse, changed where they were clicked, undone."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from engine.training.commands import LookAt, SetElement
from engine.training.facts import Edited, Element, Tensors
from gui.model.training_elements import ElementBook, ElementPlace, read_index
from tests.gui.train.facts import SIZES, pictures, progress
from tests.gui.window.keys import press

TENSORS = Tensors(
    (*(f"{layer}.weight" for layer in SIZES), "fc1.bias"), (*SIZES.values(), (16,)), ("float32",) * (len(SIZES) + 1)
)


@pytest.fixture
def drawn(begun):
    begun.tell(TENSORS, progress(40), *pictures(40))
    return begun


def point_of(view, place, row, source):
    """The middle of a line between two tiles."""
    start, end = view.tile(place - 1, source), view.tile(place, row)
    return QPointF((start.right() + end.left()) / 2, (start.center().y() + end.center().y()) / 2)


def strongest(view, place):
    column = view._columns[place]
    rows = column.weights[: len(column.units)]
    at = int(abs(rows).argmax())
    return divmod(at, rows.shape[1])


def open_card(bench, qtbot, place=1):
    view = bench.page.network.view
    row, source = strongest(view, place)
    point = point_of(view, place, row, source).toPoint()
    QTest.mouseMove(view, point)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=point)
    return view, row, source


def test_a_weight_is_changed_where_it_is_clicked(drawn, qtbot):
    view, row, source = open_card(drawn, qtbot)
    part = drawn.page.network.elements
    assert part.card.isVisible()
    assert part.card.place == ElementPlace("fc1.weight", (row, source))
    assert drawn.trainer.steered[-1] == LookAt(tensor="fc1.weight", index=(row, source))
    seen = float(view._columns[1].weights[row, source])
    assert part.card.number.text() == f"{seen:.6g}"
    assert part.card.number.hasFocus()
    qtbot.keyClicks(part.card.number, "-0.75")
    drawn.tell(Element(41, "fc1.weight", (row, source), 0.5, -0.25))
    assert part.card.number.text() == "-0.75", "what is being typed stays"
    press(qtbot, part.card.number, Qt.Key.Key_Return)
    assert drawn.trainer.steered[-1] == SetElement(tensor="fc1.weight", index=(row, source), number=-0.75)
    drawn.tell(Edited(41, "fc1.weight", (row, source), 0.5, -0.75), Element(41, "fc1.weight", (row, source), -0.75))
    assert part.card.number.text() == "-0.75"
    drawn.tell(Element(42, "fc1.weight", (row, source), -0.7))
    assert part.card.number.text() == "-0.7", "it is live"
    press(qtbot, part.card.number, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert drawn.trainer.steered[-1] == SetElement(
        tensor="fc1.weight", index=(row, source), number=0.5, is_history=True
    )
    press(qtbot, part.card.number, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert drawn.trainer.steered[-1].number == -0.75
    press(qtbot, part.card.number, Qt.Key.Key_Escape)
    assert not part.card.isVisible()
    assert drawn.trainer.steered[-1] == LookAt(tensor="")


def test_the_weight_under_the_mouse_tells_its_number(drawn, qtbot):
    view = drawn.page.network.view
    part = drawn.page.network.elements
    row, source = strongest(view, 2)
    QTest.mouseMove(view, point_of(view, 2, row, source).toPoint())
    qtbot.waitUntil(lambda: LookAt(tensor="fc2.weight", index=(row, source)) in drawn.trainer.steered, timeout=3000)
    drawn.tell(Element(50, "fc2.weight", (row, source), 1.25, 0.125))
    assert part.tip.text().splitlines() == [
        f"fc2.weight[{row}, {source}]", "1.25", "gradient 0.125", "click to change it"
    ]  # fmt: skip
    QTest.mouseMove(view, view.tile(1, 0).center().toPoint())
    assert not part.tip.isVisible()


def test_any_number_of_any_tensor_is_reached_by_keys(drawn, qtbot):
    drawn.page.setFocus()
    press(qtbot, drawn.page, Qt.Key.Key_W)
    card = drawn.page.network.elements.card
    assert card.isVisible()
    assert [card.tensors.itemText(at) for at in range(card.tensors.count())] == list(TENSORS.names)
    card.tensors.setCurrentText("fc1.bias")
    card.tensors.activated.emit(card.tensors.currentIndex())
    assert drawn.trainer.steered[-1] == LookAt(tensor="fc1.bias", index=(0,))
    card.index.setText("16")
    press(qtbot, card.index, Qt.Key.Key_Return)
    assert "There is no place 16 in 16" in card._trouble.text()
    card.index.setText("-1")
    press(qtbot, card.index, Qt.Key.Key_Return)
    assert card.place == ElementPlace("fc1.bias", (15,))
    card.number.setFocus()
    qtbot.keyClicks(card.number, "much")
    press(qtbot, card.number, Qt.Key.Key_Return)
    assert card._trouble.text() == "“much” is no number."
    card.number.selectAll()
    qtbot.keyClicks(card.number, "2")
    press(qtbot, card.number, Qt.Key.Key_Return)
    assert drawn.trainer.steered[-1] == SetElement(tensor="fc1.bias", index=(15,), number=2.0)


def test_a_run_that_is_over_can_be_looked_at_only(drawn, qtbot):
    drawn.workbench.trainer.stop()
    qtbot.waitUntil(lambda: not drawn.run.is_alive, timeout=3000)
    drawn.page.refresh()
    count = len(drawn.trainer.steered)
    drawn.page.network.elements.open_any()
    card = drawn.page.network.elements.card
    assert not card.number.isEnabled()
    assert "over" in card._facts.text()
    assert len(drawn.trainer.steered) == count


def test_places_that_are_typed():
    assert read_index("3, 0", (4, 2)) == (3, 0)
    assert read_index("[-1 1]", (4, 2)) == (3, 1)
    assert read_index("", ()) == ()
    for text, shape in (("1", (4, 2)), ("4, 0", (4, 2)), ("a, 0", (4, 2)), ("1.5", (4,)), ("", (3,)), ("-5", (4,))):
        with pytest.raises(ValueError, match="place"):
            read_index(text, shape)


def test_a_new_change_ends_what_could_be_done_again():
    book = ElementBook()
    book.take(Edited(1, "w", (0,), 1.0, 2.0))
    assert book.undo().number == 1.0
    assert book.can_redo
    book.take(Edited(2, "w", (0,), 2.0, 1.0, is_history=True))
    assert book.can_redo
    book.take(Edited(3, "w", (1,), 5.0, 6.0))
    assert not book.can_redo
    assert book.undo().number == 5.0
