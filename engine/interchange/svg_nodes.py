"""The boxes of an SVG. What many boxes share is written once and kept, so that a large picture takes little time."""

from typing import assert_never

from engine.drawing.cells import Cell
from engine.drawing.drawing import NodeBox
from engine.drawing.state import StepState
from engine.interchange.boxes import (
    FUTURE_OPACITY,
    SIDE_PX,
    TRIANGLE_PX,
    Boxes,
    BoxLook,
    ink_on,
    lines_of,
    row_of,
)
from engine.interchange.marks import Badge
from engine.interchange.palette import Palette
from engine.interchange.texts import xml_text


class NodeWriter:
    """Writes the boxes of one drawing right after a step; inside of a box, lengths count from its top left corner."""

    def __init__(self, boxes: Boxes, palette: Palette) -> None:
        self._boxes = boxes
        self._palette = palette
        self._faces: dict[BoxLook, str] = {}
        self._rows: dict[tuple[float, float, int, bool], str] = {}
        self._names: dict[str, str] = {}

    def text(self, box: NodeBox, identity: str) -> str:
        """Return the element of a box; ``identity`` is its id, in letters and digits."""
        look, cells = self._boxes.look(box)
        face = self._faces.get(look)
        if face is None:
            face = self._faces[look] = self._face(look)
        row = self._row(look, cells) if cells else ""
        return f'<g id="{identity}" transform="translate({box.rect.x:.1f} {box.rect.y:.1f})"{face}{row}</g>'

    def _face(self, look: BoxLook) -> str:
        """All of a box but its place and its cells, from the end of its opening tag on."""
        ink = "" if look.ink is None else f' style="fill:{look.ink}"'
        opacity = f' opacity="{FUTURE_OPACITY}"' if look.state is StepState.FUTURE else ""
        title, subtitle = lines_of(look)
        left, triangle = SIDE_PX, ""
        if look.is_folded:
            triangle = f'<path d="M{left:g} 10.5l6.5 4-6.5 4Z" fill="{look.ink or self._palette.muted}"/>'
            left += TRIANGLE_PX
        return (
            f"{opacity}>"
            f"<title>{xml_text(look.title)} {xml_text(look.subtitle)}</title>{_shell(look, self._palette.node)}"
            f"{triangle}"
            f'<text class="t" x="{left:g}" y="19"{ink}>{xml_text(title)}</text>'
            f'<text class="m" x="12" y="35"{ink}>{xml_text(subtitle)}</text>'
            f"{self._badge(look, ink)}{self._notes(look, ink)}"
        )

    def _badge(self, look: BoxLook, ink: str) -> str:
        x, palette = look.width - 13, self._palette
        match look.badge:
            case Badge.NONE:
                return ""
            case Badge.ZERO:
                ring = f'<circle cx="{x:.1f}" cy="14.5" r="6" fill="none" stroke="{look.ink or palette.muted}"/>'
                return f'{ring}<text class="c" x="{x:.1f}" y="18"{ink}>0</text>'
            case Badge.FAILED:
                lines = f'<path d="M{x - 2.6:.1f} 11.9l5.2 5.2m0 -5.2l-5.2 5.2"'
                cross = f'{lines} stroke="{palette.node}" stroke-width="1.6"/>'
                return f'<circle cx="{x:.1f}" cy="14.5" r="7" fill="{palette.error}"/>{cross}'
            case Badge.NAN | Badge.INFINITE:
                shape = f'<rect x="{look.width - 32:.1f}" y="6.5" width="26" height="15" rx="4"'
                style = f'style="fill:{ink_on(palette.nonfinite, palette)};font-weight:600"'
                text = f'<text class="c" x="{look.width - 19:.1f}" y="17.5" {style}>{look.badge.value}</text>'
                return f'{shape} fill="{palette.nonfinite}"/>{text}'
            case _:
                assert_never(look.badge)

    def _notes(self, look: BoxLook, ink: str) -> str:
        note = f'<text class="m" x="12" y="50"{ink}>{xml_text(look.note)}</text>' if look.note else ""
        if not look.below:
            return note
        style = f' style="fill:{self._palette.muted}"'
        return f'{note}<text class="s" x="4" y="{look.height + 17:.1f}"{style}>{xml_text(look.below)}</text>'

    def _name(self, text: str) -> str:
        found = self._names.get(text)
        if found is None:
            found = self._names[text] = xml_text(text)
        return found

    def _row(self, look: BoxLook, cells: tuple[Cell, ...]) -> str:
        is_strip = not cells[0].text
        key = (look.width, look.height, len(cells), is_strip)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = _cells(*key)
        words: list[str] = []
        for text, color, is_light in self._boxes.painted(cells):
            words += (
                (color,) if is_strip else (color, "c d" if is_light else "c", self._names.get(text) or self._name(text))
            )
        return row % tuple(words)


def _shell(look: BoxLook, ink: str) -> str:
    """A box without texts and cells; ``ink`` is what the sign of a mark is written with."""
    width, height, border, strip, mark = look.width, look.height, look.border, look.strip, look.mark
    shape = f'width="{width:.1f}" height="{height:.1f}" rx="9"'
    is_current = look.state is StepState.CURRENT
    dash = ' stroke-dasharray="4 3"' if look.state is StepState.FUTURE else ""
    halo = f'<rect {shape} fill="none" stroke="{border}" stroke-width="10" opacity="0.2"/>' if is_current else ""
    thick = 2.0 if is_current else 1.0
    disc = ""
    if mark is not None:
        border, strip, thick = mark.color, mark.color, max(thick, 1.8)
        dash = ' stroke-dasharray="5 4"' if mark.is_dashed else dash
        if mark.sign:
            disc = f'<circle cx="{width - 13:.1f}" cy="14.5" r="7" fill="{mark.color}"/>'
            disc += f'<text class="c" x="{width - 13:.1f}" y="18" style="fill:{ink};font-weight:600">{mark.sign}</text>'
    return (
        f'{halo}<rect {shape} fill="{look.fill}" stroke="{border}" stroke-width="{thick:g}"{dash}/>'
        f'<rect x="1" y="10" width="3" height="{height - 20:.1f}" rx="1.5" fill="{strip}"/>{disc}'
    )


def _cells(width: float, height: float, count: int, is_strip: bool) -> str:  # noqa: FBT001 - part of a key
    """The cells of a row, with places for the colour of each and, unless in a strip, the text's class and the text."""
    row = row_of(width, height, count, is_strip=is_strip)
    found = []
    for x, wide in row.places:
        cell = f'<rect x="{x:.1f}" y="{row.top:.1f}" width="{wide:.1f}" height="{row.height:.0f}" '
        cell += f'rx="{1 if is_strip else 4}" fill="%s"/>'
        if not is_strip:
            cell += f'<text class="%s" x="{x + wide / 2:.1f}" y="{row.top + 12.2:.1f}">%s</text>'
        found.append(cell)
    return "".join(found)
