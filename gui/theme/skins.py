"""Skins: the colours of tools that lectures use, so that a picture here can stand beside one from there."""

from dataclasses import replace
from enum import StrEnum

from engine.interchange.palette import SkinFills
from gui.theme.tokens import ThemeName, Tokens, tokens_of


class Skin(StrEnum):
    """The skins; CHAINRULE is the program's own look."""

    CHAINRULE = "chainrule"
    TORCHVIZ = "torchviz"
    DRAW_DOT = "draw_dot"
    TORCHVIEW = "torchview"


SKIN_TITLES = {
    Skin.CHAINRULE: "Chainrule",
    Skin.TORCHVIZ: "torchviz classic",
    Skin.DRAW_DOT: "draw_dot (micrograd)",
    Skin.TORCHVIEW: "torchview",
}

_FILLS = {
    # The colour names of graphviz in RGB: lightblue, lightgrey, darkolivegreen1, darkolivegreen3.
    Skin.TORCHVIZ: SkinFills(
        tensor="#ADD8E6", module="#D3D3D3", function="#D3D3D3", output="#CAFF70", base="#A2CD5A", ink="#000000"
    ),
    Skin.DRAW_DOT: SkinFills(
        tensor="#FFFFFF", module="#FFFFFF", function="#FFFFFF", output="#FFFFFF", base="#FFFFFF", ink="#000000"
    ),
    # lightyellow, darkseagreen1, aliceblue
    Skin.TORCHVIEW: SkinFills(
        tensor="#FFFFE0", module="#C1FFC1", function="#F0F8FF", output="#F0F8FF", base="#FFFFE0", ink="#000000"
    ),
}


def dressed(name: ThemeName, skin: Skin) -> Tokens:
    """Return the tokens of a theme in a skin."""
    tokens = tokens_of(name)
    fills = _FILLS.get(skin)
    if fills is None:
        return tokens
    is_dark = name is ThemeName.DARK
    return replace(
        tokens,
        skin_fills=fills,
        node_border=tokens.edge if is_dark else fills.ink,
        edge=tokens.edge if is_dark else fills.ink,
        saved="#FFA500" if skin is Skin.TORCHVIZ else tokens.saved,  # orange, as graphviz has it
        has_mono_titles=skin in (Skin.TORCHVIZ, Skin.DRAW_DOT),
        shows_data_and_grad=skin is Skin.DRAW_DOT,
    )
