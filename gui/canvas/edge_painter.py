"""Paints edges: curves with arrowheads when near, plain lines in one batch when far."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from engine.compare import ChangeKind
from engine.drawing.cables import cables
from engine.drawing.drawing import EdgePath, Point, Rect
from engine.graph.view import EdgeKind
from engine.overlay.overlay import name_of
from gui.canvas.changes import change_color
from gui.canvas.lens import Lens
from gui.canvas.scene import Ints, Scene
from gui.canvas.trunks import Piece, clipped, distinct_pieces, pieces_of
from gui.canvas.valuebook import ValueBook
from gui.theme.tokens import Tokens
from gui.widgets.lettering import Style, draw_text, faded, heading_growth, text_width

_FORWARD_WIDTH = 1.4
_THIN, _THICK = 2.0, 3.5
_SMALL, _LARGE = 0.8, 4.5
_ARROW_LENGTH, _ARROW_HALF_WIDTH = 7.0, 3.4
_KEPT_TRUNKS = 32
_MANY = 220
"""More edges than this in view are painted without dashes while somebody waits for the frame."""
_AT_ONCE = 200
_SAMPLED = 150
"""Of more gradients only so many are asked for the range of their norms."""
_TIP_GAP = 2.0
"""Air between an arrowhead and the box it points at."""
_LABEL_PAD, _LABEL_HEIGHT = 3.0, 15.0
_LARGEST_LABEL = 1.8
_LABEL_SHARES = (0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2, 0.9, 0.1)
"""Where along a thread its label may stand, the best place first."""
_FUTURE_EDGE_OPACITY = 0.55


@dataclass(frozen=True, slots=True)
class EdgeStyle:
    """What edges painted in one go share."""

    color: str
    width: float
    is_future: bool
    is_dotted: bool = False
    is_ghost: bool = False
    """Only the recording that lies over this one has it."""


class EdgePainter:
    """Paints the edges of one scene in one theme."""

    def __init__(self, tokens: Tokens, scene: Scene, book: ValueBook, lens: Lens) -> None:
        self._tokens = tokens
        self._scene = scene
        self._pieces = scene.pieces
        self._book = book
        self._shows_size = lens is Lens.MEMORY
        self._norms: tuple[float, float] | None = None
        self._sizes: tuple[float, float] | None = None
        self._widths: dict[int, float] = {}
        self._curves: dict[int, QPainterPath] = {}
        self._trunk_paths: dict[tuple[int, ...], list[QPainterPath]] = {}
        self._cables: list[int] | None = None

    def style_of(self, index: int, step: int) -> EdgeStyle:
        """Return colour, width and dashes of an edge at a step."""
        path = self._scene.edges[index]
        tokens = self._tokens
        overlay = self._book.overlay
        if overlay is not None and name_of(path.edge) in overlay.ghost_edges:
            return EdgeStyle(change_color(tokens, ChangeKind.ADDED), _FORWARD_WIDTH, is_future=False, is_ghost=True)
        if overlay is not None and path.edge.target in overlay.stubs:
            return EdgeStyle(tokens.muted, 1.0, is_future=False, is_dotted=True)
        is_future = bool(self._scene.edge_steps[index] > step)
        match path.edge.kind:
            case EdgeKind.GRADIENT:
                color = tokens.backward
                width = self._size_width(index) if self._shows_size else self._gradient_width(index)
            case EdgeKind.UPDATE:
                color, width = tokens.optimizer, _FORWARD_WIDTH
            case EdgeKind.SAVED:
                return EdgeStyle(tokens.saved, 1.6, is_future, is_dotted=True)
            case EdgeKind.VIEW:
                return EdgeStyle(tokens.edge, 1.0, is_future, is_dotted=True)
            case EdgeKind.DATA | EdgeKind.PARAMETER:
                color, width = tokens.edge, self._size_width(index) if self._shows_size else _FORWARD_WIDTH
        if is_future:
            return EdgeStyle(tokens.faint, _FORWARD_WIDTH, is_future=True)
        return EdgeStyle(color, width, is_future=False)

    def _size_width(self, index: int) -> float:
        """By the bytes of the tensor that flows, on a log scale over the drawing."""
        value = self._scene.edges[index].edge.value
        low, high = self._size_range()
        nbytes = 0 if value is None else self._book.nbytes(value)
        if nbytes <= 0 or high <= low:
            return _FORWARD_WIDTH
        return _SMALL + (_LARGE - _SMALL) * (math.log(nbytes) - low) / (high - low)

    def _size_range(self) -> tuple[float, float]:
        """Natural logarithms of the smallest and largest number of bytes that flow anywhere."""
        if self._sizes is None:
            values = {path.edge.value for path in self._scene.edges if path.edge.value is not None}
            logs = [math.log(nbytes) for value in values if (nbytes := self._book.nbytes(value)) > 0]
            self._sizes = (min(logs), max(logs)) if logs else (0.0, 0.0)
        return self._sizes

    def _gradient_width(self, index: int) -> float:
        known = self._widths.get(index)
        if known is not None:
            return known
        value = self._scene.edges[index].edge.value
        norm = None if value is None else self._book.norm(value)
        low, high = self._norm_range()
        if norm is None or norm <= 0 or high <= low:
            return _THIN if not norm or low == high == 0 else (_THIN + _THICK) / 2
        share = (math.log(norm) - low) / (high - low)
        width = self._widths[index] = _THIN + (_THICK - _THIN) * min(1.0, max(0.0, share))
        return width

    def _norm_range(self) -> tuple[float, float]:
        """Natural logarithms of about the smallest and largest gradient norm of the drawing."""
        if self._norms is None:
            edges = np.flatnonzero(self._scene.is_gradient)
            # All norms of a large drawing take a second, in the middle of a frame.
            sample = edges[:: 1 + len(edges) // _SAMPLED].tolist()
            values = [self._scene.edges[index].edge.value for index in sample]
            norms = [self._book.norm(value) for value in values if value is not None]
            logs = [math.log(norm) for norm in norms if norm]
            self._norms = (min(logs), max(logs)) if logs else (0.0, 0.0)
        return self._norms

    def paint(self, painter: QPainter, indices: Sequence[int], step: int, *, is_hasty: bool = False) -> Iterator[None]:
        """Paint edges as curves with arrowheads, in world coordinates, some with each call of ``next``.

        Of very many, whoever is in haste gets no dashes, which take the most time.
        """
        has_dashes = not is_hasty or len(indices) <= _MANY
        groups: defaultdict[EdgeStyle, list[int]] = defaultdict(list)
        for index in indices:
            groups[self.style_of(index, step)].append(index)
        for style in sorted(groups, key=lambda one: (not one.is_future, one.width)):
            for start in range(0, len(groups[style]), _AT_ONCE):
                self.paint_styled(painter, groups[style][start : start + _AT_ONCE], style, has_dashes=has_dashes)
                yield

    def paint_pieces(self, painter: QPainter, pieces: Ints, step: int, area: Rect) -> Iterator[None]:
        """Paint pieces of edges near ``area``, in world coordinates, some with each call of ``next``.

        Each stretch is painted once, however many edges share it.
        """
        owners = self._pieces.owners[pieces].tolist()
        styles = {index: self.style_of(index, step) for index in set(owners)}
        yield
        groups: defaultdict[EdgeStyle, list[tuple[int, int]]] = defaultdict(list)
        for piece, index in zip(pieces.tolist(), owners, strict=True):
            groups[styles[index]].append((piece, index))
        for style in sorted(groups, key=lambda one: (not one.is_future, one.width)):
            yield from self._paint_group(painter, groups[style], style, area)

    def _paint_group(
        self, painter: QPainter, owned: Sequence[tuple[int, int]], style: EdgeStyle, area: Rect
    ) -> Iterator[None]:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(style))
        known: set[Piece] = set()
        heads = QPainterPath()
        heads.setFillRule(Qt.FillRule.WindingFill)
        for index, group in groupby(owned, key=lambda pair: pair[1]):
            new: list[Piece] = []
            for number, _ in group:
                piece, is_last = self._pieces.piece(number)
                if is_last and not style.is_dotted:
                    heads.addPolygon(_head(self._scene.edges[index], style.width))
                    tip = _back_from_end(self._scene.edges[index], _ARROW_LENGTH + _TIP_GAP - 1.0)
                    piece = (*piece[:-1], tip)
                piece = clipped(piece, area)
                if piece not in known:
                    known.add(piece)
                    new.append(piece)
            if new:
                painter.drawPath(_path_of(new))
                yield
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_color(style))
        painter.drawPath(heads)
        yield

    def paint_styled(
        self, painter: QPainter, indices: Sequence[int], style: EdgeStyle, *, has_dashes: bool = True
    ) -> None:
        """Paint edges in a style of the caller's choice, in world coordinates.

        Of dashed edges that run together the common part is painted once: the dashes of one would fill the gaps of
        the other.
        """
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_pen(style) if has_dashes else QPen(_color(style), style.width))
        # One by one: Qt takes several times as long for one path of many curves, most of all a dashed one.
        curves = (
            self._trunks(tuple(indices))
            if style.is_future and has_dashes
            else [self._curve(index) for index in indices]
        )
        for curve in curves:
            painter.drawPath(curve)
        if style.is_dotted:
            return
        heads = QPainterPath()
        for index in indices:
            heads.addPolygon(_head(self._scene.edges[index], style.width))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_color(style))
        heads.setFillRule(Qt.FillRule.WindingFill)
        painter.drawPath(heads)

    def _curve(self, index: int) -> QPainterPath:
        curve = self._curves.get(index)
        if curve is None:
            curve = self._curves[index] = _path_of(pieces_of(self._points(index)))
        return curve

    def _trunks(self, indices: tuple[int, ...]) -> list[QPainterPath]:
        """All routes of some edges, each stretch once."""
        known = self._trunk_paths.get(indices)
        if known is None:
            if len(self._trunk_paths) >= _KEPT_TRUNKS:
                self._trunk_paths.clear()
            pieces = distinct_pieces([self._points(index) for index in indices])
            known = [_path_of([piece]) for piece in pieces]
            self._trunk_paths[indices] = known
        return known

    def _points(self, index: int) -> tuple[Point, ...]:
        """The route of an edge; where it ends in an arrowhead, only up to that."""
        path = self._scene.edges[index]
        if path.edge.kind in (EdgeKind.SAVED, EdgeKind.VIEW) or len(path.points) < 2:
            return path.points
        return (*path.points[:-1], _back_from_end(path, _ARROW_LENGTH + _TIP_GAP - 1.0))

    def paint_threads(
        self, painter: QPainter, indices: Sequence[int], seen: Rect, scale: float, taken: list[Rect]
    ) -> None:
        """Paint saved tensors between the same two nodes: dotted threads from where they were made, and their names.

        ``taken`` are the places of other names, to which that of these is added.
        """
        style = EdgeStyle(self._tokens.saved, 1.8, is_future=False, is_dotted=True)
        for index in indices:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(_pen(style))
            painter.drawPath(self._curve(index))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._tokens.saved))
            painter.drawEllipse(QPointF(*self._scene.edges[index].points[0]), 3.5, 3.5)
        label = _joint_label([self._scene.edges[index].edge.label for index in indices])
        if label:
            grow = heading_growth(scale, _LARGEST_LABEL)
            places = self._label_places(self._curve(indices[0]), text_width(label, Style.LABEL), seen, grow)
            place = next((one for one in places if not any(_meet(one, other) for other in taken)), places[0])
            taken.append(place)
            self._thread_label(painter, label, place, grow, self._tokens.saved)

    def paint_counts(self, painter: QPainter, seen: Rect, scale: float) -> None:
        """Write beside edges that lie together how many they are."""
        if self._cables is None:
            self._cables = cables(self._scene.edges)
        grow = heading_growth(scale, _LARGEST_LABEL)
        for index in self._cables:
            around = self._curve(index).boundingRect()
            if _meet(Rect(around.x() - 1.0, around.y() - 1.0, around.width() + 2.0, around.height() + 2.0), seen):
                label = self._scene.edges[index].edge.label
                place = self._label_places(self._curve(index), text_width(label, Style.LABEL), seen, grow)[0]
                self._thread_label(painter, label, place, grow, self._tokens.muted)

    def _label_places(self, curve: QPainterPath, width: float, seen: Rect, grow: float) -> list[Rect]:
        """Places beside the thread where it runs down, above it where it runs along, clear of nodes, the best first."""
        places = [_label_place(curve, share, width, grow) for share in _LABEL_SHARES]
        free = [place for place in places if not self._scene.nodes_in(place).size]
        visible = [place for place in free if _holds(seen, place)]
        return visible or free or places

    def _thread_label(self, painter: QPainter, label: str, place: Rect, grow: float, color: str) -> None:
        painter.save()
        painter.translate(place.x, place.y)
        painter.scale(grow, grow)
        ground = QRectF(0.0, 0.0, place.width / grow, _LABEL_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(self._tokens.canvas, 0.85))
        painter.drawRoundedRect(ground, 4.0, 4.0)
        painter.setPen(QColor(color))
        draw_text(painter, _LABEL_PAD, _LABEL_HEIGHT - 4.0, label, Style.LABEL)
        painter.restore()


def _label_place(curve: QPainterPath, share: float, width: float, grow: float) -> Rect:
    """Where a label of some width at 100 % stands beside a point of a thread."""
    at, before, after = (curve.pointAtPercent(share + shift) for shift in (0.0, -0.02, 0.02))
    whole, height = (width + 2 * _LABEL_PAD) * grow, _LABEL_HEIGHT * grow
    if abs(after.x() - before.x()) > abs(after.y() - before.y()):
        return Rect(at.x() - whole / 2, at.y() - height - 3.0, whole, height)
    return Rect(at.x() + 5.0, at.y() - height / 2, whole, height)


def _holds(outer: Rect, inner: Rect) -> bool:
    return outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom


def _meet(one: Rect, other: Rect) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def _joint_label(labels: Sequence[str]) -> str:
    """One label for several threads: the first name, and how many more there are."""
    names = [name for name in dict.fromkeys(labels) if name]
    if len(names) <= 1:
        return names[0] if names else ""
    more = len(names) - 1
    return f"{names[0]} and {more} more"


def _color(style: EdgeStyle) -> QColor:
    return faded(style.color, _FUTURE_EDGE_OPACITY) if style.is_future else QColor(style.color)


def _pen(style: EdgeStyle) -> QPen:
    pen = QPen(_color(style), style.width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if style.is_dotted:
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setDashPattern([0.01, 2.4])
        pen.setWidthF(max(style.width, 2.0))
    elif style.is_future or style.is_ghost:
        pen.setDashPattern([4.0, 3.0])
    return pen


def _path_of(pieces: Sequence[Piece]) -> QPainterPath:
    path = QPainterPath()
    end: Point | None = None
    for piece in pieces:
        if piece[0] != end:
            path.moveTo(*piece[0])
        if len(piece) == 2:
            path.lineTo(*piece[1])
        else:
            path.cubicTo(*(QPointF(*point) for point in piece[1:]))
        end = piece[-1]
    return path


def _direction(path: EdgePath) -> tuple[float, float]:
    """Unit vector in which the edge arrives."""
    end = path.points[-1]
    for before in reversed(path.points[:-1]):
        dx, dy = end[0] - before[0], end[1] - before[1]
        length = math.hypot(dx, dy)
        if length > 1e-6:
            return dx / length, dy / length
    return 1.0, 0.0


def _back_from_end(path: EdgePath, distance: float) -> tuple[float, float]:
    dx, dy = _direction(path)
    end = path.points[-1]
    return end[0] - dx * distance, end[1] - dy * distance


def _head(path: EdgePath, width: float) -> QPolygonF:
    dx, dy = _direction(path)
    grown = 1.0 + max(0.0, width - _FORWARD_WIDTH) * 0.12
    tip_x, tip_y = _back_from_end(path, _TIP_GAP)
    back_x, back_y = tip_x - dx * _ARROW_LENGTH * grown, tip_y - dy * _ARROW_LENGTH * grown
    half = _ARROW_HALF_WIDTH * grown
    return QPolygonF(
        [
            QPointF(tip_x, tip_y),
            QPointF(back_x - dy * half, back_y + dx * half),
            QPointF(back_x + dy * half, back_y - dx * half),
            QPointF(tip_x, tip_y),
        ]
    )
