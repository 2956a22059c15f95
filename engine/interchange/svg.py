"""A drawing as SVG: text stays text, every node has an id and a tooltip, the same input gives the same bytes."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from engine.drawing.cables import counts
from engine.drawing.drawing import Drawing, GroupFrame, LaneLabel, Point
from engine.interchange.boxes import Boxes
from engine.interchange.font_face import FontFace
from engine.interchange.headings import BASELINE_PX, MARGIN_PX, heading_of
from engine.interchange.marks import NO_MARKS, Marks
from engine.interchange.palette import Palette
from engine.interchange.strokes import lane_color
from engine.interchange.svg_edges import EdgeWriter
from engine.interchange.svg_nodes import NodeWriter
from engine.interchange.texts import xml_text
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording

_SANS = "Inter, 'Helvetica Neue', Arial, sans-serif"
_MONO = "'JetBrains Mono', Menlo, Consolas, monospace"
_HEARD_EVERY = 500


def svg_pieces(
    drawing: Drawing,
    recording: Recording,
    step: StepIndex,
    palette: Palette,
    *,
    is_transparent: bool = False,
    faces: Iterable[FontFace] = (),
    progress: Callable[[float], None] | None = None,
    marks: Marks = NO_MARKS,
) -> Iterator[str]:
    """Yield the picture of ``drawing`` right after ``step`` as the pieces of one SVG document, cut off at its bounds.

    A large document is never in memory as a whole.

    Args:
        drawing: What is drawn.
        recording: Where the numbers come from.
        step: The state shown; what happens later is dashed.
        palette: The colours.
        is_transparent: Whether the background is left clear.
        faces: Fonts to put into the document; without them it asks for Inter and JetBrains Mono by name.
        marks: Boxes and arrows that look otherwise than the rest, such as those of another recording.
        progress: Hears what share is done, 0 to 1; what it raises ends the work.
    """
    parts = _Writer(drawing, recording, step, palette, marks).parts(is_transparent=is_transparent, faces=faces)
    total = len(drawing.frames) + len(drawing.edges) + len(drawing.nodes) + 1
    count = 0
    while some := list(islice(parts, _HEARD_EVERY)):
        if progress is not None:
            progress(min(1.0, count / total))
        count += len(some)
        yield "\n".join(some) if some[-1].endswith("\n") else "\n".join([*some, ""])


class _Writer:
    def __init__(
        self,
        drawing: Drawing,
        recording: Recording,
        step: StepIndex,
        palette: Palette,
        marks: Marks,
    ) -> None:
        self._marks = marks
        self._drawing = drawing
        self._recording = recording
        self._step = step
        self._palette = palette

    def parts(self, *, is_transparent: bool, faces: Iterable[FontFace]) -> Iterator[str]:
        """Yield the document piece by piece."""
        bounds, drawing = self._drawing.bounds, self._drawing
        view_box = f"{bounds.x:.1f} {bounds.y:.1f} {bounds.width:.1f} {bounds.height:.1f}"
        size = f'width="{bounds.width:.1f}" height="{bounds.height:.1f}"'
        yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view_box}" {size}>'
        yield f"<title>{xml_text(self._recording.info.title)}</title>"
        yield f"<style>{''.join(face.rule() for face in faces)}{self._style()}</style>"
        if not is_transparent:
            yield f'<rect x="{bounds.x:.1f}" y="{bounds.y:.1f}" {size} fill="{self._palette.canvas}"/>'
        yield from map(self._frame, drawing.frames)
        yield from map(self._lane, drawing.lanes)
        edges = EdgeWriter(self._step, self._palette, self._marks)
        yield from map(edges.text, drawing.edges)
        yield from (self._count(label, place) for label, place in counts(drawing.edges))
        yield from map(self._heading, drawing.frames)
        nodes = NodeWriter(Boxes(drawing, self._recording, self._step, self._palette, self._marks), self._palette)
        yield from (nodes.text(box, f"n{index}") for index, box in enumerate(drawing.nodes))
        yield from edges.dots
        yield "</svg>\n"

    def _style(self) -> str:
        palette = self._palette
        return (
            f"text{{font-family:{_SANS};fill:{palette.text}}}"
            f".t{{font-size:12.5px;font-weight:600}}.m{{font-family:{_MONO};font-size:10.5px;fill:{palette.muted}}}"
            f".c{{font-family:{_MONO};font-size:10px;text-anchor:middle}}"
            f".d{{fill:{palette.canvas}}}"
            ".l{font-size:11px;font-weight:600;letter-spacing:1px}.s{font-size:10.5px}"
        )

    def _frame(self, frame: GroupFrame) -> str:
        rect, group, palette = frame.rect, frame.group, self._palette
        return (
            f"<g><title>{xml_text(f'{group.title} {group.subtitle}')}</title>"
            f'<rect x="{rect.x:.1f}" y="{rect.y:.1f}" width="{rect.width:.1f}" height="{rect.height:.1f}" rx="12" '
            f'fill="{palette.group}" stroke="{palette.node_border}"/></g>'
        )

    def _heading(self, frame: GroupFrame) -> str:
        """Above the edges, with a ground where one would run through the letters."""
        heading, palette = heading_of(frame), self._palette
        x, y = frame.rect.x + MARGIN_PX, frame.rect.y + BASELINE_PX
        ground = ""
        if heading.ground_px:
            size = f'width="{heading.ground_px + 8:.1f}" height="20"'
            ground = f'<rect x="{x - 4:.1f}" y="{y - 14.5:.1f}" {size} fill="{palette.group}"/>'
        return (
            f'{ground}<text class="t" x="{x:.1f}" y="{y:.1f}">{xml_text(heading.title)} '
            f'<tspan class="s" font-weight="400" fill="{palette.muted}">{xml_text(heading.subtitle)}</tspan></text>'
        )

    def _count(self, label: str, place: Point) -> str:
        """How many edges a cable is."""
        color, (x, y) = self._palette.muted, place
        return f'<text class="s" x="{x:.1f}" y="{y:.1f}" style="fill:{color}">{xml_text(label)}</text>'

    def _lane(self, lane: LaneLabel) -> str:
        color = lane_color(lane, self._palette)
        x, y = lane.position
        return (
            f'<text class="l" x="{x:.1f}" y="{y:.1f}" fill="{color}" style="fill:{color}">{xml_text(lane.text)}</text>'
        )
