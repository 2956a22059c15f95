"""Design tokens: every colour and size that is painted comes from here."""

from dataclasses import dataclass, replace
from enum import StrEnum

from engine.interchange.palette import SkinFills


class ThemeName(StrEnum):
    """The themes; PRINT (the light one on white) and MONO (greys on white) are for pictures."""

    LIGHT = "light"
    DARK = "dark"
    PRINT = "print"
    MONO = "mono"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Colours as ``#RRGGBB``.

    A skin (see ``gui.theme.skins``) sets the last three: its fills, whether titles stand in the type of code, and
    whether scalars show data and gradient as numbers.
    """

    name: ThemeName
    window: str
    panel: str
    canvas: str
    hairline: str
    node_border: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    node: str
    group: str
    hover: str
    backward: str
    backward_node: str
    optimizer: str
    positive: str
    negative: str
    zero: str
    saved: str
    current_line: str
    edge: str
    error: str
    nonfinite: str
    syntax_keyword: str
    syntax_string: str
    syntax_number: str
    syntax_comment: str
    syntax_builtin: str
    strip_layer: str
    strip_activation: str
    strip_pool: str
    strip_normalization: str
    strip_dropout: str
    strip_shape: str
    strip_arithmetic: str
    strip_reduction: str
    strip_loss: str
    strip_attention: str
    strip_tensor: str
    strip_parameter: str
    strip_buffer: str
    skin_fills: SkinFills | None = None
    has_mono_titles: bool = False
    shows_data_and_grad: bool = False


LIGHT = Tokens(
    name=ThemeName.LIGHT,
    window="#F6F7F9",
    panel="#FFFFFF",
    canvas="#FBFCFD",
    hairline="#E3E7ED",
    node_border="#CBD3DE",
    text="#1D2733",
    muted="#66748A",
    faint="#9AA6B6",
    accent="#2F6FED",
    on_accent="#FFFFFF",
    node="#FFFFFF",
    group="#F1F4F9",
    hover="#EEF2F8",
    backward="#7A4FBF",
    backward_node="#F6F1FD",
    optimizer="#0E9384",
    positive="#0877BD",
    negative="#E8821A",
    zero="#E8EAEB",
    saved="#E8821A",
    current_line="#FFF7E0",
    edge="#5F6C80",
    error="#D55E00",
    nonfinite="#B8508F",
    syntax_keyword="#7A4FBF",
    syntax_string="#0E7A5F",
    syntax_number="#0877BD",
    syntax_comment="#7B8798",
    syntax_builtin="#2A5BC7",
    strip_layer="#335588",
    strip_activation="#702921",
    strip_pool="#335533",
    strip_normalization="#335544",
    strip_dropout="#454770",
    strip_shape="#6C4F47",
    strip_arithmetic="#55657C",
    strip_reduction="#009E73",
    strip_loss="#009E73",
    strip_attention="#783C00",
    strip_tensor="#8A96A8",
    strip_parameter="#0877BD",
    strip_buffer="#C9971C",
)

DARK = Tokens(
    name=ThemeName.DARK,
    window="#14181F",
    panel="#1A1F28",
    canvas="#161B23",
    hairline="#2A323E",
    node_border="#3A4556",
    text="#E6EBF2",
    muted="#93A1B5",
    faint="#5F6C7F",
    accent="#6A9BFF",
    on_accent="#FFFFFF",
    node="#202733",
    group="#1D2430",
    hover="#262E3B",
    backward="#B795F2",
    backward_node="#251F36",
    optimizer="#3CC7B5",
    positive="#4BA9E3",
    negative="#F5A957",
    zero="#39424F",
    saved="#F5A957",
    current_line="#2E2A1B",
    edge="#7D8BA0",
    error="#F0803C",
    nonfinite="#E08FC0",
    syntax_keyword="#B795F2",
    syntax_string="#6FCBA8",
    syntax_number="#4BA9E3",
    syntax_comment="#75839A",
    syntax_builtin="#8FB4FF",
    strip_layer="#6F93C9",
    strip_activation="#C9766B",
    strip_pool="#74A874",
    strip_normalization="#6FA58C",
    strip_dropout="#8F92C4",
    strip_shape="#B3948A",
    strip_arithmetic="#8594AB",
    strip_reduction="#2EBE96",
    strip_loss="#2EBE96",
    strip_attention="#C98A4A",
    strip_tensor="#75839A",
    strip_parameter="#4BA9E3",
    strip_buffer="#DDB347",
)

PRINT = replace(LIGHT, name=ThemeName.PRINT, window="#FFFFFF", canvas="#FFFFFF", faint="#7B8798", hairline="#D5DAE1")
"""The light theme on white paper."""

MONO = replace(
    PRINT,
    name=ThemeName.MONO,
    hairline="#DADADA",
    node_border="#9C9C9C",
    text="#111111",
    muted="#4D4D4D",
    faint="#7A7A7A",
    accent="#000000",
    group="#F4F4F4",
    hover="#EEEEEE",
    backward="#4A4A4A",
    backward_node="#EDEDED",
    optimizer="#6E6E6E",
    positive="#3A3A3A",
    negative="#B0B0B0",
    zero="#F2F2F2",
    saved="#6E6E6E",
    current_line="#F2F2F2",
    edge="#5A5A5A",
    error="#000000",
    nonfinite="#000000",
    syntax_keyword="#111111",
    syntax_string="#4D4D4D",
    syntax_number="#333333",
    syntax_comment="#7A7A7A",
    syntax_builtin="#333333",
    strip_layer="#222222",
    strip_activation="#3D3D3D",
    strip_pool="#565656",
    strip_normalization="#6B6B6B",
    strip_dropout="#7F7F7F",
    strip_shape="#BDBDBD",
    strip_arithmetic="#8E8E8E",
    strip_reduction="#2F2F2F",
    strip_loss="#000000",
    strip_attention="#484848",
    strip_tensor="#C8C8C8",
    strip_parameter="#626262",
    strip_buffer="#A5A5A5",
)
"""Greys on white paper: positive numbers are dark, negative ones pale."""


def tokens_of(name: ThemeName) -> Tokens:
    """Return the tokens of a theme."""
    return {ThemeName.LIGHT: LIGHT, ThemeName.DARK: DARK, ThemeName.PRINT: PRINT, ThemeName.MONO: MONO}[name]
