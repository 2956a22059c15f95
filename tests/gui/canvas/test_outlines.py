"""Outlines of signs for PDF."""

import re

import pytest

from gui.canvas.outlines import outline
from gui.theme.fonts import faces, load_fonts


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("face", faces(), ids=lambda face: f"{face.family} {face.weight}")
def test_an_outline_is_a_path_as_wide_as_the_text(face):
    load_fonts()
    path, width = outline("HH", face)
    assert set(re.findall(r"[a-z]", path)) <= {"m", "l", "c"}
    places = [float(x) for x in re.findall(r"(-?\d+) -?\d+ [ml]\n", path)]
    assert 0 <= min(places) < max(places) <= width
    heights = [float(y) for y in re.findall(r"-?\d+ (-?\d+) [ml]\n", path)]
    assert min(heights) == pytest.approx(0, abs=1)
    assert 650 < max(heights) < 800
    assert outline("HHHH", face)[1] == pytest.approx(2 * width, rel=0.01)
    assert outline(" ", face)[0] == ""
