"""The tree of groups as columns, so that a state of folding is resolved for all groups of one depth at once."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from engine.graph.scopes import ScopeTree
from engine.graph.view import GroupKey

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Outline:
    """What a folding needs to know of each group, in the order of the tree: the root first, then depth by depth.

    ``boxes`` tells for each group how many steps and leaves lie directly in it, ``ops`` how many forward ops.
    """

    def __init__(self, tree: ScopeTree, boxes: Ints, ops: Ints) -> None:
        scopes = tree.scopes
        self._parent: Ints = np.array([scope.parent for scope in scopes], dtype=np.int64)
        self._depth: Ints = np.array([scope.depth for scope in scopes], dtype=np.int64)
        self._is_artificial: Mask = np.array([scope.is_artificial for scope in scopes], dtype=np.bool_)
        has_alike = np.array([scope.alike > 0 for scope in scopes], dtype=np.bool_)
        self._is_one_of_alike: Mask = has_alike[self._parent]
        self._is_one_of_alike[0] = False
        self._boxes, self._ops = boxes, ops
        starts = np.searchsorted(self._depth, np.arange(1, int(self._depth[-1]) + 2))
        self._levels = [slice(first, last) for first, last in pairwise(starts.tolist())]
        self._numbers: dict[GroupKey, int] = {scope.key: number for number, scope in enumerate(scopes)}

    def __len__(self) -> int:
        return len(self._depth)

    def number_of(self, key: GroupKey) -> int | None:
        """The place of a group in the tree; None when the picture has no such group."""
        return self._numbers.get(key)

    def opened(self, depth: int, *, artificial: bool, alike: bool) -> Mask:
        """Which groups are open when those down to a depth are.

        What lies in a shut group is shut. Without ``artificial``, stretches and loops stay shut; without ``alike``
        so do groups beside others of the same structure: a person opens one of them to see them all.
        """
        is_open = self._depth <= depth
        if not artificial:
            is_open &= ~self._is_artificial
        if not alike:
            is_open &= ~self._is_one_of_alike
        for level in self._levels:
            is_open[level] &= is_open[self._parent[level]]
        return is_open

    def hidden_by(self, is_open: Mask) -> Ints:
        """For each group the outermost shut one around it (itself if need be); -1 where its members are visible."""
        box = np.where(is_open, -1, np.arange(len(self)))
        for level in self._levels:
            around = box[self._parent[level]]
            box[level] = np.where(around >= 0, around, box[level])
        return box

    def count_boxes(self, is_open: Mask) -> int:
        """How many boxes there are when everything in open groups is shown (a folded group counts twice)."""
        box = self.hidden_by(is_open)
        folded = int(np.count_nonzero(box == np.arange(len(self))))
        return int(self._boxes[box < 0].sum()) + 2 * folded

    def boxes_by_level(self, *, artificial: bool) -> list[int]:
        """How many forward boxes there are when the groups down to each depth are open; alike ones stay shut."""
        depth_count = int(self._depth[-1]) + 1
        is_open = self.opened(depth_count, artificial=artificial, alike=False)
        is_seen = is_open[self._parent]
        is_seen[0] = True
        groups = np.bincount(self._depth[is_seen], minlength=depth_count + 1)
        stay = np.bincount(self._depth[is_seen & ~is_open], minlength=depth_count)
        ops = np.bincount(self._depth[is_open], weights=self._ops[is_open], minlength=depth_count)
        found: list[int] = (np.cumsum(stay + ops) + groups[1:]).astype(np.int64).tolist()
        return found
