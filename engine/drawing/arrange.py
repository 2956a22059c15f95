"""A view graph laid out: the forward pass with its backward pass mirrored below (or, top-down, beside) it."""

from collections import Counter
from dataclasses import replace

from engine.drawing.cables import count_label
from engine.drawing.drawing import Direction, Drawing, EdgePath, GroupFrame, LaneLabel, NodeBox, Rect
from engine.drawing.measure import heading_rect, node_size
from engine.drawing.packed import packed
from engine.graph.uncollected import uncollected
from engine.graph.view import EdgeKind, GroupKey, NodeKey, NodeKind, ViewEdge, ViewGraph
from engine.layout import (
    MOST_APART,
    Area,
    EdgeRole,
    LayoutEdge,
    LayoutNode,
    LayoutProblem,
    LayoutResult,
    Spacing,
    lay_out,
    least_length,
    places,
)
from engine.trace.facts import Role

WIDEST_ROW_PX = 1850.0
"""A forward pass that would be wider than this from left to right runs from top to bottom."""

MOST_PARALLEL = 24
_SMALL = 250
_SCREEN_PX = (1000.0, 650.0)
"""Room that a picture commonly has."""
_ROW_BONUS = 0.75
"""A row is taken when it can be shown at least at this share of the scale of a column."""
_NOTE_PX = 12.0
"""Room below the first nodes of a backward pass, where the gradient that it starts with is written."""
_MARGIN_PX = 24.0
_LABEL_RISE_PX = 16.0
_LABEL_HEIGHT_PX = 12.0
_SPACING = {
    Direction.LEFT_RIGHT: Spacing(wrap_length=WIDEST_ROW_PX, wrap_aspect=0.6, wrap_room=_SCREEN_PX[0]),
    Direction.TOP_DOWN: Spacing(
        column_gap=30.0,
        row_gap=26.0,
        lane_gap=64.0,
        along_before=46.0,
        along_after=24.0,
        across_before=14.0,
        across_after=14.0,
        wrap_length=1250.0,
        wrap_aspect=1.6,
        wrap_room=_SCREEN_PX[1],
    ),
}

_ONE_ROW = Spacing()


def arrange(view: ViewGraph, direction: Direction | None = None) -> Drawing:
    """Place every node and route every edge; without a ``direction`` the more readable one is taken.

    That is from left to right where the whole forward pass fits into one row, else from top to bottom. A pass too long
    for its direction is folded into columns (or rows). Of very many edges between the same two nodes only the first
    ``MOST_PARALLEL`` are drawn; of edges too many to lie apart, labels say how many there are.
    """
    with uncollected():
        return _arranged(view, direction)


def _arranged(view: ViewGraph, direction: Direction | None) -> Drawing:
    if direction is None and len(view.nodes) <= _SMALL and _reads_as_row(view):
        return packed(_Arranger(view, Direction.LEFT_RIGHT, _ONE_ROW).drawing())
    direction = direction or Direction.TOP_DOWN
    return packed(_Arranger(view, direction, _SPACING[direction]).drawing())


def _thinned(edges: tuple[ViewEdge, ...]) -> tuple[ViewEdge, ...]:
    """The edges that are drawn; those that lie together as a cable say how many they are."""
    if len(edges) <= MOST_APART or max(Counter([(edge.source, edge.target) for edge in edges]).values()) <= MOST_APART:
        return edges
    counts = Counter((edge.source, edge.target, edge.kind) for edge in edges)
    seen: Counter[tuple[NodeKey, NodeKey, EdgeKind]] = Counter()
    drawn = []
    for edge in edges:
        bundle = (edge.source, edge.target, edge.kind)
        seen[bundle] += 1
        if counts[bundle] <= MOST_APART:
            drawn.append(edge)
        elif seen[bundle] <= MOST_PARALLEL:
            is_last = seen[bundle] == MOST_PARALLEL < counts[bundle]
            drawn.append(edge if edge.label and not is_last else replace(edge, label=count_label(counts[bundle])))
    return tuple(drawn)


def _reads_as_row(view: ViewGraph) -> bool:
    """Whether the graph is short enough for one row and not much smaller so on a common screen than from top down."""
    in_row = _Arranger(view, Direction.LEFT_RIGHT, _ONE_ROW)
    if in_row.least_length() > WIDEST_ROW_PX:
        return False
    row = in_row.size()
    if row[0] > WIDEST_ROW_PX:
        return False
    column = _Arranger(view, Direction.TOP_DOWN, _SPACING[Direction.TOP_DOWN]).size()
    return _scale(row) >= _ROW_BONUS * _scale(column)


