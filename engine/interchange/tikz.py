"""A drawing as TikZ, for lecture notes and papers: a standalone LaTeX document whose text is text.

It compiles with any LaTeX that has TikZ (``pdflatex graph.tex``). Lengths are points, one a logical pixel; y grows up.
"""

from collections.abc import Callable, Iterator

from engine.drawing.cables import counts
from engine.drawing.drawing import Drawing, EdgePath, GroupFrame, LaneLabel, NodeBox, Point
from engine.drawing.measure import fitted
from engine.drawing.state import StepState, edge_state, node_state
from engine.graph.view import EdgeKind, NodeKind
from engine.interchange.headings import BASELINE_PX, MARGIN_PX, heading_of
from engine.interchange.marks import NO_MARKS, Mark, Marks
from engine.interchange.palette import Palette
from engine.interchange.texts import clean
from engine.trace.ids import StepIndex

_HEAD = r"""\documentclass[tikz,border=6pt]{standalone}
\usepackage[T1]{fontenc}
\usepackage{textcomp,amssymb}
\renewcommand{\familydefault}{\sfdefault}
"""
_FUTURE = "opacity=0.38"
_HEARD_EVERY = 500
_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "∂": r"$\partial$",
    "×": r"$\times$",
    "→": r"$\rightarrow$",
    "·": r"$\cdot$",
    "…": r"\ldots{}",
    "−": r"$-$",
    "–": "--",
    "‖": r"$\Vert$",
    "Δ": r"$\Delta$",
    "□": r"$\square$",
    "∅": r"$\emptyset$",
    "²": r"$^2$",
    "³": r"$^3$",
    "σ": r"$\sigma$",
    "Σ": r"$\Sigma$",
    "β": r"$\beta$",
    "ᵀ": r"$^\top$",
}
"""How LaTeX writes what it does not take as it is; any other character beyond Latin-1 becomes a question mark."""


def tikz_text(
    drawing: Drawing,
    step: StepIndex,
    palette: Palette,
    *,
    is_transparent: bool = False,
    marks: Marks = NO_MARKS,
    progress: Callable[[float], None] | None = None,
) -> str:
    """Return the picture of ``drawing`` right after ``step`` as one LaTeX document; boxes have titles, no numbers.

    ``marks`` are boxes and arrows that look otherwise than the rest; ``progress`` hears what share is done, 0 to 1, and
    what it raises ends the work.

    The picture is as large as the bounds of the drawing, and cut off there.
    """
    return "".join(tikz_pieces(drawing, step, palette, is_transparent=is_transparent, marks=marks, progress=progress))


def tikz_pieces(
    drawing: Drawing,
    step: StepIndex,
    palette: Palette,
    *,
    is_transparent: bool = False,
    marks: Marks = NO_MARKS,
    progress: Callable[[float], None] | None = None,
) -> Iterator[str]:
    """Yield the text of ``tikz_text`` piece by piece, the first when all is known: the colours stand at the top."""
    colors = _Colors(palette)
    body = []
    total = len(drawing.frames) + len(drawing.edges) + len(drawing.nodes) + 1
    for count, part in enumerate(_parts(drawing, step, colors, marks)):
        body.append(part)
        if progress is not None and count % _HEARD_EVERY == 0:
            progress(min(1.0, count / total))
    bounds = drawing.bounds
    page = f"{_at((bounds.x, bounds.y))} rectangle {_at((bounds.right, bounds.bottom))}"
    ground = [] if is_transparent else [rf"\fill[{colors('canvas')}] {page};"]
    yield _HEAD + colors.definitions() + "\n"
    opening = [r"\begin{document}", r"\begin{tikzpicture}[x=1pt,y=1pt,>=stealth]", rf"\clip {page};", *ground]
    for line in (*opening, *body, r"\end{tikzpicture}", r"\end{document}"):
        yield line + "\n"


def _parts(drawing: Drawing, step: StepIndex, colors: "_Colors", marks: Marks) -> Iterator[str]:
    yield from (_frame(frame, colors) for frame in drawing.frames)
    yield from (_lane(lane, colors) for lane in drawing.lanes)
    yield from (line for path in drawing.edges if (line := _edge(path, step, colors, marks.of_edge(path.edge))))
    yield from (_count(label, place, colors) for label, place in counts(drawing.edges))
    yield from (_heading(frame, colors) for frame in drawing.frames)
    yield from (_node(box, step, colors, marks.boxes.get(box.node.key)) for box in drawing.nodes)


class _Colors:
    """Names for the palette's colours, defined once at the head of the document."""

    def __init__(self, palette: Palette) -> None:
        self._palette = palette
        self._used: dict[str, str] = {}

    def __call__(self, token: str) -> str:
        """Return the name of a colour of the palette."""
        name = "cr" + token.replace("_", "")
        self._used[name] = getattr(self._palette, token).lstrip("#").upper()
        return name

    def mark(self, mark: Mark) -> str:
        """Return the name of the colour of a mark."""
        value = mark.color.lstrip("#").upper()
        name = f"crmark{value}"
        self._used[name] = value
        return name

    def definitions(self) -> str:
        """Return what defines every colour that was asked for."""
        return "\n".join(rf"\definecolor{{{name}}}{{HTML}}{{{value}}}" for name, value in sorted(self._used.items()))


def _frame(frame: GroupFrame, colors: _Colors) -> str:
    rect = frame.rect
    look = f"draw={colors('node_border')},fill={colors('group')},rounded corners=12pt"
    return rf"\draw[{look}] {_at((rect.x, rect.y))} rectangle {_at((rect.right, rect.bottom))};"


