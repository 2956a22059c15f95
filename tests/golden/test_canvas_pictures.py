from collections.abc import Callable

import pytest
from PySide6.QtGui import QImage

from engine.trace.ids import StepIndex
from gui.canvas.emphasis import Emphasis
from gui.canvas.lens import Lens
from gui.canvas.picture import render_image
from gui.theme.tokens import ThemeName, tokens_of
from tests.support.drawings import grid_drawing, starter_drawing, states_drawing, states_recording
from tests.support.recordings import starter_recording

Golden = Callable[[QImage, str], None]
THEMES = (ThemeName.LIGHT, ThemeName.DARK)


@pytest.mark.parametrize("theme", [*THEMES, ThemeName.PRINT])
@pytest.mark.parametrize("step", [-1, 2, 5, 8])
def test_starter_program_at_a_step(golden: Golden, theme: ThemeName, step: int) -> None:
    image = render_image(starter_drawing(), starter_recording(), StepIndex(step), tokens_of(theme))
    golden(image, f"starter-{step}-{theme}")


@pytest.mark.parametrize("theme", THEMES)
def test_starter_program_at_double_density(golden: Golden, theme: ThemeName) -> None:
    image = render_image(starter_drawing(), starter_recording(), StepIndex(5), tokens_of(theme), scale=2.0)
    golden(image, f"starter-2x-{theme}")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lens", list(Lens))
def test_every_lens(golden: Golden, theme: ThemeName, lens: Lens) -> None:
    image = render_image(starter_drawing(), starter_recording(), StepIndex(7), tokens_of(theme), lens=lens)
    golden(image, f"lens-{lens}-{theme}")


@pytest.mark.parametrize("theme", THEMES)
def test_every_state_of_a_node(golden: Golden, theme: ThemeName) -> None:
    image = render_image(states_drawing(), states_recording(), StepIndex(1), tokens_of(theme), scale=1.5)
    golden(image, f"states-{theme}")


@pytest.mark.parametrize("theme", THEMES)
def test_selection_trace_and_search(golden: Golden, theme: ThemeName) -> None:
    emphasis = Emphasis(
        selected=frozenset({2}),
        hovered=1,
        traced=frozenset({0, 1, 2, 3, 4}),
        hits=frozenset({4}),
        hidden=frozenset({5}),
    )
    image = render_image(starter_drawing(), starter_recording(), StepIndex(6), tokens_of(theme), emphasis=emphasis)
    golden(image, f"emphasis-{theme}")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("percent", [12, 50])
def test_from_far(golden: Golden, theme: ThemeName, percent: int) -> None:
    image = render_image(
        grid_drawing(8, 30), starter_recording(), StepIndex(100), tokens_of(theme), scale=percent / 100
    )
    golden(image, f"far-{percent}-{theme}")
