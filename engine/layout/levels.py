"""The nesting: which cell each node lies in, which level each cell lies in, and how edges cross frames.

A *cell* is a place in the layout: a forward node with everything that is anchored to it, or an opened group. A *level*
is the inside of a group (level ``g + 1``) or of the whole picture (level 0).
"""

from collections.abc import Iterator

from engine.layout.problem import EdgeRole, LayoutProblem
from engine.layout.rank import Pair, ranks_of


class Levels:
    """Cells and levels of a problem.

    Attributes:
        node_cell: The cell of each node.
        group_cell: The cell that stands for each group in the level around it.
        cell_level: The level that each cell lies in.
        cell_group: The group that a cell stands for, -1 for a cell of nodes.
        members: For each cell, lane -> nodes in order.
        level_cells: The cells of each level, in order of creation.
        place: The place of each cell among those of its level.
        rank: The rank of each cell within its level.
        lifts: For each edge that crosses frames the cells from its source outwards and those from its target outwards;
            the last of both lie in the same level.
        meets: For each edge the two cells of one level that hold its source and its target.
    """

    def __init__(self, problem: LayoutProblem) -> None:
        self.node_cell = [-1] * len(problem.nodes)
        self.group_cell: list[int] = []
        self.cell_level: list[int] = []
        self.cell_group: list[int] = []
        self.members: list[dict[int, list[int]]] = []
        self.level_cells: list[list[int]] = [[] for _ in range(len(problem.group_parents) + 1)]
        self._depth = [0] * (len(problem.group_parents) + 1)
        self._add_groups(problem)
        self._add_nodes(problem)
        self.place = [0] * len(self.cell_level)
        for cells in self.level_cells:
            for position, cell in enumerate(cells):
                self.place[cell] = position
        self.lifts: dict[int, tuple[list[int], list[int]]] = {}
        self.meets = self._meetings(problem)
        self.rank = self._ranks(problem)

    def _lifted(self, first: int, second: int) -> tuple[list[int], list[int]]:
        outwards, back = [first], [second]
        while self.cell_level[first] != self.cell_level[second]:
            if self._depth[self.cell_level[first]] >= self._depth[self.cell_level[second]]:
                first = self.group_cell[self.cell_level[first] - 1]
                outwards.append(first)
            else:
                second = self.group_cell[self.cell_level[second] - 1]
                back.append(second)
        return outwards, back

    def _meetings(self, problem: LayoutProblem) -> list[tuple[int, int]]:
        cells, level = self.node_cell, self.cell_level
        found = []
        for index, edge in enumerate(problem.edges):
            pair = (cells[edge.source], cells[edge.target])
            if level[pair[0]] != level[pair[1]]:
                outwards, back = self.lifts[index] = self._lifted(*pair)
                pair = (outwards[-1], back[-1])
            found.append(pair)
        return found

    def _add_cell(self, level: int, group: int) -> int:
        cell = len(self.cell_level)
        self.cell_level.append(level)
        self.cell_group.append(group)
        self.members.append({})
        self.level_cells[level].append(cell)
        return cell

    def _add_groups(self, problem: LayoutProblem) -> None:
        for group, parent in enumerate(problem.group_parents):
            level = 0 if parent is None else parent + 1
            self._depth[group + 1] = self._depth[level] + 1
            self.group_cell.append(self._add_cell(level, group))

    def _add_nodes(self, problem: LayoutProblem) -> None:
        for index, node in enumerate(problem.nodes):
            base = index if node.anchor is None else _base(problem, index)
            cell = self.node_cell[base]
            if cell < 0:
                group = problem.nodes[base].group
                cell = self.node_cell[base] = self._add_cell(0 if group is None else group + 1, -1)
            self.node_cell[index] = cell
            self.members[cell].setdefault(node.lane, []).append(index)

    def _ranks(self, problem: LayoutProblem) -> list[int]:
        place, level = self.place, self.cell_level
        pairs: list[list[Pair]] = [[] for _ in self.level_cells]
        for low, high in self._ordered_pairs(problem):
            pairs[level[low]].append((place[low], place[high]))
        rank = [0] * len(self.cell_level)
        known: dict[tuple[int, tuple[Pair, ...]], list[int]] = {}
        for cells, of_level in zip(self.level_cells, pairs, strict=True):
            key = (len(cells), tuple(of_level))
            local = known.get(key)
            if local is None:
                local = known[key] = ranks_of(len(cells), of_level)
            for cell, value in zip(cells, local, strict=True):
                rank[cell] = value
        return rank

    def _ordered_pairs(self, problem: LayoutProblem) -> Iterator[Pair]:
        """Two cells of a common level for each edge that puts such in order, the lower one first."""
        lanes = [node.lane for node in problem.nodes]
        for edge, pair in zip(problem.edges, self.meets, strict=True):
            role, (low, high) = edge.role, pair
            if role is EdgeRole.LINK or low == high:
                continue
            if role is EdgeRole.ORDER:
                yield pair
            elif (lane := lanes[edge.source]) == lanes[edge.target]:
                if lane == 0:
                    yield pair
                # A gradient runs the other way; it orders only what the forward pass leaves open.
                elif not (self._is_forward(low) and self._is_forward(high)):
                    yield (high, low)

    def _is_forward(self, cell: int) -> bool:
        return self.cell_group[cell] >= 0 or 0 in self.members[cell]


def _base(problem: LayoutProblem, index: int) -> int:
    """The node at the end of the chain of anchors (the node itself when the chain runs in a circle)."""
    base = index
    for _ in range(8):
        anchor = problem.nodes[base].anchor
        if anchor is None or anchor == index:
            return base
        base = anchor
    return base