def _heading(frame: GroupFrame, colors: _Colors) -> str:
    """Above the edges, with a ground where one would run through the letters."""
    heading, (x, y) = heading_of(frame), (frame.rect.x + MARGIN_PX, frame.rect.y + BASELINE_PX)
    text = rf"\fontsize{{12}}{{14}}\selectfont\bfseries {latex(heading.title)}"
    words = _words((x, y), colors("text"), text)
    if not heading.ground_px:
        return words
    corners = f"{_at((x - 4.0, y - 14.5))} rectangle {_at((x + heading.ground_px + 4.0, y + 5.5))}"
    return rf"\fill[{colors('group')}] {corners};" + "\n" + words


def _lane(lane: LaneLabel, colors: _Colors) -> str:
    color = colors({"F": "muted", "B": "backward"}.get(lane.text[:1], "optimizer"))
    return _words(lane.position, color, rf"\fontsize{{10}}{{12}}\selectfont\bfseries {latex(lane.text)}")


def _edge(path: EdgePath, step: StepIndex, colors: _Colors, mark: Mark | None) -> str:
    if mark is not None:
        dashes = ",dashed" if mark.is_dashed else ""
        return rf"\draw[draw={colors.mark(mark)},line width=1.4pt,->{dashes}] {_curve(path.points)};"
    kind, state = path.edge.kind, edge_state(path.edge, step)
    if kind is EdgeKind.SAVED and state is not StepState.CURRENT:
        return ""
    tokens = {
        EdgeKind.GRADIENT: "backward",
        EdgeKind.UPDATE: "optimizer",
        EdgeKind.VIEW: "faint",
        EdgeKind.SAVED: "saved",
    }
    look = [f"draw={colors(tokens.get(kind, 'edge'))}", f"line width={2.0 if kind is EdgeKind.GRADIENT else 1.2}pt"]
    if kind in (EdgeKind.SAVED, EdgeKind.VIEW):
        look.append("dotted")
    else:
        look.append("->")
    if state is StepState.FUTURE:
        look += ["dashed", _FUTURE]
    return rf"\draw[{','.join(look)}] {_curve(path.points)};"


def _count(label: str, place: Point, colors: _Colors) -> str:
    """How many edges a cable is."""
    return _words(place, colors("muted"), rf"\fontsize{{9}}{{11}}\selectfont {latex(label)}")


def _curve(points: tuple[Point, ...]) -> str:
    pieces = [_at(points[0])]
    for index in range(1, len(points) - 2, 3):
        first, second, end = (_at(point) for point in points[index : index + 3])
        pieces.append(f".. controls {first} and {second} .. {end}")
    return " ".join(pieces)


def _node(box: NodeBox, step: StepIndex, colors: _Colors, mark: Mark | None) -> str:
    node, rect = box.node, box.rect
    state = node_state(node, step)
    is_backward = node.kind is NodeKind.BACKWARD or (node.kind is NodeKind.GROUP and node.mirrors is not None)
    border = "backward" if is_backward else "optimizer" if node.kind is NodeKind.OPTIMIZER else "node_border"
    if node.kind is NodeKind.FAILED:
        border = "error"
    elif state is StepState.CURRENT:
        border = "accent"
    is_current = state is StepState.CURRENT
    look = [
        f"draw={colors(border) if mark is None else colors.mark(mark)}",
        f"fill={colors('backward_node' if is_backward else 'node')}",
        "rounded corners=9pt",
        f"line width={2 if is_current else 0.8 if mark is None else 1.8}pt",
    ]
    if mark is not None and mark.is_dashed:
        look.append("dashed")
    if state is StepState.FUTURE:
        look += ["dashed", _FUTURE]
    corner, end = _at((rect.x, rect.y)), _at((rect.right, rect.bottom))
    title = latex(fitted(node.title, rect.width - (20 if mark is None or not mark.sign else 36), is_mono=False))
    line = latex(fitted(node.subtitle, rect.width - 18, is_mono=True))
    faded = f",{_FUTURE}" if state is StepState.FUTURE else ""
    lines = [
        rf"\draw[{','.join(look)}] {corner} rectangle {end};",
        _words(
            (rect.x + 12, rect.y + 19),
            colors("text") + faded,
            rf"\fontsize{{11}}{{13}}\selectfont\bfseries {title}",
        ),
        _words(
            (rect.x + 12, rect.y + 35), colors("muted") + faded, rf"\fontsize{{9}}{{11}}\selectfont\ttfamily {line}"
        ),
    ]
    if mark is not None and mark.sign:
        lines.append(_sign((rect.right - 13, rect.y + 14.5), mark, colors))
    return "\n".join(lines)


def _sign(center: Point, mark: Mark, colors: _Colors) -> str:
    """A disc with a sign."""
    disc = rf"\fill[{colors.mark(mark)}] {_at(center)} circle[radius=7pt];"
    text = rf"\fontsize{{10}}{{11}}\selectfont\bfseries {latex(mark.sign)}"
    return disc + "\n" + rf"\node[inner sep=0,text={colors('node')}] at {_at(center)} {{{text}}};"


def _words(at: Point, color: str, text: str) -> str:
    return rf"\node[anchor=base west,inner sep=0,text={color}] at {_at(at)} {{{text}}};"


def _at(point: Point) -> str:
    return f"({point[0]:.1f},{-point[1]:.1f})"


def latex(text: str) -> str:
    """Return ``text`` so that LaTeX shows it, with signs that it cannot show as question marks."""
    return "".join(_SIGNS.get(sign, sign if ord(sign) < 0x100 else "?") for sign in clean(text))
