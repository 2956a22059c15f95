"""Which groups are open: an immutable wish, resolved against the groups of a picture."""

from dataclasses import dataclass, replace

from engine.graph.outline import Mask, Outline
from engine.graph.view import GroupKey

OPEN_ALL_UP_TO = 64
"""A picture with no more boxes than this opens everything."""

READABLE_BOXES = 26
"""Larger ones open level by level as long as the forward pass has no more boxes than this."""

DETAILED_UP_TO = 48
"""A folded picture with no more boxes than this still shows parameters and every autograd node."""

FEW_BOXES = 10
"""A picture with fewer boxes also opens artificial groups (loops and stretches of long runs)."""

EVERYTHING = 1_000_000
"""Deeper than any group lies."""


@dataclass(frozen=True, slots=True)
class OpenScopes:
    """A resolved folding: a flag for each scope of the tree, and how much else is shown.

    ``show_parameters``: parameter leaves are boxes of their own. ``is_detailed``: so is every autograd node, where
    otherwise those of one forward op (such as Addmm and T of a linear) are one box.
    """

    is_open: Mask
    show_parameters: bool
    is_detailed: bool


@dataclass(frozen=True, slots=True)
class Folding:
    """What the person asked for on top of the default rule.

    ``opened`` and ``closed`` are explicit, ``toggled`` inverts what the default rule says, ``level`` replaces the rule
    (groups nested less deep than it are open; -1 folds the whole program into one box), ``show_parameters`` None
    leaves it to the rule. ``executed`` opens ops into the kernels that they ran as.
    """

    opened: frozenset[GroupKey] = frozenset()
    closed: frozenset[GroupKey] = frozenset()
    toggled: frozenset[GroupKey] = frozenset()
    level: int | None = None
    show_parameters: bool | None = None
    executed: bool = False

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
        return Folding(level=EVERYTHING, show_parameters=True)

    def with_kernels(self) -> "Folding":
        """Open everything, and ops into their kernels."""
        return Folding(level=EVERYTHING, show_parameters=True, executed=True)

    def is_opened(self, key: GroupKey, *, by_rule: bool) -> bool:
        """Whether the group is open, where ``by_rule`` is what holds without explicit wishes."""
        return ((by_rule ^ (key in self.toggled)) or key in self.opened) and key not in self.closed

    def with_level(self, level: int) -> "Folding":
        """Open the groups nested less deep than ``level``: 0 folds everything, -1 the whole program into one box."""
        return Folding(level=max(-1, level), show_parameters=self.show_parameters)

    def resolved(self, outline: Outline) -> OpenScopes:
        """Resolve against the groups of one picture."""
        everything = outline.opened(EVERYTHING, artificial=True, alike=True)
        small = outline.count_boxes(everything) <= OPEN_ALL_UP_TO
        by_rule, artificial = (EVERYTHING, True) if small else _readable_level(outline)
        is_chosen = self.level is not None
        level = by_rule if self.level is None else self.level
        # What lies in a shut group is shut, too: opening the group shows its members one by one.
        is_open = outline.opened(level, artificial=artificial or is_chosen, alike=small or is_chosen)
        # What is toggled does not count here: opening a group must not hide the parameters of another one.
        # Nor do boxes count where a level was chosen: more detail must never hide what less detail shows.
        fits = not is_chosen and outline.count_boxes(is_open) <= DETAILED_UP_TO
        is_detailed = small or level == EVERYTHING or fits
        for key in self.opened | self.closed | self.toggled:
            number = outline.number_of(key)
            if number is not None:
                is_open[number] = self.is_opened(key, by_rule=bool(is_open[number]))
        shows_parameters = is_detailed if self.show_parameters is None else self.show_parameters
        return OpenScopes(is_open, shows_parameters, is_detailed)


def _readable_level(outline: Outline) -> tuple[int, bool]:
    """How deep to open modules, and whether to open artificial groups as well."""
    level, boxes = _deepest(outline.boxes_by_level(artificial=False))
    if boxes >= FEW_BOXES:
        return level, False
    return _deepest(outline.boxes_by_level(artificial=True))[0], True


def _deepest(counts: list[int]) -> tuple[int, int]:
    level = max((level for level, boxes in enumerate(counts) if boxes <= READABLE_BOXES), default=0)
    return level, counts[level]
