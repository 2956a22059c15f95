"""How long a layout is at the least, which is much quicker to tell than where everything is."""

from engine.layout.levels import Levels
from engine.layout.problem import LayoutProblem


def least_length(problem: LayoutProblem) -> float:
    """A length along the flow, in pixels, than which all nodes together take no less, if no level is folded.

    It leaves out the margins of frames.
    """
    levels = Levels(problem)
    lengths = [
        max((problem.nodes[node].along for stack in members.values() for node in stack), default=0.0)
        for members in levels.members
    ]
    total = 0.0
    for level in range(len(levels.level_cells) - 1, -1, -1):
        columns: dict[int, float] = {}
        for cell in levels.level_cells[level]:
            rank = levels.rank[cell]
            columns[rank] = max(columns.get(rank, 0.0), lengths[cell])
        total = sum(columns.values()) + problem.spacing.column_gap * max(len(columns) - 1, 0)
        if level > 0:
            lengths[levels.group_cell[level - 1]] = total
    return total
