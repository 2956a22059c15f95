"""The strips of gradient norms tell layers apart."""

import numpy as np

from gui.theme.tokens import LIGHT
from gui.train.heat_strips import heat_image


def lightness(matrix: list[list[float]]) -> list[int]:
    image = heat_image(np.array(matrix), LIGHT)
    return [image.pixelColor(0, row).lightness() for row in range(image.height())]


def test_a_gradient_next_to_nothing_does_not_make_the_others_look_alike() -> None:
    strong, middle, weak, nothing = lightness([[1.0], [0.1], [0.01], [1e-9]])
    assert middle - strong > 20
    assert weak - middle > 20
    assert nothing > weak


def test_noise_does_not_look_like_differences() -> None:
    more, less = lightness([[1.0], [0.95]])
    assert 0 <= less - more < 10
