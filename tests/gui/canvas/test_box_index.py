import numpy as np
import pytest

from engine.drawing.drawing import Rect
from gui.canvas.box_index import BoxIndex


@pytest.mark.parametrize("count", [0, 1, 900, 70_000])
def test_an_index_finds_what_looking_at_each_box_finds(count: int) -> None:
    rng = np.random.default_rng(3)
    corners = rng.uniform(-4_000, 40_000, (count, 2))
    sides = np.where(rng.uniform(size=(count, 2)) < 0.02, 9_000.0, rng.uniform(0, 120, (count, 2)))
    boxes = np.concatenate([corners, corners + sides], axis=1)
    index = BoxIndex(boxes)
    for rect in (Rect(0, 0, 300, 200), Rect(-5_000, -5_000, 60_000, 60_000), Rect(90_000, 0, 10, 10)):
        for reach in (0.0, 24.0):
            found = index.touching(rect, reach).tolist()
            touches = (boxes[:, 0] <= rect.right + reach) & (boxes[:, 2] >= rect.x - reach)
            touches &= (boxes[:, 1] <= rect.bottom + reach) & (boxes[:, 3] >= rect.y - reach)
            needed = np.flatnonzero(touches).tolist()
            assert found == sorted(set(found))
            assert set(needed) <= set(found)
            assert len(found) - len(needed) <= max(3, 0.02 * len(needed)), "only those at the very edge may be extra"
