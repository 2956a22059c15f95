"""A drawing as a page of a PDF, and the whole file."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from engine.drawing.cables import counts
from engine.drawing.drawing import Drawing, GroupFrame, LaneLabel, Point, Rect
from engine.interchange.boxes import FUTURE_OPACITY, Boxes
from engine.interchange.font_face import FontFace
from engine.interchange.headings import BASELINE_PX, MARGIN_PX, heading_of
from engine.interchange.marks import NO_MARKS, Marks
from engine.interchange.palette import Palette
from engine.interchange.pdf.document import Document, words
from engine.interchange.pdf.edges import EdgeWriter
from engine.interchange.pdf.fonts import Outline
from engine.interchange.pdf.lettering import Lettering, lettering_of
from engine.interchange.pdf.nodes import NodeWriter
from engine.interchange.pdf.shapes import fill_color, line_color, rounded
from engine.interchange.strokes import lane_color
from engine.interchange.texts import clean
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording

_LONGEST_PT = 14_400
"""Acrobat opens no page longer than 200 inches."""
_HEARD_EVERY = 200


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A drawing right after a step: ``bounds`` is the part of the world that the page shows."""

    drawing: Drawing
    step: StepIndex
    bounds: Rect
    marks: Marks = NO_MARKS


def pdf_pieces(
    pages: Iterable[PdfPage],
    recording: Recording,
    palette: Palette,
    faces: Iterable[FontFace],
    *,
    count: int = 1,
    is_transparent: bool = False,
    outline: Outline | None = None,
    progress: Callable[[float], None] | None = None,
) -> Iterator[bytes]:
    """Yield a file with a page for each of some drawings, piece by piece; it is never in memory as a whole.

    Args:
        pages: What is drawn.
        recording: Where the numbers come from.
        palette: The colours.
        faces: The fonts: two weights of OpenType for words, a TrueType for code.
        count: How many pages there are.
        is_transparent: Whether the background is left clear.
        outline: Draws signs that the fonts do not have; without it they are question marks.
        progress: Hears what share is done, 0 to 1; what it raises ends the work.
    """
    document, lettering = Document(), lettering_of(faces, outline)
    root, tree, info = document.reserve(), document.reserve(), document.reserve()
    fonts = {font.name: document.reserve() for font in (lettering.bold, lettering.words, lettering.mono)}
    yield document.head
    yield document.object(info, f"<< /Title {words(clean(recording.info.title))} /Producer (Chainrule) >>")
    numbers: list[int] = []
    for page in pages:
        number, content = document.reserve(), document.reserve()
        writer = _PageWriter(page, recording, palette, lettering)
        parts = writer.parts(is_transparent=is_transparent)
        yield from document.stream(content, _heard(parts, writer.total, len(numbers), count, progress))
        yield document.object(number, _page(page, tree, content, fonts))
        numbers.append(number)
    yield from lettering.objects(document, fonts)
    kids = " ".join(f"{number} 0 R" for number in numbers)
    yield document.object(tree, f"<< /Type /Pages /Kids [{kids}] /Count {len(numbers)} >>")
    yield document.object(root, f"<< /Type /Catalog /Pages {tree} 0 R >>")
    yield document.tail(root, info)


def _heard(
    parts: Iterator[str], total: int, done: int, count: int, progress: Callable[[float], None] | None
) -> Iterator[str]:
    """Several parts at a time, and between them whether the work goes on."""
    told = 0
    while some := list(islice(parts, _HEARD_EVERY)):
        if progress is not None:
            progress(min(1.0, (done + min(1.0, told / total)) / count))
        told += len(some)
        yield "".join(some)


def _page(page: PdfPage, tree: int, content: int, fonts: dict[str, int]) -> str:
    width, height = _size(page.bounds)
    names = " ".join(f"/{name} {number} 0 R" for name, number in fonts.items())
    states = " ".join(
        f"/{name} << /ca {opacity:g} /CA {opacity:g} >>"
        for name, opacity in (("Plain", 1.0), ("Future", FUTURE_OPACITY), ("Halo", 0.2))
    )
    return (
        f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] /Contents {content} 0 R "
        f"/Resources << /Font << {names} >> /ExtGState << {states} >> >> >>"
    )


def _size(bounds: Rect) -> tuple[float, float]:
    shrink = min(1.0, _LONGEST_PT / max(bounds.width, bounds.height, 1.0))
    return max(1.0, bounds.width * shrink), max(1.0, bounds.height * shrink)


class _PageWriter:
    def __init__(self, page: PdfPage, recording: Recording, palette: Palette, lettering: Lettering) -> None:
        self._page = page
        self._palette = palette
        self._lettering = lettering
        boxes = Boxes(page.drawing, recording, page.step, palette, page.marks)
        self._nodes = NodeWriter(boxes, palette, lettering)
        self._edges = EdgeWriter(page.step, palette, lettering, page.marks)
        self.total = len(page.drawing.frames) + len(page.drawing.edges) + len(page.drawing.nodes) + 1

    def parts(self, *, is_transparent: bool) -> Iterator[str]:
        """Yield the operators of the page part by part."""
        bounds, drawing = self._page.bounds, self._page.drawing
        width, height = _size(bounds)
        scale = width / max(1.0, bounds.width)
        yield f"{scale:.6f} 0 0 {-scale:.6f} {-bounds.x * scale:.3f} {height + bounds.y * scale:.3f} cm\n"
        if not is_transparent:
            area = f"{bounds.x:.1f} {bounds.y:.1f} {bounds.width:.1f} {bounds.height:.1f} re f\n"
            yield fill_color(self._palette.canvas) + area
        yield from map(self._frame, drawing.frames)
        yield from map(self._lane, drawing.lanes)
        yield from chain(("q\n",), map(self._edges.text, drawing.edges), ("Q\n",))
        yield from (self._count(label, place) for label, place in counts(drawing.edges))
        yield from map(self._heading, drawing.frames)
        yield from map(self._nodes.text, drawing.nodes)
        yield from self._edges.dots

    def _frame(self, frame: GroupFrame) -> str:
        rect, palette = frame.rect, self._palette
        shape = rounded(rect.x, rect.y, rect.width, rect.height, 12)
        return f"1 w {line_color(palette.node_border)}{fill_color(palette.group)}{shape}B\n"

    def _heading(self, frame: GroupFrame) -> str:
        """Above the edges, with a ground where one would run through the letters."""
        heading, palette, fonts = heading_of(frame), self._palette, self._lettering
        x, y = frame.rect.x + MARGIN_PX, frame.rect.y + BASELINE_PX
        ground = ""
        if heading.ground_px:
            ground = f"{fill_color(palette.group)}{x - 4:.1f} {y - 14.5:.1f} {heading.ground_px + 8:.1f} 20 re f\n"
        title = fonts.bold.show(clean(heading.title), 12.5, x, y)
        after = x + (fonts.bold.width(heading.title) + 0.3) * 12.5
        subtitle = fonts.words.show(clean(heading.subtitle), 10.5, after, y) if heading.subtitle else ""
        return f"{ground}{fill_color(palette.text)}{title}{fill_color(palette.muted)}{subtitle}"

    def _count(self, label: str, place: Point) -> str:
        """How many edges a cable is."""
        return f"{fill_color(self._palette.muted)}{self._lettering.words.show(clean(label), 10.5, *place)}"

    def _lane(self, lane: LaneLabel) -> str:
        color = lane_color(lane, self._palette)
        text = self._lettering.bold.show(clean(lane.text), 11, *lane.position)
        return f"{fill_color(color)}1 Tc\n{text}0 Tc\n"
