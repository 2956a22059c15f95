"""The small picture of the data."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from gui.theme.tokens import ThemeName, tokens_of
from gui.train.data_preview import DataPreview
from gui.train.hues import picture_image
from gui.train.hypers import BATCH_SIZE

TOKENS = tokens_of(ThemeName.LIGHT)


def test_a_picture_of_three_channels_has_its_own_colours():
    picture = np.zeros((3, 2, 2), np.float32)
    picture[0, 0, 1] = 1.0  # red at the top, at the right
    image = picture_image(TOKENS, picture)
    assert QColor(image.pixel(1, 0)) == QColor(255, 0, 0)
    assert QColor(image.pixel(1, 1)) == QColor(0, 0, 0)


def test_a_picture_of_other_channels_has_the_colours_of_values_and_lies_upright():
    picture = np.zeros((1, 2, 2), np.float32)
    picture[0, 0, 1] = 2.0
    image = picture_image(TOKENS, picture)
    assert QColor(image.pixel(1, 0)) == QColor(TOKENS.positive)
    assert QColor(image.pixel(1, 1)) == QColor(TOKENS.zero)
    assert not picture_image(TOKENS, np.full((3, 4, 4), np.nan, np.float32)).isNull()


def test_pictures_stand_in_for_samples_that_cannot_be_drawn(qtbot):
    preview = DataPreview(TOKENS, None)
    qtbot.addWidget(preview)
    preview.resize(260, 122)
    preview.show_samples(None, "nothing to see")
    words = preview.grab().toImage()
    preview.show_samples(None, "nothing to see", np.random.default_rng(0).random((6, 3, 5, 7), dtype=np.float32))
    assert preview.grab().toImage() != words
    preview.show_samples(np.random.default_rng(0).random((40, 65)).astype(np.float32), "")
    assert preview.grab().toImage() != words


def test_bounds_are_written_out():
    _look, scale = BATCH_SIZE
    with pytest.raises(ValueError, match="between 1 and 1,000,000"):
        scale.parse("100000000")
