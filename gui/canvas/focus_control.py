"""Looking at one group alone, and leaving it again."""

from engine.graph.view import GroupKey
from gui.canvas.fold_control import FoldControl, group_rect
from gui.canvas.path import groups_around
from gui.canvas.pick_control import PickControl
from gui.canvas.view_control import ViewControl


class FocusControl:
    """Shows one group alone: everything outside is hidden and the camera shows the rest."""

    def __init__(self, picks: PickControl, folds: FoldControl, views: ViewControl) -> None:
        self._picks = picks
        self._folds = folds
        self._views = views

    @property
    def group(self) -> GroupKey | None:
        """The group that is shown alone."""
        return self._picks.picked.focus

    def enter(self) -> None:
        """Look at the selected group alone, or at the one around the selection; a folded one is opened."""
        scene, chosen = self._picks.scene, next(iter(self._picks.indices), None)
        if scene is None or chosen is None:
            return
        node = scene.nodes[chosen].node
        if node.stands_for is not None:
            self._folds.expand(frozenset({chosen}))
            self.show(node.stands_for)
        elif node.group is not None:
            self.show(node.group)

    def up(self) -> None:
        """Look at the group around the one shown alone; from the outermost one at the whole program."""
        scene = self._picks.scene
        if scene is None or self.group is None:
            return
        around = groups_around(scene, self.group)
        self.show(around[0] if around else None)

    def show(self, group: GroupKey | None) -> None:
        """Look at a group alone; None: at the whole program."""
        self._picks.focus(group)
        self.fit()

    def fit(self) -> None:
        """Show all of what is shown alone."""
        scene = self._picks.scene
        rect = None if scene is None or self.group is None else group_rect(scene, self.group)
        self._views.fit_all() if rect is None else self._views.fit_rect(rect)
