"""The colours that a picture needs; the window's own tokens fit."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class SkinFills:
    """What a skin fills the kinds of boxes with, and what it writes with upon them."""

    tensor: str
    module: str
    function: str
    output: str
    base: str
    ink: str


class Palette(Protocol):
    """Colours as ``#RRGGBB``."""

    @property
    def canvas(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def hairline(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def node_border(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def text(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def muted(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def faint(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def accent(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def on_accent(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def node(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def group(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def backward(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def backward_node(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def optimizer(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def positive(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def negative(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def zero(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def saved(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def edge(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def error(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def nonfinite(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_layer(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_activation(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_pool(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_normalization(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_dropout(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_shape(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_arithmetic(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_reduction(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_loss(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_attention(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_tensor(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_parameter(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def strip_buffer(self) -> str: ...  # noqa: D102 - named by what it colours
    @property
    def skin_fills(self) -> SkinFills | None: ...  # noqa: D102 - None: no skin


def mixed(first: str, second: str, share: float) -> str:
    """Return ``first`` with ``share`` (0..1) of ``second`` mixed in."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def contrast(first: str, second: str) -> float:
    """Return how far two colours stand apart, 1 to 21, as WCAG 2 defines it."""
    dark, bright = sorted((_luminance(first), _luminance(second)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    shares = [channel / 255 for channel in _channels(color)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
