"""Which box of one canvas is which of the other, and where; found beside the window where it takes long."""

import contextlib
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Signal, Slot

from engine.compare import Comparison
from engine.graph.uncollected import uncollected
from engine.graph.view import NodeKey, ViewGraph
from engine.overlay import twins
from engine.overlay.partners import Partners
from gui.bridge.correspondence import Correspondence, correspondence
from gui.canvas.scene import Scene

log = logging.getLogger(__name__)

MATCHED_AT_ONCE = 2_000
"""So many boxes of both canvases together are matched in a few milliseconds."""

Twins = Mapping[NodeKey, NodeKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What two canvases show: graphs and, where they are drawn already, scenes; and how their recordings compare."""

    a: ViewGraph
    b: ViewGraph
    comparison: Comparison
    partners: Partners
    scenes: tuple[Scene, Scene] | None

    @property
    def is_quick(self) -> bool:
        """Whether nobody would notice how long the answer takes."""
        return len(self.a.nodes) + len(self.b.nodes) <= MATCHED_AT_ONCE


@dataclass(frozen=True, slots=True)
class Match:
    """Boxes that are in both: their keys from A to B and back, and for given scenes the places of both."""

    forward: Twins
    back: Twins
    scenes: tuple[Scene, Scene] | None = None
    places: Correspondence | None = None


NO_MATCH = Match({}, {})


def match_of(question: Question) -> Match:
    """Return the answer."""
    forward = twins(question.a, question.b, question.comparison, question.partners)
    back: dict[NodeKey, NodeKey] = {}
    for key, twin in forward.items():
        back.setdefault(twin, key)
    scenes = question.scenes
    return Match(forward, back, scenes, None if scenes is None else correspondence(*scenes, forward))


class _Messenger(QObject):
    """Brings answers from the other thread; it belongs to the application, which outlives the canvases."""

    answered = Signal(int, object)

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())


class Matcher(QObject):
    """Answers one question after the other; of those that were asked since, only the last.

    Signals:
        matched: The ``Match`` for what was asked last: at once, or when it has been found beside the window.
    """

    matched = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._ticket = 0
        self._thread: ThreadPoolExecutor | None = None
        self._messenger = _Messenger()
        self._messenger.answered.connect(self._on_answered)

    def ask(self, question: Question | None) -> None:
        """Find out which box is which; None for nothing to be matched."""
        self._ticket += 1
        if question is None or question.is_quick:
            self.matched.emit(NO_MATCH if question is None else match_of(question))
            return
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="match")
        self._thread.submit(self._answer, self._ticket, question)

    def _answer(self, ticket: int, question: Question) -> None:
        """Runs on the other thread."""
        if ticket != self._ticket:
            return
        try:
            # A collection that began on this thread would destroy Qt objects outside of theirs.
            with uncollected():
                match = match_of(question)
        except Exception:
            # A recording that grows meanwhile may change under the hands; another drawing of it asks again.
            log.info("two canvases could not be matched", exc_info=True)
            return
        with contextlib.suppress(RuntimeError):  # the application is at its end
            self._messenger.answered.emit(ticket, match)

    @Slot(int, object)
    def _on_answered(self, ticket: int, match: Match) -> None:
        if ticket == self._ticket:
            self.matched.emit(match)
