"""Compares a picture with the one that was approved, by its worst place and not by its mean."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

TILE_PX = 16
WORST_TILE_MEAN = 4.0
STRONG_DIFFERENCE = 50
STRONG_PIXELS = 20

Pixels = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two pictures of the same size are apart, in steps of 1/255."""

    worst_tile_mean: float
    strong_pixels: int

    @property
    def is_match(self) -> bool:
        """Whether a person would call them the same."""
        return self.worst_tile_mean <= WORST_TILE_MEAN and self.strong_pixels <= STRONG_PIXELS


def pixels_of(image: QImage) -> Pixels:
    """Return red, green and blue, shape ``(height, width, 3)``."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(plain.constBits(), dtype=np.uint8).reshape(plain.height(), plain.bytesPerLine() // 4, 4)
    return raw[:, : plain.width(), 2::-1].astype(np.int16)


def difference(actual: QImage, expected: QImage) -> Difference:
    """Compare two pictures of the same size."""
    apart = np.abs(pixels_of(actual) - pixels_of(expected)).max(axis=2)
    height, width = apart.shape
    padded = np.zeros((-(-height // TILE_PX) * TILE_PX, -(-width // TILE_PX) * TILE_PX))
    padded[:height, :width] = apart
    tiles = padded.reshape(padded.shape[0] // TILE_PX, TILE_PX, padded.shape[1] // TILE_PX, TILE_PX)
    return Difference(float(tiles.mean(axis=(1, 3)).max()), int((apart >= STRONG_DIFFERENCE).sum()))


def check_picture(actual: QImage, approved: Path, failures: Path, *, updates: bool) -> None:
    """Fail unless ``actual`` looks like the approved picture.

    Args:
        actual: What was painted now.
        approved: The picture that was looked at and found good.
        failures: Folder for actual, expected and difference when they are apart.
        updates: Approve ``actual`` instead of comparing.
    """
    if updates:
        approved.parent.mkdir(parents=True, exist_ok=True)
        assert actual.save(str(approved))
        return
    expected = QImage(str(approved))
    assert not expected.isNull(), f"{approved.name} is missing: look at it and run pytest with --update-golden"
    if actual.size() != expected.size():
        _keep(failures, approved.stem, actual, expected)
        raise AssertionError(f"{approved.stem} is {actual.size().toTuple()} and not {expected.size().toTuple()}")
    found = difference(actual, expected)
    if not found.is_match:
        _keep(failures, approved.stem, actual, expected)
        raise AssertionError(f"{approved.stem} differs: {found}; see {failures}")


def _keep(failures: Path, name: str, actual: QImage, expected: QImage) -> None:
    failures.mkdir(parents=True, exist_ok=True)
    actual.save(str(failures / f"{name}.actual.png"))
    expected.save(str(failures / f"{name}.expected.png"))
    width, height = min(actual.width(), expected.width()), min(actual.height(), expected.height())
    apart = np.abs(pixels_of(actual.copy(0, 0, width, height)) - pixels_of(expected.copy(0, 0, width, height))).max(
        axis=2
    )
    heat = QImage(width, height, QImage.Format.Format_RGB32)
    for y in range(height):
        for x in range(width):
            strength = min(255, int(apart[y, x]) * 4)
            heat.setPixelColor(x, y, QColor(255, 255 - strength, 255 - strength))
    heat.save(str(failures / f"{name}.diff.png"))
