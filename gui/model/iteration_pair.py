"""Two iterations of the recording shown, compared; the pair follows the playhead."""

from engine.compare import compare_parts
from engine.graph import Iteration, iteration_at, iterations
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.model.compared import Compared
from gui.model.document import Document
from gui.model.playhead import Playhead


class IterationPair:
    """Compares the iteration under the playhead with another one, and anew when the playhead leaves it."""

    def __init__(self, document: Document, playhead: Playhead) -> None:
        self._document = document
        self._playhead = playhead
        self._known: list[tuple[Recording, int, tuple[Iteration, ...]]] = []
        playhead.moved.connect(lambda moved: self._follow(moved.current))

    def of(self, recording: Recording) -> tuple[Iteration, ...]:
        """Return the iterations of a recording; those of the two asked for last are kept."""
        for known, length, found in self._known:
            if known is recording and length == len(recording):
                return found
        self._known = [(recording, len(recording), iterations(recording)), *self._known[:1]]
        return self._known[0][2]

    @property
    def count(self) -> int:
        """How many iterations the recording shown has."""
        return 0 if self._document.recording is None else len(self.of(self._document.recording))

    def compare_neighbour(self) -> None:
        """Compare the iteration under the playhead with the one before it; the first one with the second."""
        recording = self._document.recording
        if recording is None or self.count < 2:
            return
        found = self.of(recording)
        place = found.index(iteration_at(found, self._playhead.current))
        self._compare(recording, found[place], found[place - 1 if place else 1])

    def take_other(self, step: StepIndex) -> None:
        """Compare with the iteration that this step lies in."""
        self._replace(1, step)

    def _follow(self, step: StepIndex) -> None:
        self._replace(0, step)

    def _replace(self, place: int, step: StepIndex) -> None:
        """Put the iteration of a step at a place of the pair (0: the one shown), where iterations are compared."""
        compared, recording = self._document.compared, self._document.recording
        if compared is None or compared.iterations is None or recording is None:
            return
        pair = list(compared.iterations)
        wanted = iteration_at(self.of(recording), step)
        if wanted != pair[place]:
            pair[place] = wanted
            self._compare(recording, *pair)

    def _compare(self, recording: Recording, shown: Iteration, other: Iteration) -> None:
        comparison = compare_parts(recording, _steps(shown), _steps(other))
        name = f"iteration {self.of(recording).index(other) + 1}"
        pair = (shown, other)
        compared = Compared(name, recording, comparison.partners_of_a, comparison, iterations=pair)
        self._document.compare_with(compared)


def _steps(iteration: Iteration) -> range:
    return range(iteration.first_step, iteration.last_step + 1)
