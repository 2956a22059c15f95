import dataclasses

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from engine.interchange.parts import Part, fill_of, parts_of
from engine.interchange.svg import svg_pieces
from engine.trace.ids import StepIndex
from gui.canvas.lens import Lens
from gui.canvas.looks import Looks
from gui.canvas.picture import render_image
from gui.canvas.scene import Scene
from gui.canvas.valuebook import ValueBook
from gui.theme.skins import Skin, dressed
from gui.theme.theme import Theme
from gui.theme.tokens import ThemeName, Tokens, tokens_of
from tests.support.drawings import starter_drawing
from tests.support.recordings import starter_recording

OTHERS = [skin for skin in Skin if skin is not Skin.CHAINRULE]


def _looks(tokens: Tokens, step: int) -> dict[str, tuple[str, str, str]]:
    """Fill, mono line and note by title."""
    looks = Looks(tokens, Scene(starter_drawing()), ValueBook(starter_recording()), Lens.VALUES, None)
    found = [looks.of(index, StepIndex(step)) for index in range(10)]
    return {look.title: (look.fill, look.subtitle, look.note) for look in found}


def test_parts_of_the_starter_program() -> None:
    parts = {str(key): part for key, part in parts_of(starter_drawing()).items()}
    assert parts["x"] is Part.TENSOR
    assert parts["mul"] is Part.FUNCTION
    assert parts["sum"] is Part.OUTPUT
    assert parts["MulBackward0"] is Part.BACKWARD
    assert parts["x.grad"] is Part.TENSOR


@pytest.mark.parametrize("theme", list(ThemeName))
def test_the_own_skin_changes_nothing(theme: ThemeName) -> None:
    assert dressed(theme, Skin.CHAINRULE) == tokens_of(theme)


def test_torchviz_fills_leaves_functions_and_output() -> None:
    looks = _looks(dressed(ThemeName.LIGHT, Skin.TORCHVIZ), 8)
    assert (looks["x"][0], looks["mul"][0], looks["sum"][0]) == ("#ADD8E6", "#D3D3D3", "#CAFF70")


def test_draw_dot_shows_data_and_the_three_states_of_a_gradient() -> None:
    tokens = dressed(ThemeName.LIGHT, Skin.DRAW_DOT)
    assert _looks(tokens, 3)["sum"][1].startswith("data ")
    assert _looks(tokens, 3)["sum"][2] == "grad not yet"
    assert _looks(tokens, 8)["sum"][2] == "grad 1.0000"
    assert _looks(tokens, 8)["mul"][2] == ""  # three numbers: no scalar


@pytest.mark.parametrize("skin", OTHERS)
@pytest.mark.parametrize("theme", list(ThemeName))
def test_text_is_readable_on_every_fill(qtbot: QtBot, theme: ThemeName, skin: Skin) -> None:
    tokens = dressed(theme, skin)
    for part in Part:
        fill = fill_of(part, tokens)
        inks = (tokens.skin_fills.ink, tokens.text) if tokens.skin_fills else (tokens.text,)
        assert max(_contrast(ink, fill) for ink in inks) >= 4.5


@pytest.mark.parametrize("skin", OTHERS)
def test_svg_and_png_take_the_fills(skin: Skin) -> None:
    tokens = dressed(ThemeName.LIGHT, skin)
    assert tokens.skin_fills is not None
    drawing, recording = starter_drawing(), starter_recording()
    text = "".join(svg_pieces(drawing, recording, StepIndex(8), tokens))
    assert f'fill="{tokens.skin_fills.tensor}"' in text
    assert f'fill="{tokens.skin_fills.output}"' in text
    image = render_image(drawing, recording, StepIndex(8), tokens)
    box = drawing.nodes[0].rect
    at = (round(box.x - drawing.bounds.x + 24 + box.width - 12), round(box.y - drawing.bounds.y + 24 + 56))
    assert QColor(image.pixel(*at)).name().upper() == tokens.skin_fills.tensor


def test_a_theme_tells_when_it_wears_another_skin() -> None:
    theme, heard = Theme(), []
    theme.changed.connect(heard.append)
    theme.wear(Skin.TORCHVIEW)
    theme.wear(Skin.TORCHVIEW)
    theme.switch(ThemeName.DARK)
    assert heard == [dressed(ThemeName.LIGHT, Skin.TORCHVIEW), dressed(ThemeName.DARK, Skin.TORCHVIEW)]


def test_skins_keep_everything_but_the_graph() -> None:
    plain, worn = tokens_of(ThemeName.LIGHT), dressed(ThemeName.LIGHT, Skin.TORCHVIZ)
    kept = {field.name for field in dataclasses.fields(Tokens)} - {
        "node_border", "edge", "saved", "skin_fills", "has_mono_titles", "shows_data_and_grad",
    }  # fmt: skip
    assert all(getattr(plain, name) == getattr(worn, name) for name in kept)


def _contrast(first: str, second: str) -> float:
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(name: str) -> float:
    color = QColor(name)
    red, green, blue = (
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in (color.redF(), color.greenF(), color.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
