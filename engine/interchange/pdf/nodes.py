"""The boxes of a PDF. What many boxes share is written once and kept."""

from typing import assert_never

from engine.drawing.cells import Cell
from engine.drawing.drawing import NodeBox
from engine.drawing.state import StepState
from engine.interchange.boxes import SIDE_PX, TRIANGLE_PX, Boxes, BoxLook, Row, ink_on, lines_of, row_of
from engine.interchange.marks import Badge
from engine.interchange.palette import Palette
from engine.interchange.pdf.lettering import Lettering
from engine.interchange.pdf.shapes import disc, fill_color, line_color, rounded

_CELL_PX = 10.0
_CORNER_PX = 9.0


class NodeWriter:
    """Writes boxes; inside of one, lengths count from its top left corner."""

    def __init__(self, boxes: Boxes, palette: Palette, lettering: Lettering) -> None:
        self._boxes = boxes
        self._palette = palette
        self._lettering = lettering
        self._faces: dict[BoxLook, str] = {}
        self._rows: dict[tuple[float, float, int, bool], tuple[Row, tuple[str, ...]]] = {}

    def text(self, box: NodeBox) -> str:
        """Return the operators of a box."""
        look, cells = self._boxes.look(box)
        face = self._faces.get(look)
        if face is None:
            face = self._faces[look] = self._face(look)
        row = self._row(look, cells) if cells else ""
        return f"q 1 0 0 1 {box.rect.x:.1f} {box.rect.y:.1f} cm\n{face}{row}Q\n"

    def _face(self, look: BoxLook) -> str:
        """All of a box but its place and its cells."""
        palette, lettering = self._palette, self._lettering
        title, subtitle = lines_of(look)
        left, triangle = SIDE_PX, ""
        if look.is_folded:
            color = fill_color(look.ink or palette.muted)
            triangle = f"{color}{left:g} 10.5 m {left + 6.5:g} 14.5 l {left:g} 18.5 l h f\n"
            left += TRIANGLE_PX
        faded = "/Future gs\n" if look.state is StepState.FUTURE else ""
        return (
            f"{faded}{_shell(look)}{self._sign(look)}{triangle}"
            f"{fill_color(look.ink or palette.text)}{lettering.bold.show(title, 12.5, left, 19)}"
            f"{fill_color(look.ink or palette.muted)}{lettering.mono.show(subtitle, 10.5, SIDE_PX, 35)}"
            f"{self._badge(look)}{self._notes(look)}"
        )

    def _badge(self, look: BoxLook) -> str:
        x, palette, fonts = look.width - 13, self._palette, self._lettering
        match look.badge:
            case Badge.NONE:
                return ""
            case Badge.ZERO:
                color = look.ink or palette.muted
                zero = fonts.mono.show("0", _CELL_PX, x - fonts.mono.width("0") * _CELL_PX / 2, 18)
                return f"[] 0 d 1 w {line_color(color)}{disc(x, 14.5, 6)}S\n{fill_color(color)}{zero}"
            case Badge.FAILED:
                cross = f"{x - 2.6:.1f} 11.9 m {x + 2.6:.1f} 17.1 l {x + 2.6:.1f} 11.9 m {x - 2.6:.1f} 17.1 l S\n"
                return f"{fill_color(palette.error)}{disc(x, 14.5, 7)}f\n1.6 w {line_color(palette.node)}{cross}"
            case Badge.NAN | Badge.INFINITE:
                word, font = look.badge.value, fonts.bold
                text = font.show(word, _CELL_PX, look.width - 19 - font.width(word) * _CELL_PX / 2, 17.5)
                shape = rounded(look.width - 32, 6.5, 26, 15, 4)
                ink = fill_color(ink_on(palette.nonfinite, palette))
                return f"{fill_color(palette.nonfinite)}{shape}f\n{ink}{text}"
            case _:
                assert_never(look.badge)

    def _notes(self, look: BoxLook) -> str:
        note = self._lettering.mono.show(look.note, 10.5, SIDE_PX, 50) if look.note else ""
        if not look.below:
            return note
        below = self._lettering.words.show(look.below, 10.5, 4, look.height + 17)
        return f"{note}{fill_color(self._palette.muted)}{below}"

    def _sign(self, look: BoxLook) -> str:
        mark = look.mark
        if mark is None or not mark.sign:
            return ""
        font, x = self._lettering.bold, look.width - 13
        sign = font.show(mark.sign, _CELL_PX, x - font.width(mark.sign) * _CELL_PX / 2, 18)
        return f"{fill_color(mark.color)}{disc(x, 14.5, 7)}f\n{fill_color(self._palette.node)}{sign}"

    def _row(self, look: BoxLook, cells: tuple[Cell, ...]) -> str:
        is_strip = not cells[0].text
        key = (look.width, look.height, len(cells), is_strip)
        known = self._rows.get(key)
        if known is None:
            row = row_of(*key[:3], is_strip=is_strip)
            shapes = [rounded(x, row.top, wide, row.height, 1 if is_strip else 4) + "f\n" for x, wide in row.places]
            known = self._rows[key] = (row, tuple(shapes))
        row, shapes_of = known
        font, palette, found = self._lettering.mono, self._palette, []
        painted = self._boxes.painted(cells)
        for (text, color, is_light), shape, (x, wide) in zip(painted, shapes_of, row.places, strict=True):
            found.append(fill_color(color) + shape)
            if text:
                start = x + (wide - font.width(text) * _CELL_PX) / 2
                found.append(fill_color(palette.canvas if is_light else palette.text))
                found.append(font.show(text, _CELL_PX, start, row.top + 12.2))
        return "".join(found)


def _shell(look: BoxLook) -> str:
    """A box without texts, signs and cells."""
    width, height, border, strip, mark = look.width, look.height, look.border, look.strip, look.mark
    shape = rounded(0, 0, width, height, _CORNER_PX)
    is_current = look.state is StepState.CURRENT
    dash = "[4 3] 0 d\n" if look.state is StepState.FUTURE else ""
    thick = 2.0 if is_current else 1.0
    halo = f"q /Halo gs 10 w {line_color(border)}{shape}S Q\n" if is_current else ""
    if mark is not None:
        border, strip, thick = mark.color, mark.color, max(thick, 1.8)
        dash = "[5 4] 0 d\n" if mark.is_dashed else dash
    return (
        f"{halo}{dash}{thick:g} w {line_color(border)}{fill_color(look.fill)}{shape}B\n"
        f"{fill_color(strip)}{rounded(1, 10, 3, height - 20, 1.5)}f\n"
    )
