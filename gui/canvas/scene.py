"""A drawing as arrays: which boxes and edges lie where, and when they happen. Qt-free and immutable."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from engine.drawing.drawing import Drawing, EdgePath, GroupFrame, NodeBox, Rect
from engine.drawing.state import StepState
from engine.graph.view import EdgeKind, GroupKey, NodeKey, NodeKind, ViewEdge, ViewNode
from gui.canvas.box_index import BoxIndex, Floats, Ints
from gui.canvas.edge_pieces import EdgePieces

__all__ = ["BEFORE_EVERYTHING", "Floats", "Ints", "Mask", "Scene", "is_backward"]

Mask = npt.NDArray[np.bool_]

BEFORE_EVERYTHING = -1


class Scene:
    """A drawing with the look-ups that painting and pointing need.

    Attributes:
        drawing: What is painted.
        boxes: Left, top, right, bottom of every node, shape ``(nodes, 4)``.
        first: The step at which each node begins; -1 where it is there from the start.
        last: The step at which each node is done (differs from ``first`` for folded groups).
        pieces: The routes of the edges, taken apart.
        edge_boxes: Bounds of every edge, shape ``(edges, 4)``.
        edge_steps: The step at which something has flowed along each edge.
        sources: Index of the node at which each edge starts, -1 if it is not in the drawing.
        targets: Index of the node at which each edge ends, -1 if it is not in the drawing.
        is_saved: Which edges lead a saved tensor to where it is used.
        is_update: Which edges come from the optimizer or lead to it.
        is_gradient: Along which edges gradients flow.
        is_backward: Which nodes belong to the backward pass.
        samples: A node of each sort; nodes of one sort differ in nothing that decides about colours from afar.
        sorts: The sort of each node, a position in ``samples``.
        failed: Index of the call that raised an error, or None.
        frame_boxes: Left, top, right, bottom of the frame of every opened group.
        frame_depths: For each frame the number of frames around it.
    """

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.nodes: Sequence[NodeBox] = drawing.nodes
        self.edges: Sequence[EdgePath] = drawing.edges
        self.index_of: dict[NodeKey, int] = {box.node.key: index for index, box in enumerate(drawing.nodes)}
        self.boxes = _corners(drawing.nodes)
        self._places = BoxIndex(self.boxes)
        self.first = _steps(_first_step(box.node) for box in drawing.nodes)
        self.last = _steps(_last_step(box.node) for box in drawing.nodes)
        self.pieces = EdgePieces(drawing.edges)
        self.edge_boxes = self.pieces.boxes
        failed = {box.node.key for box in drawing.nodes if box.node.kind is NodeKind.FAILED}
        self.edge_steps = _steps(_edge_step(path.edge, path.edge.target in failed) for path in drawing.edges)
        self.sources = self._ends(path.edge.source for path in drawing.edges)
        self.targets = self._ends(path.edge.target for path in drawing.edges)
        kinds = [path.edge.kind for path in drawing.edges]
        self.is_saved, self.is_update, self.is_gradient = (
            np.array([one is kind for one in kinds], dtype=np.bool_)
            for kind in (EdgeKind.SAVED, EdgeKind.UPDATE, EdgeKind.GRADIENT)
        )
        self.is_backward = np.array([is_backward(box.node) for box in drawing.nodes], dtype=np.bool_)
        self.samples, self.sorts = _sorted_out(drawing.nodes)
        self.failed = next((index for index, box in enumerate(drawing.nodes) if box.node.key in failed), None)
        self.frame_boxes = _corners(drawing.frames)
        self.frame_depths = _depths(drawing.frames)
        self._found: tuple[int, int | None] | None = None
        """The step that was asked for last, and the node in which it happens."""
        self._producers: list[list[int]] | None = None
        self._consumers: list[list[int]] | None = None

    def _ends(self, keys: Iterable[NodeKey]) -> Ints:
        return np.fromiter((self.index_of.get(key, -1) for key in keys), dtype=np.int64)

    def nodes_in(self, rect: Rect) -> Ints:
        """Indices of the nodes that touch a world rectangle, in painting order."""
        near = self._places.touching(rect)
        return near[_touching(self.boxes[near], rect)]

    def edges_in(self, rect: Rect) -> Ints:
        """Indices of the edges whose bounds touch a world rectangle, in painting order."""
        return np.flatnonzero(_touching(self.edge_boxes, rect))

    def boxes_at(self, nodes: frozenset[int]) -> Floats:
        """Left, top, right, bottom of some nodes and of each piece of the edges at them."""
        chosen = np.fromiter(sorted(nodes), dtype=np.int64)
        edges = np.flatnonzero(np.isin(self.sources, chosen) | np.isin(self.targets, chosen))
        return np.concatenate([self.boxes[chosen], self.pieces.boxes_of(edges)])

    def node_at(self, x: float, y: float) -> int | None:
        """The topmost node under a world point."""
        hits = self.nodes_in(Rect(x, y, 0, 0))
        return int(hits[-1]) if hits.size else None

    def state_of(self, index: int, step: int) -> StepState:
        """Where a node stands right after ``step``."""
        first = self.first[index]
        if first > step:
            return StepState.FUTURE
        return StepState.CURRENT if first >= 0 and step <= self.last[index] else StepState.DONE

    def rect_of(self, indices: Iterable[int]) -> Rect | None:
        """The smallest rectangle around some nodes; None without any."""
        chosen = list(indices)
        if not chosen:
            return None
        rows = self.boxes[chosen]
        left, top = rows[:, 0].min(), rows[:, 1].min()
        return Rect(float(left), float(top), float(rows[:, 2].max() - left), float(rows[:, 3].max() - top))

    def node_for_step(self, step: int) -> int | None:
        """The node in which ``step`` happens: the box of its own if there is one, else the smallest group around it."""
        if step < 0:
            return None
        if self._found is None or self._found[0] != step:
            self._found = (step, self._node_for(step))
        return self._found[1]

    def _node_for(self, step: int) -> int | None:
        around = np.flatnonzero((self.first >= 0) & (self.first <= step) & (step <= self.last))
        if not around.size:
            return None
        return int(around[np.argmin(self.last[around] - self.first[around])])

    def node_at_playhead(self, step: int) -> int | None:
        """The node in which ``step`` happens; if it has no box (a hidden parameter's gradient), the one before it."""
        index = self.node_for_step(step)
        if index is not None or step < 0:
            return index
        done = np.flatnonzero((self.first >= 0) & (self.last <= step) & (self.last >= self.first))
        return int(done[np.argmax(self.last[done])]) if done.size else None

    def focus_at(self, step: int) -> tuple[int, ...]:
        """What to look at right after ``step``: the call that failed if it has, the current node, its forward node."""
        found = [] if self.failed is None or self.first[self.failed] > step else [self.failed]
        current = self.node_at_playhead(step)
        if current is not None:
            mirrored = self.nodes[current].node.mirrors
            found += [current] if mirrored not in self.index_of else [current, self.index_of[mirrored]]
        return tuple(found)

    def producers_of(self, index: int) -> list[int]:
        """Nodes from which an edge comes in, saved tensors left out, in slot order."""
        if self._producers is None:
            self._producers = self._neighbours(self.targets, self.sources)
        return self._producers[index]

    def consumers_of(self, index: int) -> list[int]:
        """Nodes to which an edge goes out, saved tensors left out, in order."""
        if self._consumers is None:
            self._consumers = self._neighbours(self.sources, self.targets)
        return self._consumers[index]

    def _neighbours(self, ends: Ints, others: Ints) -> list[list[int]]:
        found: list[dict[int, None]] = [{} for _ in self.nodes]
        for end, other, saved in zip(ends.tolist(), others.tolist(), self.is_saved.tolist(), strict=True):
            if end >= 0 and other >= 0 and not saved:
                found[end][other] = None
        return [list(row) for row in found]

    def related(self, starts: Iterable[int], hops: int | None = None) -> set[int]:
        """The given nodes with everything that they come from and that comes from them, over at most ``hops`` edges."""
        starts = list(starts)
        up, down = _distances(starts, self.producers_of), _distances(starts, self.consumers_of)
        return {index for found in (up, down) for index, away in found.items() if hops is None or away <= hops}

    def reach(self, starts: Iterable[int]) -> int:
        """How many edges away the furthest node is that any of these comes from or leads to."""
        starts = list(starts)
        up, down = _distances(starts, self.producers_of), _distances(starts, self.consumers_of)
        return max((*up.values(), *down.values()), default=0)


def _distances(starts: list[int], neighbours: Callable[[int], list[int]]) -> dict[int, int]:
    """Every node that can be reached, with the number of edges on the shortest way to it."""
    found = dict.fromkeys(starts, 0)
    waiting = deque(starts)
    while waiting:
        index = waiting.popleft()
        for other in neighbours(index):
            if other not in found:
                found[other] = found[index] + 1
                waiting.append(other)
    return found


def _touching(boxes: Floats, rect: Rect) -> Mask:
    return (
        (boxes[:, 0] <= rect.right) & (boxes[:, 2] >= rect.x) & (boxes[:, 1] <= rect.bottom) & (boxes[:, 3] >= rect.y)
    )


def _depths(frames: Sequence[GroupFrame]) -> Ints:
    depth_of: dict[GroupKey, int] = {}
    for frame in frames:
        parent = frame.group.parent
        depth_of[frame.group.key] = 0 if parent is None else depth_of.get(parent, -1) + 1
    return np.fromiter((depth_of[frame.group.key] for frame in frames), dtype=np.int64)


def _corners(boxes: Sequence[NodeBox | GroupFrame]) -> Floats:
    """Left, top, right and bottom of each box."""
    numbers = (number for box in boxes for rect in (box.rect,) for number in (rect.x, rect.y, rect.width, rect.height))
    rows: Floats = np.fromiter(numbers, dtype=np.float64, count=4 * len(boxes)).reshape(-1, 4)
    rows[:, 2:] += rows[:, :2]
    return rows


def is_backward(node: ViewNode) -> bool:
    """Whether a node belongs to the backward pass; of the folded groups those that stand for one."""
    is_group = node.kind is NodeKind.GROUP
    return node.kind in (NodeKind.BACKWARD, NodeKind.GRADIENT) or (is_group and node.key.startswith("backgroup:"))


def _sorted_out(boxes: Sequence[NodeBox]) -> tuple[list[int], Ints]:
    """A node of each sort, and the sort of every node; each leaf is one of its own, for its tensor decides."""
    known: dict[tuple[object, ...], int] = {}
    samples: list[int] = []
    sorts = []
    for index, box in enumerate(boxes):
        node = box.node
        leaf = node.key if node.kind is NodeKind.LEAF else None
        sort = known.setdefault((node.kind, node.category, node.role, is_backward(node), leaf), len(samples))
        if sort == len(samples):
            samples.append(index)
        sorts.append(sort)
    return samples, np.array(sorts, dtype=np.int64)


def _first_step(node: ViewNode) -> int | None:
    # A failed call has no step of its own: it has happened once the last step before it has.
    if node.step is None:
        return node.since
    return node.step - 1 if node.kind is NodeKind.FAILED else node.step


def _edge_step(edge: ViewEdge, leads_to_failure: bool) -> int | None:  # noqa: FBT001  # one caller, above
    return edge.step - 1 if leads_to_failure and edge.step is not None else edge.step


def _last_step(node: ViewNode) -> int | None:
    if node.kind is NodeKind.FAILED and node.step is not None:
        return node.step - 2
    if node.step is None:
        return None if node.since is None else node.since - 1
    return node.step if node.last_step is None else node.last_step


def _steps(steps: Iterable[int | None]) -> Ints:
    return np.fromiter((BEFORE_EVERYTHING if step is None else step for step in steps), dtype=np.int64)
