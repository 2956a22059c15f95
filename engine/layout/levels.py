"""The nesting: which cell each node lies in, which level each cell lies in, and how edges cross frames.

A *cell* is a place in the layout: a forward node with everything that is anchored to it, or an opened group. A *level*
is the inside of a group (level ``g + 1``) or of the whole picture (level 0).
"""

from engine.layout.problem import EdgeRole, LayoutEdge, LayoutProblem
from engine.layout.rank import ranks_of


class Levels:
    """Cells and levels of a problem.

    Attributes:
        node_cell: The cell of each node.
        group_cell: The cell that stands for each group in the level around it.
        cell_level: The level that each cell lies in.
        cell_group: The group that a cell stands for, -1 for a cell of nodes.
        members: For each cell, lane -> nodes in order.
        level_cells: The cells of each level, in order of creation.
        rank: The rank of each cell within its level.
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
        self._lifts = [self._lifted(edge) for edge in problem.edges]
        self.rank = self._ranks(problem)

    def lifted(self, edge: int) -> tuple[list[int], list[int]]:
        """Cells from the source outwards and from the target outwards; the last of both lie in the same level."""
        return self._lifts[edge]

    def _lifted(self, edge: LayoutEdge) -> tuple[list[int], list[int]]:
        first, second = self.node_cell[edge.source], self.node_cell[edge.target]
        outwards, back = [first], [second]
        if self.cell_level[first] == self.cell_level[second]:
            return outwards, back
        while self.cell_level[first] != self.cell_level[second]:
            if self._depth[self.cell_level[first]] >= self._depth[self.cell_level[second]]:
                first = self.group_cell[self.cell_level[first] - 1]
                outwards.append(first)
            else:
                second = self.group_cell[self.cell_level[second] - 1]
                back.append(second)
        return outwards, back

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
        for index in range(len(problem.nodes)):
            base = _base(problem, index)
            if self.node_cell[base] < 0:
                group = problem.nodes[base].group
                self.node_cell[base] = self._add_cell(0 if group is None else group + 1, -1)
            cell = self.node_cell[index] = self.node_cell[base]
            self.members[cell].setdefault(problem.nodes[index].lane, []).append(index)

    def _ranks(self, problem: LayoutProblem) -> list[int]:
        pairs: list[list[tuple[int, int]]] = [[] for _ in self.level_cells]
        for index, edge in enumerate(problem.edges):
            pair = self._ordered_pair(problem, index, edge)
            if pair is not None:
                pairs[self.cell_level[pair[0]]].append(pair)
        rank = [0] * len(self.cell_level)
        for level, cells in enumerate(self.level_cells):
            number = {cell: position for position, cell in enumerate(cells)}
            local = ranks_of(len(cells), [(number[low], number[high]) for low, high in pairs[level]])
            for cell, value in zip(cells, local, strict=True):
                rank[cell] = value
        return rank

    def _ordered_pair(self, problem: LayoutProblem, index: int, edge: LayoutEdge) -> tuple[int, int] | None:
        """The two cells of a common level that an edge puts in order, the lower one first."""
        if edge.role is EdgeRole.LINK:
            return None
        outwards, back = self._lifts[index]
        low, high = outwards[-1], back[-1]
        if low == high:
            return None
        lane = problem.nodes[edge.source].lane
        if edge.role is EdgeRole.ORDER:
            return (low, high)
        if lane != problem.nodes[edge.target].lane:
            return None
        if lane == 0:
            return (low, high)
        # A gradient runs the other way; it orders only what the forward pass leaves open.
        return None if self._is_forward(low) and self._is_forward(high) else (high, low)

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
