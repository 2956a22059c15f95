from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from gui.canvas.label_images import LabelImages
from gui.widgets.lettering import Style, draw_text


def _word(painter: QPainter) -> None:
    painter.fillRect(QRectF(2.0, 1.0, 21.0, 9.0), QColor("white"))
    painter.setPen(QColor("black"))
    draw_text(painter, 3.0, 8.0, "ab", Style.LABEL)


def _drawn(images: LabelImages, *, scale: float, ratio: float, times: int = 1) -> QImage:
    picture = QImage(round(90 * ratio), round(60 * ratio), QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    for _ in range(times):
        picture.fill(QColor("#203040"))
        painter = QPainter(picture)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.translate(3.3, 4.7)
        painter.scale(scale, scale)
        images.draw(painter, "ab", QRectF(2.0, 1.0, 21.0, 9.0), _word)
        assert painter.worldTransform().m11() == scale
        painter.end()
    return picture


def test_a_kept_image_looks_like_what_was_painted_at_first(qtbot: QtBot) -> None:
    for ratio in (1.0, 2.0):
        for scale in (1.0, 1.7):
            first = _drawn(LabelImages(), scale=scale, ratio=ratio)
            again = _drawn(LabelImages(), scale=scale, ratio=ratio, times=3)
            assert first.pixelColor(2, 2) == QColor("#203040")
            assert any(first.pixelColor(x, y) == QColor("white") for x in range(9, 20) for y in range(9, 20))
            pairs = [(first.pixelColor(x, y), again.pixelColor(x, y)) for x in range(80) for y in range(50)]
            apart = [abs(one.green() - other.green()) for one, other in pairs]
            assert max(apart) <= 64, "at the edges of letters"
            assert sum(apart) / len(apart) <= 1


def test_something_is_painted_once_and_then_copied(qtbot: QtBot) -> None:
    images, calls = LabelImages(), []
    picture = QImage(100, 40, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    for _ in range(5):
        images.draw(painter, "x", QRectF(0, 0, 50, 20), lambda _painter: calls.append(1))
    painter.end()
    assert len(calls) == 2, "directly at first, then into the image that is kept"


def test_something_huge_is_not_kept(qtbot: QtBot) -> None:
    images, calls = LabelImages(), []
    picture = QImage(100, 40, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    painter.scale(40, 40)
    for _ in range(3):
        images.draw(painter, "x", QRectF(0, 0, 50, 20), lambda _painter: calls.append(1))
    painter.end()
    assert len(calls) == 3


def test_much_that_is_new_comes_with_several_frames(qtbot: QtBot) -> None:
    images, counts = LabelImages(), []
    picture = QImage(100, 40, QImage.Format.Format_RGB32)
    while not counts or images.is_pending:
        calls: list[int] = []
        images.start_frame(is_whole=False)
        painter = QPainter(picture)
        for number in range(40):
            images.draw(painter, number, QRectF(0, 0, 50, 20), lambda _painter: calls.append(1), grows=False)  # noqa: B023  # called at once
        painter.end()
        counts.append(len(calls))
    assert sum(counts) == 40
    assert 2 <= len(counts) <= 5
    images.start_frame(is_whole=True)
    assert not images.is_pending


def test_while_the_scale_changes_what_was_painted_is_stretched_and_at_rest_it_is_sharp(qtbot: QtBot) -> None:
    images, calls = LabelImages(), []
    picture = QImage(200, 80, QImage.Format.Format_RGB32)

    def show(scale: float) -> bool:
        images.start_frame(is_whole=False)
        painter = QPainter(picture)
        painter.scale(scale, scale)
        images.draw(painter, "x", QRectF(0, 0, 50, 20), lambda _painter: calls.append(1))
        painter.end()
        return images.is_pending

    assert not show(1.0), "nothing to stretch yet"
    assert [show(scale) for scale in (1.1, 1.2, 1.3)] == [True] * 3
    assert len(calls) == 1
    assert not show(1.3)
    assert len(calls) == 2
    assert not show(4.0), "far larger: painted anew"
    assert len(calls) == 3