def _scale(size: tuple[float, float]) -> float:
    return min(_SCREEN_PX[0] / max(size[0], 1.0), _SCREEN_PX[1] / max(size[1], 1.0), 1.0)


class _Arranger:
    def __init__(self, view: ViewGraph, direction: Direction, spacing: Spacing) -> None:
        self._view = view
        self._edges = _thinned(view.edges)
        self._spacing = spacing
        self._direction = direction
        self._index = {node.key: index for index, node in enumerate(view.nodes)}
        self._sizes: dict[tuple[str, str, bool], tuple[float, float]] = {}
        self._lane = _lanes(view, self._index)
        self._fed = {edge.target for edge in view.edges if edge.kind is EdgeKind.GRADIENT}
        stored = {node.key for node in view.nodes if node.role in (Role.PARAMETER, Role.BUFFER)}
        self._parameter_gradients = {node.key for node in view.nodes if node.mirrors in stored}

    def least_length(self) -> float:
        """At least so far do all boxes together reach in the direction of the flow."""
        return least_length(self._problem())

    def size(self) -> tuple[float, float]:
        """Width and height of all boxes together."""
        rects = self._rects(places(self._problem()))
        if not rects:
            return (0.0, 0.0)
        width = max(rect.right for rect in rects) - min(rect.x for rect in rects)
        return (width, max(rect.bottom for rect in rects) - min(rect.y for rect in rects))

    def drawing(self) -> Drawing:
        result = lay_out(self._problem(), across_first=self._direction is Direction.TOP_DOWN)
        rects = self._rects(result.areas)
        boxes = tuple([NodeBox(node, rect) for node, rect in zip(self._view.nodes, rects, strict=True)])
        paths = tuple([EdgePath(edge, route) for edge, route in zip(self._edges, result.routes, strict=False)])
        frames = tuple(
            GroupFrame(group, self._rect(result.frames[number, 0]), self._heading_room(result, number))
            for number, group in enumerate(self._view.groups)
            if (number, 0) in result.frames
        )
        labels = self._labels(result)
        around = [*rects, *(frame.rect for frame in frames)]
        if result.reach is not None:
            around.append(self._rect(result.reach))
        return Drawing(boxes, paths, frames, labels, _bounds(around, labels), self._direction)

    def _heading_room(self, result: LayoutResult, group: int) -> float | None:
        if self._direction is Direction.LEFT_RIGHT or group not in result.entries:
            return None
        return result.entries[group] - result.frames[group, 0].across

    def _problem(self) -> LayoutProblem:
        number: dict[GroupKey, int] = {group.key: position for position, group in enumerate(self._view.groups)}
        parents = tuple(None if group.parent is None else number.get(group.parent) for group in self._view.groups)
        headings = tuple(self._area(heading_rect(group)) for group in self._view.groups)
        lane = self._area(Rect(0.0, -_LABEL_RISE_PX - 10.0, 110.0, 13.0))
        edges = self._layout_edges()
        edges += self._order_edges(edges)
        return LayoutProblem(self._layout_nodes(number), tuple(edges), parents, self._spacing, headings, lane)

    def _layout_nodes(self, number: dict[GroupKey, int]) -> tuple[LayoutNode, ...]:
        is_row = self._direction is Direction.LEFT_RIGHT
        sizes, index = self._sizes, self._index
        found = []
        for node, lane in zip(self._view.nodes, self._lane, strict=True):
            look = (node.title, node.subtitle, node.kind is NodeKind.GROUP)
            size = sizes.get(look)
            if size is None:
                size = sizes[look] = node_size(node)
            width, height = size
            has_note = is_row and node.kind is NodeKind.BACKWARD and node.key not in self._fed
            found.append(
                LayoutNode(
                    width if is_row else height,
                    height if is_row else width,
                    lane,
                    None if node.mirrors is None else index.get(node.mirrors),
                    None if node.group is None else number.get(node.group),
                    node.kind is NodeKind.LEAF or node.kind is NodeKind.GRADIENT,
                    _NOTE_PX if has_note else 0.0,
                )
            )
        return tuple(found)

    def _layout_edges(self) -> list[LayoutEdge]:
        index, lane, weak = self._index, self._lane, self._parameter_gradients
        found = []
        for edge in self._edges:
            source, target, kind = index[edge.source], index[edge.target], edge.kind
            is_flow = kind is EdgeKind.DATA or kind is EdgeKind.PARAMETER or kind is EdgeKind.GRADIENT
            role = EdgeRole.FLOW if is_flow and lane[source] == lane[target] else EdgeRole.LINK
            is_weak = kind is EdgeKind.PARAMETER or edge.target in weak
            found.append(LayoutEdge(source, target, role, edge.target_slot, is_weak))
        return found

    def _order_edges(self, edges: list[LayoutEdge]) -> list[LayoutEdge]:
        """An op that uses a gradient comes after the forward op at which that backward pass began."""
        lane = self._lane
        late = [
            (placed.source, placed.target)
            for placed, edge in zip(edges, self._edges, strict=True)
            if lane[placed.source] > lane[placed.target] == 0 and edge.kind is EdgeKind.DATA
        ]
        if not late:
            return []
        first_of_run: list[int] = []
        for index, node in enumerate(self._view.nodes):
            continues = index > 0 and node.mirrors is not None and self._view.nodes[index - 1].mirrors is not None
            first_of_run.append(first_of_run[-1] if continues else index)
        return [LayoutEdge(first_of_run[source], target, EdgeRole.ORDER) for source, target in late]

    def _area(self, rect: Rect) -> Area:
        if self._direction is Direction.LEFT_RIGHT:
            return Area(rect.x, rect.y, rect.width, rect.height)
        return Area(rect.y, rect.x, rect.height, rect.width)

    def _rect(self, area: Area) -> Rect:
        if self._direction is Direction.LEFT_RIGHT:
            return Rect(area.along, area.across, area.length, area.breadth)
        return Rect(area.across, area.along, area.breadth, area.length)

    def _rects(self, areas: list[Area]) -> list[Rect]:
        if self._direction is Direction.LEFT_RIGHT:
            return [Rect(area.along, area.across, area.length, area.breadth) for area in areas]
        return [Rect(area.across, area.along, area.breadth, area.length) for area in areas]

    def _labels(self, result: LayoutResult) -> tuple[LaneLabel, ...]:
        kinds = {lane: node.kind for lane, node in zip(reversed(self._lane), reversed(self._view.nodes), strict=True)}
        labels = []
        for lane, area in result.lanes.items():
            rect = self._rect(area)
            text = "OPTIMIZER" if kinds[lane] is NodeKind.OPTIMIZER else _lane_name(lane)
            labels.append(LaneLabel(text, (rect.x + 4, rect.y - _LABEL_RISE_PX)))
        return tuple(labels) if len(labels) > 1 else ()


