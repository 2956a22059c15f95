"""A matrix as a picture, made in one go: every element a block of its colour, with gaps where there is room."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from gui.theme.colors import channels_of
from gui.theme.tokens import Tokens
from gui.widgets.sampling import Reals

GAP_FROM_PX = 5
"""From this size of an element on a gap of one pixel stands between elements."""
_WEAKEST = 0.25
"""Share of the end colour that the smallest element gets, as in ``gui.theme.colors.value_color``."""
_OPAQUE = np.uint32(0xFF000000)

Pixels = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the elements of a shown matrix lie: the edges of rows and columns in pixels."""

    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]
    gap_px: int


def grid_of(shape: tuple[int, int], width_px: float, height_px: float) -> Grid:
    """Divide an area into rows and columns on whole pixels."""
    rows, columns = shape
    gap = 1 if min(width_px / columns, height_px / rows) >= GAP_FROM_PX else 0
    return Grid(
        np.rint(np.arange(rows + 1) * (height_px / rows)).astype(np.intp),
        np.rint(np.arange(columns + 1) * (width_px / columns)).astype(np.intp),
        gap,
    )


def colored(matrix: Reals, scale: float, tokens: Tokens) -> Pixels:
    """Return the colour of every element; see ``gui.theme.colors.value_color``."""
    numbers = np.asarray(matrix, dtype=np.float64)
    finite = np.isfinite(numbers)
    safe = np.where(finite, numbers, 0.0)
    size = np.abs(safe) / scale if scale > 0 else np.zeros_like(safe)
    strength = np.where((safe != 0) & (scale > 0), _WEAKEST + (1 - _WEAKEST) * np.minimum(1.0, size), 0.0)
    zero, plus, minus = (channels_of(name) for name in (tokens.zero, tokens.positive, tokens.negative))
    end = np.where((safe > 0)[..., None], plus, minus)
    mixed = np.rint(zero + (end - zero) * strength[..., None]).astype(np.uint32)
    pixels = _OPAQUE | mixed[..., 0] << np.uint32(16) | mixed[..., 1] << np.uint32(8) | mixed[..., 2]
    return np.where(finite, pixels, np.uint32(QColor(tokens.nonfinite).rgb()))


def matrix_image(matrix: Reals, scale: float, tokens: Tokens, grid: Grid) -> QImage:
    """Return the picture of a matrix; gaps are transparent."""
    pixels = colored(matrix, scale, tokens)
    row_of, row_gap = _owners(grid.rows, grid.gap_px)
    column_of, column_gap = _owners(grid.columns, grid.gap_px)
    full = pixels[row_of][:, column_of]
    if grid.gap_px:
        full[row_gap] = 0
        full[:, column_gap] = 0
    full = np.ascontiguousarray(full)
    height, width = full.shape
    image = QImage(full.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()  # the picture must not borrow numpy's memory


def _owners(edges: npt.NDArray[np.intp], gap_px: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return for each pixel the element that it belongs to, and whether it lies in the gap behind that element."""
    lengths = np.diff(edges)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(int(edges[-1])) - edges[owner]
    return owner, (place >= (lengths - gap_px)[owner]) & (lengths[owner] > gap_px) & (gap_px > 0)
