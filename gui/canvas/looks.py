"""How the nodes of one scene look, kept for as long as it stays so while the person steps. Qt-free."""

from bisect import bisect_right

import numpy as np

from engine.interchange.parts import parts_of
from engine.trace.ids import StepIndex
from gui.canvas.lens import Lens, LensScale
from gui.canvas.look import NodeLook, View, look_of
from gui.canvas.readings import arrivals
from gui.canvas.scene import Ints, Scene
from gui.canvas.valuebook import ValueBook
from gui.theme.tokens import Tokens

_KEPT = 120_000


class Looks:
    """Looks by node and by the stretch of steps over which nothing about the node changes."""

    def __init__(self, tokens: Tokens, scene: Scene, book: ValueBook, lens: Lens, scale: LensScale | None) -> None:
        self._tokens = tokens
        self._scene = scene
        self._book = book
        self._lens = lens
        self._scale = scale
        self._reads_gradients = lens not in (Lens.STRUCTURE, Lens.VALUES) or tokens.shows_data_and_grad
        self._parts = None if tokens.skin_fills is None else parts_of(scene.drawing)
        self._turns: dict[int, tuple[int, ...]] = {}
        self._looks: dict[tuple[int, int], NodeLook] = {}

    def view(self, step: StepIndex) -> View:
        """What the looks depend on besides the node."""
        return View(self._tokens, self._book, step, self._lens, self._scale, self._parts)

    def of(self, index: int, step: StepIndex) -> NodeLook:
        """Return how a node looks right after ``step``."""
        key = (index, bisect_right(self.turns(index), step))
        look = self._looks.get(key)
        if look is None:
            if len(self._looks) >= _KEPT:
                self._looks.clear()
            box = self._scene.nodes[index]
            look = self._looks[key] = look_of(box, self._scene.state_of(index, step), self.view(step))
        return look

    def is_known(self, index: int, step: StepIndex) -> bool:
        """Whether the look of a node is there already."""
        return (index, bisect_right(self.turns(index), step)) in self._looks

    def turns(self, index: int) -> tuple[int, ...]:
        """Return the steps at which the look of a node changes, in order."""
        found = self._turns.get(index)
        if found is None:
            steps = {int(self._scene.first[index])}
            if self._reads_gradients:
                steps.update(arrivals(self._scene.nodes[index].node, self._book))
            found = self._turns[index] = tuple(sorted(steps))
        return found

    def turns_of(self, nodes: Ints) -> Ints:
        """Return the steps at which the look of any of these nodes changes, in no order, perhaps several times."""
        if not self._reads_gradients:
            return self._scene.first[nodes]
        return np.fromiter((step for index in nodes.tolist() for step in self.turns(index)), dtype=np.int64)
