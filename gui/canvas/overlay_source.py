"""The recording compared with, as an overlay of what is shown. Qt-free."""

from copy import copy
from dataclasses import dataclass

from engine.compare import Comparison
from engine.graph import Folding, Iteration, Scenery, iteration_at, iterations, scenery_of
from engine.graph.view import ViewGraph
from engine.overlay import Overlay, marked, overlaid
from engine.overlay.partners import Partners
from engine.trace.recording import Recording
from gui.model.compared import Compared
from gui.model.document import Document


@dataclass(slots=True)
class Memory:
    """What was found out about two recordings, for their next overlay."""

    made_for: Compared | None = None
    partners: Partners | None = None
    scenery: Scenery | None = None


class OverlaySource:
    """Lays the recording that the document is compared with over a graph of its own.

    Attributes:
        memory: What was found out, to be handed on from one overlay to the next.
        is_wanted: Whether the person wants to see that; True until somebody says otherwise.
        is_beside: Whether the other recording stands beside this one: then only marks are laid over it, as always over
            the second of two.
    """

    def __init__(self, document: Document) -> None:
        self.is_wanted = True
        self.is_beside = False
        self._document = document
        self.memory = Memory()

    def copy(self) -> "OverlaySource":
        """Return one that wants the same and remembers the same, to be used on another thread."""
        found = copy(self)
        found.memory = copy(self.memory)
        return found

    def over(self, recording: Recording, view: ViewGraph, iteration: Iteration, folding: Folding) -> Overlay | None:
        """Return the overlay; None where there is nothing to compare with, or nobody wants to see it."""
        compared = self._document.compared
        if compared is None or compared.comparison is None:
            return None
        is_beside = self.is_beside or compared.is_before
        if not (self.is_wanted or is_beside):
            return None
        memory = self.memory
        if memory.made_for is not compared or memory.partners is None:
            memory.made_for, memory.scenery = compared, None
            memory.partners = Partners(recording, compared.recording, compared.comparison)
        other = _iteration_there(compared, compared.comparison, iteration)
        if other is None:
            return None
        if memory.scenery is None or memory.scenery.iteration != other:
            memory.scenery = scenery_of(compared.recording, other)
        there = memory.scenery.view(folding)
        if is_beside:
            return marked(
                compared.name, view, there, compared.comparison, memory.partners, is_second=compared.is_before
            )
        return overlaid(compared.name, view, there, compared.comparison, memory.partners)


def _iteration_there(compared: Compared, comparison: Comparison, iteration: Iteration) -> Iteration | None:
    """The iteration of the other recording that is the one shown: where the first of its steps has a partner."""
    if compared.iterations is not None:
        return compared.iterations[1]
    found = iterations(compared.recording)
    for step in range(iteration.first_step, min(iteration.last_step + 1, len(comparison.partners_of_a))):
        partner = comparison.partners_of_a[step]
        if partner is not None:
            return iteration_at(found, partner)
    return found[0] if found else None
