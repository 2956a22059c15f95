"""How good a drawing is, in figures: what its edges run over, how often they cross, how straight they are."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.drawing.drawing import Direction, Drawing, Rect
from engine.drawing.measure import TITLE_PX, title_width
from engine.graph.view import EdgeKind

Line = npt.NDArray[np.float64]
"""Points of a polyline, one a row, in pixels."""

_PIECES = 8
_FLOW = (EdgeKind.DATA, EdgeKind.PARAMETER, EdgeKind.GRADIENT)


@dataclass(frozen=True, slots=True)
class Quality:
    """Counts over a whole drawing.

    Attributes:
        node_hits: Pairs of an edge and a box that it runs over without ending there.
        title_hits: Pairs of an edge and the title of a frame or lane that it runs over.
        crossings: Pairs of edges without a common end that cross.
        shared_px: Length over which edges without a common end run on one another.
        straight: Share of the flow edges that are exactly straight.
    """

    node_hits: int
    title_hits: int
    crossings: int
    shared_px: float
    straight: float


def quality_of(drawing: Drawing) -> Quality:
    """Measure a drawing."""
    lines = [polyline(path.points) for path in drawing.edges]
    flow = [line for line, path in zip(lines, drawing.edges, strict=True) if path.edge.kind in _FLOW]
    straight = sum(float(np.ptp(line, axis=0).min()) < 0.5 for line in flow)
    crossings, shared_px = _meetings(drawing, lines)
    return Quality(
        len(node_hits(drawing)),
        len(title_hits(drawing)),
        crossings,
        shared_px,
        straight / len(flow) if flow else 1.0,
    )


def polyline(points: tuple[tuple[float, float], ...]) -> Line:
    """Return the points of a route, every Bezier piece divided into straight ones."""
    table = np.array(points, dtype=np.float64)
    if len(table) < 4:
        return table
    t = np.linspace(0.0, 1.0, _PIECES + 1)[1:, None]
    s = 1 - t
    parts = [table[:1]]
    for start in range(0, len(table) - 3, 3):
        a, b, c, d = table[start : start + 4]
        parts.append(s**3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t**3 * d)
    return np.concatenate(parts)


def node_hits(drawing: Drawing) -> list[tuple[int, int]]:
    """Return (edge, box) for every box that an edge runs over without ending there."""
    if not drawing.nodes:
        return []
    keys = [box.node.key for box in drawing.nodes]
    table = np.array([_sides(box.rect, 1.0) for box in drawing.nodes])
    found = []
    for number, path in enumerate(drawing.edges):
        line = polyline(path.points)
        touched = _touched(line, table)
        found += [(number, box) for box in touched if keys[box] not in (path.edge.source, path.edge.target)]
    return found


def title_hits(drawing: Drawing) -> list[tuple[int, str]]:
    """Return (edge, title) for every title of a frame or heading of a lane that an edge runs over."""
    titles = [(frame.group.title, _frame_title(frame.rect, frame.group.title)) for frame in drawing.frames]
    titles += [
        (lane.text, Rect(lane.position[0], lane.position[1] - 9.0, 7.5 * len(lane.text), 9.0)) for lane in drawing.lanes
    ]
    if not titles:
        return []
    table = np.array([_sides(rect, 0.0) for _, rect in titles])
    return [
        (number, titles[title][0])
        for number, path in enumerate(drawing.edges)
        for title in _touched(polyline(path.points), table)
    ]


def _frame_title(rect: Rect, title: str) -> Rect:
    width = min(title_width(title) + 1.6 * TITLE_PX, rect.width - 32.0)
    return Rect(rect.x + 16.0, rect.y + 9.0, width, 13.0)


def _sides(rect: Rect, inset: float) -> tuple[float, float, float, float]:
    return (rect.x + inset, rect.right - inset, rect.y + inset, rect.bottom - inset)


def _touched(line: Line, table: npt.NDArray[np.float64]) -> list[int]:
    """Rows of ``table`` (left, right, top, bottom) that a polyline enters (clipping after Liang and Barsky, 1984)."""
    (left, top), (right, bottom) = line.min(axis=0), line.max(axis=0)
    beside = (table[:, 0] <= right) & (table[:, 1] >= left) & (table[:, 2] <= bottom) & (table[:, 3] >= top)
    near = np.flatnonzero(beside)  # of many boxes an edge comes near few
    table = table[near]
    start, step = line[:-1, None, :], np.diff(line, axis=0)[:, None, :]
    low, high = table[None, :, (0, 2)], table[None, :, (1, 3)]
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (low - start) / step, (high - start) / step
    level = step == 0
    inside = (start > low) & (start < high)
    enter = np.where(level, np.where(inside, -np.inf, np.inf), np.minimum(first, second)).max(axis=2)
    leave = np.where(level, np.where(inside, np.inf, -np.inf), np.maximum(first, second)).min(axis=2)
    hit = (enter < leave) & (leave > 0) & (enter < 1)
    return near[hit.any(axis=0)].tolist()


def _meetings(drawing: Drawing, lines: list[Line]) -> tuple[int, float]:
    """Pairs of edges that cross, and the length over which edges lie on one another."""
    lines = [_corners(line) for line in lines]
    owner = np.concatenate([np.full(max(len(line) - 1, 0), number) for number, line in enumerate(lines)] or [[]])
    if not len(owner):
        return 0, 0.0
    starts = np.concatenate([line[:-1] for line in lines])
    ends = np.concatenate([line[1:] for line in lines])
    names = {box.node.key: number for number, box in enumerate(drawing.nodes)}
    tails = np.array([names[path.edge.source] for path in drawing.edges])[owner.astype(int)]
    heads = np.array([names[path.edge.target] for path in drawing.edges])[owner.astype(int)]
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    crossing: set[tuple[int, int]] = set()
    shared = 0.0
    for index in range(len(owner)):
        near = (low[:, 0] <= high[index, 0] + 1) & (high[:, 0] >= low[index, 0] - 1)
        near &= (low[:, 1] <= high[index, 1] + 1) & (high[:, 1] >= low[index, 1] - 1)
        near &= (tails != tails[index]) & (heads != heads[index]) & (tails != heads[index]) & (heads != tails[index])
        near[: index + 1] = False
        others = np.flatnonzero(near)
        if others.size:
            here = (starts[index], ends[index])
            there = (starts[others], ends[others])
            crossing.update((int(owner[index]), int(owner[other])) for other in others[_cross(*here, *there)].tolist())
            shared += float(_shared(*here, *there).sum())
    return len(crossing), shared


def _corners(line: Line) -> Line:
    """A polyline without the points at which it goes straight on."""
    if len(line) < 3:
        return line
    before, after = line[1:-1] - line[:-2], line[2:] - line[1:-1]
    turns = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]) > 1e-6
    return line[np.concatenate([[True], turns, [True]])]


def _cross(a: Line, b: Line, c: Line, d: Line) -> npt.NDArray[np.bool_]:
    """Whether the line from a to b crosses each of the lines from c to d."""
    first, second = _side(a, b, c), _side(a, b, d)
    third, fourth = _side(c, d, a), _side(c, d, b)
    return (first * second < 0) & (third * fourth < 0)


def _side(a: Line, b: Line, point: Line) -> Line:
    way, to = b - a, point - a
    return way[..., 0] * to[..., 1] - way[..., 1] * to[..., 0]


def _shared(a: Line, b: Line, c: Line, d: Line) -> Line:
    """Length over which two level or two upright pieces lie within a pixel of each other."""
    found = np.zeros(len(c))
    is_done = np.zeros(len(c), dtype=bool)
    for axis in (0, 1):
        low = np.minimum(min(a[axis], b[axis]), np.minimum(c[:, axis], d[:, axis]))
        high = np.maximum(max(a[axis], b[axis]), np.maximum(c[:, axis], d[:, axis]))
        along = 1 - axis
        start = np.maximum(min(a[along], b[along]), np.minimum(c[:, along], d[:, along]))
        end = np.minimum(max(a[along], b[along]), np.maximum(c[:, along], d[:, along]))
        is_level = (high - low < 1.0) & ~is_done
        found[is_level] = np.maximum(0.0, end - start)[is_level]
        is_done |= is_level
    return found


def single_straight(drawing: Drawing, *, counts_turns: bool = True) -> float:
    """Share of the exactly straight ones among edges that are the only data edge from their source and to their target.

    Of several edges from one box at most one can be straight, whoever lays them out. Nor can one that leads back from
    the end of a column to the start of the next; without ``counts_turns`` such edges are left out.
    """
    data = [path for path in drawing.edges if path.edge.kind is EdgeKind.DATA and path.points]
    inputs = Counter(path.edge.target for path in data)
    outputs = Counter(path.edge.source for path in data)
    chain = [path for path in data if inputs[path.edge.target] == 1 and outputs[path.edge.source] == 1]
    if not counts_turns:
        rects = {box.node.key: box.rect for box in drawing.nodes}
        is_row = drawing.direction is Direction.LEFT_RIGHT
        chain = [path for path in chain if _goes_on(rects[path.edge.source], rects[path.edge.target], is_row=is_row)]
    straight = sum(float(np.ptp(polyline(path.points), axis=0).min()) < 0.5 for path in chain)
    return straight / len(chain) if chain else 1.0


def _goes_on(source: Rect, target: Rect, *, is_row: bool) -> bool:
    return target.x >= source.right if is_row else target.y >= source.bottom
