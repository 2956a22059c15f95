"""Which groups are open: an immutable wish, resolved against the groups of a picture."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.graph.view import GroupKey

if TYPE_CHECKING:
    from engine.graph.scopes import ScopeTree

OPEN_ALL_UP_TO = 64
"""A picture with no more boxes than this opens everything."""

READABLE_BOXES = 40
"""Larger ones open level by level as long as the forward pass has no more boxes than this."""

_EVERYTHING = 1_000_000


@dataclass(frozen=True, slots=True)
class Folding:
    """What the person asked for on top of the default rule.

    ``opened`` and ``closed`` are explicit, ``toggled`` inverts what the default rule says, ``level`` replaces the rule
    (groups nested less deep than it are open), ``show_parameters`` None leaves it to the rule.
    """

    opened: frozenset[GroupKey] = frozenset()
    closed: frozenset[GroupKey] = frozenset()
    toggled: frozenset[GroupKey] = frozenset()
    level: int | None = None
    show_parameters: bool | None = None

    def with_toggled(self, key: GroupKey) -> "Folding":
        """Open the group if it is closed and close it if it is open."""
        if key in self.opened:
            return replace(self, opened=self.opened - {key}, closed=self.closed | {key})
        if key in self.closed:
            return replace(self, closed=self.closed - {key}, opened=self.opened | {key})
        return replace(self, toggled=self.toggled ^ {key})

    def with_opened(self, key: GroupKey) -> "Folding":
        """Open the group, whatever it was."""
        return replace(self, opened=self.opened | {key}, closed=self.closed - {key}, toggled=self.toggled - {key})

    def with_closed(self, key: GroupKey) -> "Folding":
        """Close the group, whatever it was."""
        return replace(self, opened=self.opened - {key}, closed=self.closed | {key}, toggled=self.toggled - {key})

    def with_all_open(self) -> "Folding":
        """Open everything, parameters included."""
        return Folding(level=_EVERYTHING, show_parameters=True)

    def with_level(self, level: int) -> "Folding":
        """Open the groups nested less deep than ``level``: 0 folds everything."""
        return Folding(level=max(0, level), show_parameters=self.show_parameters)

    def open_scopes(self, tree: "ScopeTree", leaf_count: int, backward_count: int) -> "OpenScopes":
        """Resolve against the groups of one picture.

        Args:
            tree: All groups of the picture.
            leaf_count: How many leaves an entirely open picture has.
            backward_count: How many backward nodes it has.
        """
        ops = tree.op_count
        small = ops + leaf_count + backward_count <= OPEN_ALL_UP_TO
        by_rule = _EVERYTHING if small else _readable_level(tree)
        level = by_rule if self.level is None else self.level
        is_open = [scope.depth <= level for scope in tree.scopes]
        for index, scope in enumerate(tree.scopes[1:], start=1):
            is_open[index] ^= scope.key in self.toggled
            is_open[index] = (is_open[index] or scope.key in self.opened) and scope.key not in self.closed
        is_open[0] = True
        return OpenScopes(tuple(is_open), small if self.show_parameters is None else self.show_parameters)


@dataclass(frozen=True, slots=True)
class OpenScopes:
    """The answer: a flag for each scope of the tree, and whether parameter leaves are boxes of their own."""

    is_open: tuple[bool, ...]
    show_parameters: bool


def _readable_level(tree: "ScopeTree") -> int:
    counts = tree.boxes_by_level()
    fitting = [level for level, boxes in enumerate(counts) if boxes <= READABLE_BOXES]
    return max(fitting, default=0)
