"""Names that no one expects: very long ones, right to left, emoji."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter, Qt

from gui.widgets.lettering import Style, draw_text, text_width
from tests.support.made import Maker

HEBREW = "משתנה"


def ink(text):
    """Columns of an image that some text covers."""
    image = QImage(300, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.setPen(Qt.GlobalColor.black)
    draw_text(painter, 10.0, 20.0, text, Style.TITLE)
    painter.end()
    pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(30, 300, 4)
    return pixels[:, :, :3].min(axis=(0, 2)) < 128


def test_what_stands_behind_a_name_from_right_to_left_stays_behind_it():
    alone, both = ink(HEBREW), ink(f"{HEBREW}.grad")
    end = round(10 + text_width(HEBREW, Style.TITLE)) - 1
    assert np.array_equal(alone[:end], both[:end])
    assert both[end + 4 :].any()


@pytest.mark.parametrize("name", ["x" * 10_000, HEBREW, "متغير", "🚀" * 40, "a\nb\tc", "\u202eabc"])
def test_any_name_is_shown(desk, name):
    maker = Maker()
    maker.enter(f"net.{name}", name)
    value = maker.op(name, maker.leaf(name))
    value = maker.op("relu", value)
    maker.leave()
    maker.backward(maker.op("sum", value, shape=()))
    recording = maker.done()
    desk.show(recording, len(recording) - 1)
    desk.panel.expand_all()
    desk.panel.fit_all()
    assert not desk.panel.surface.grab_sharp().isNull()
    assert max(box.rect.width for box in desk.panel.surface.scene.nodes) < 500
