"""Operators of shapes, with y downwards as everywhere else in a drawing."""

from functools import cache

_BOW = 0.5523
"""Where the control points of a quarter of a circle are, as a share of its radius."""


@cache
def fill_color(color: str) -> str:
    """Return the operator that chooses what areas and letters are filled with; ``color`` is ``#RRGGBB``."""
    return f"{_numbers(color)} rg\n"


@cache
def line_color(color: str) -> str:
    """Return the operator that chooses the colour of lines."""
    return f"{_numbers(color)} RG\n"


def _numbers(color: str) -> str:
    return " ".join(f"{int(color[place : place + 2], 16) / 255:.3g}" for place in (1, 3, 5))


def rounded(x: float, y: float, width: float, height: float, radius: float) -> str:
    """Return the path of a rectangle with round corners."""
    radius = min(radius, width / 2, height / 2)
    right, bottom, bow = x + width, y + height, radius * (1 - _BOW)
    return (
        f"{x + radius:.1f} {y:.1f} m {right - radius:.1f} {y:.1f} l\n"
        f"{right - bow:.2f} {y:.1f} {right:.1f} {y + bow:.2f} {right:.1f} {y + radius:.1f} c\n"
        f"{right:.1f} {bottom - radius:.1f} l\n"
        f"{right:.1f} {bottom - bow:.2f} {right - bow:.2f} {bottom:.1f} {right - radius:.1f} {bottom:.1f} c\n"
        f"{x + radius:.1f} {bottom:.1f} l\n"
        f"{x + bow:.2f} {bottom:.1f} {x:.1f} {bottom - bow:.2f} {x:.1f} {bottom - radius:.1f} c\n"
        f"{x:.1f} {y + radius:.1f} l\n"
        f"{x:.1f} {y + bow:.2f} {x + bow:.2f} {y:.1f} {x + radius:.1f} {y:.1f} c h\n"
    )


def disc(x: float, y: float, radius: float) -> str:
    """Return the path of a circle around a point."""
    return rounded(x - radius, y - radius, 2 * radius, 2 * radius, radius)