def _lane_name(lane: int) -> str:
    if lane == 0:
        return "FORWARD"
    return "BACKWARD" if lane == 1 else f"BACKWARD, ORDER {lane}"


def _lanes(view: ViewGraph, index: dict[NodeKey, int]) -> list[int]:
    """Lane of each node: 0 forward, 1 backward, 2 the backward of the backward, the optimizer last."""
    lanes: list[int] = []
    has_optimizer = False
    for number, node in enumerate(view.nodes):
        if node.mirrors is not None:
            beside = index.get(node.mirrors, number)
            lanes.append((lanes[beside] if beside < number else 0) + 1)
        else:
            lanes.append(1 if node.kind is NodeKind.BACKWARD or node.kind is NodeKind.GRADIENT else 0)
            has_optimizer = has_optimizer or node.kind is NodeKind.OPTIMIZER
    if has_optimizer:
        last = max(lanes) + 1
        lanes = [
            last if node.kind is NodeKind.OPTIMIZER else lane for node, lane in zip(view.nodes, lanes, strict=True)
        ]
    return lanes


def _bounds(rects: list[Rect], labels: tuple[LaneLabel, ...]) -> Rect:
    corners = [(label.position[0], label.position[1] - _LABEL_HEIGHT_PX) for label in labels]
    across = [rect.x for rect in rects] + [rect.right for rect in rects] + [x for x, _ in corners]
    along = [rect.y for rect in rects] + [rect.bottom for rect in rects] + [y for _, y in corners]
    if not across:
        return Rect(0.0, 0.0, 0.0, 0.0)
    left, top = min(across) - _MARGIN_PX, min(along) - _MARGIN_PX
    return Rect(left, top, max(across) + _MARGIN_PX - left, max(along) + _MARGIN_PX - top)
