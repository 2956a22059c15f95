"""Which step made which autograd node, by torch's sequence numbers."""

from array import array
from bisect import bisect_right

from engine.trace.facts import GradLink
from engine.trace.ids import GradNodeId, StepIndex, ValueId


class NodeLinks:
    """Ranges of sequence numbers that steps used, and what waits for a node to become known.

    A node gets the next number of its thread's counter when it is made, so the step during which the counter passed a
    number made the node. Numbers of several threads may coincide; then the link is left open.
    """

    def __init__(self) -> None:
        self._starts: dict[int, array[int]] = {}
        self._ends: dict[int, array[int]] = {}
        self._steps: dict[int, array[int]] = {}
        self._nodes: dict[int, GradNodeId] = {}
        self._waiting_values: dict[int, list[tuple[ValueId, int]]] = {}
        self._waiting_steps: dict[int, list[StepIndex]] = {}

    def made(self, thread: int, start: int, end: int, step: StepIndex) -> None:
        """Note that ``step`` made the nodes numbered from ``start`` up to ``end`` (exclusive)."""
        if end <= start:
            return
        if thread not in self._starts:
            self._starts[thread], self._ends[thread], self._steps[thread] = array("q"), array("q"), array("q")
        self._starts[thread].append(start)
        self._ends[thread].append(end)
        self._steps[thread].append(step)

    def maker(self, sequence: int) -> StepIndex | None:
        """Return the step that made a node, None when unknown or ambiguous."""
        found = []
        for thread, starts in self._starts.items():
            position = bisect_right(starts, sequence) - 1
            if position >= 0 and sequence < self._ends[thread][position]:
                found.append(StepIndex(self._steps[thread][position]))
        return found[0] if len(found) == 1 else None

    def node(self, sequence: int) -> GradNodeId | None:
        """Return the id of the node with this number, once known."""
        return self._nodes.get(sequence)

    def wait(self, sequence: int, value: ValueId, slot: int) -> None:
        """Ask for a link from ``value`` when its node becomes known."""
        self._waiting_values.setdefault(sequence, []).append((value, slot))

    def wait_step(self, sequence: int, step: StepIndex) -> None:
        """Ask for a link from ``step`` when its node becomes known."""
        self._waiting_steps.setdefault(sequence, []).append(step)

    def known(self, sequence: int, node: GradNodeId) -> list[GradLink]:
        """Note the id of a node and return the links that waited for it."""
        self._nodes[sequence] = node
        links = [GradLink(value, None, node, slot) for value, slot in self._waiting_values.pop(sequence, ())]
        links += [GradLink(None, step, node, 0) for step in self._waiting_steps.pop(sequence, ())]
        return links
