"""The comparer must see what a person would see."""

from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from engine.trace.ids import StepIndex
from gui.canvas.picture import render_image
from gui.theme.tokens import LIGHT
from tests.support.drawings import starter_drawing
from tests.support.pictures import check_picture, difference
from tests.support.recordings import starter_recording


@pytest.fixture(scope="module")
def picture(fonts: None) -> QImage:
    return render_image(starter_drawing(), starter_recording(), StepIndex(5), LIGHT)


def _changed(picture: QImage, rect: QRectF, color: str, opacity: float = 1.0) -> QImage:
    copy = picture.copy()
    painter = QPainter(copy)
    painter.setOpacity(opacity)
    painter.fillRect(rect, QColor(color))
    painter.end()
    return copy


def test_same_picture_matches(picture: QImage) -> None:
    assert difference(picture, picture.copy()).is_match


def test_slight_noise_matches(picture: QImage) -> None:
    assert difference(picture, _changed(picture, QRectF(0, 0, 9999, 9999), "#000000", opacity=0.008)).is_match


def test_lost_icon_fails(picture: QImage) -> None:
    assert not difference(picture, _changed(picture, QRectF(24, 60, 5, 50), LIGHT.node)).is_match


def test_typo_fails(picture: QImage) -> None:
    typo = starter_drawing(add_title="adb")
    other = render_image(typo, starter_recording(), StepIndex(5), LIGHT)
    assert not difference(picture, other).is_match


def test_shift_by_one_pixel_fails(picture: QImage) -> None:
    shifted = QImage(picture.size(), picture.format())
    shifted.fill(QColor(LIGHT.canvas))
    painter = QPainter(shifted)
    painter.drawImage(1, 0, picture)
    painter.end()
    assert not difference(picture, shifted).is_match


def test_darker_only_fails(picture: QImage) -> None:
    assert not difference(picture, _changed(picture, QRectF(170, 60, 60, 40), "#000000", opacity=0.06)).is_match


def test_other_size_fails_and_keeps_the_evidence(picture: QImage, tmp_path: Path) -> None:
    approved = tmp_path / "approved.png"
    check_picture(picture, approved, tmp_path, updates=True)
    cut = picture.copy(0, 0, picture.width() - 1, picture.height())
    with pytest.raises(AssertionError, match="and not"):
        check_picture(cut, approved, tmp_path / "failures", updates=False)
    kept = {path.name for path in (tmp_path / "failures").iterdir()}
    assert kept == {"approved.actual.png", "approved.expected.png", "approved.diff.png"}


def test_missing_picture_fails(picture: QImage, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="--update-golden"):
        check_picture(picture, tmp_path / "none.png", tmp_path, updates=False)
