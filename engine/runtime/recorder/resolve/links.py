"""Which step made which autograd node, by torch's sequence numbers."""

from array import array
from bisect import bisect_right

from engine.runtime.compat import Node, is_accumulator, node_sequence, node_thread
from engine.runtime.recorder.kept_nodes import KEPT_NODES
from engine.trace.facts import GradLink
from engine.trace.ids import GradNodeId, StepIndex, ValueId

_THREAD_BITS = 40
_LONE = "chainrule.number"


def node_number(sequence: int, thread: int) -> int:
    """Return the number by which a node is known here: each thread counts its own from 0."""
    return sequence + (thread << _THREAD_BITS)


class NodeLinks:
    """Ranges of node numbers that steps used, and what waits for a node to become known.

    A node gets the next number of its thread's counter when it is made, so the step during which the counter passed a
    number made the node.

    Attributes:
        is_threaded: Whether more than one thread was recorded: then nodes are marked with theirs.
    """

    def __init__(self) -> None:
        self._starts: dict[int, array[int]] = {}
        self._ends: dict[int, array[int]] = {}
        self._steps: dict[int, array[int]] = {}
        self.is_threaded = False
        self._own = object()
        self._lone: dict[int, StepIndex | None] = {}
        self._nodes: dict[int, GradNodeId] = {}
        self._waiting_values: dict[int, list[tuple[ValueId, int]]] = {}
        self._waiting_steps: dict[int, list[StepIndex]] = {}

    def made(self, thread: int, start: int, end: int, step: StepIndex) -> None:
        """Note that ``step`` made the nodes with sequence numbers from ``start`` up to ``end`` (exclusive).

        Those that steps inside of it have made, which came earlier, stay theirs.
        """
        if end <= start:
            return
        if thread not in self._starts:
            self._starts[thread], self._ends[thread], self._steps[thread] = array("q"), array("q"), array("q")
        inner: list[tuple[int, int, int]] = []
        while self._starts[thread] and self._starts[thread][-1] >= start:
            inner.append((self._starts[thread].pop(), self._ends[thread].pop(), self._steps[thread].pop()))
        for inner_start, inner_end, maker in reversed(inner):
            self._append(thread, start, inner_start, step)
            self._append(thread, inner_start, inner_end, maker)
            start = inner_end
        self._append(thread, start, end, step)

    def _append(self, thread: int, start: int, end: int, step: int) -> None:
        if start < end:
            self._starts[thread].append(start)
            self._ends[thread].append(end)
            self._steps[thread].append(step)

    def number(self, node: Node) -> int | None:
        """Return the number of a node.

        What stands for a missing derivative (``NotImplemented``) has none in torch: it gets one here, below zero.
        """
        sequence = node_sequence(node)
        if sequence is None:
            return None if node is None or is_accumulator(node) else self._number_of_lone(node)
        KEPT_NODES.add(node)
        if not self.is_threaded:
            return sequence
        return node_number(sequence, node_thread(node))

    def made_lone(self, number: int, step: StepIndex) -> None:
        """Note that ``step`` made a node with a number below zero."""
        if self._lone[number] is None:
            self._lone[number] = step

    def _number_of_lone(self, node: Node) -> int:
        # The dict belongs to the node itself, and other recorders may have written into it.
        owner, number = node.metadata.get(_LONE, (None, 0))
        if owner is not self._own:
            number = -1 - len(self._lone)
            self._lone[number] = None
            node.metadata[_LONE] = (self._own, number)
        return int(number)

    def maker(self, number: int) -> StepIndex | None:
        """Return the step that made a node, None when unknown."""
        if number < 0:
            return self._lone[number]
        thread = number >> _THREAD_BITS
        starts = self._starts.get(thread)
        if starts is None:
            return None
        sequence = number - (thread << _THREAD_BITS)
        position = bisect_right(starts, sequence) - 1
        if position >= 0 and sequence < self._ends[thread][position]:
            return StepIndex(self._steps[thread][position])
        return None

    def node(self, number: int) -> GradNodeId | None:
        """Return the id of the node with this number, once known."""
        return self._nodes.get(number)

    def wait(self, number: int, value: ValueId, slot: int) -> None:
        """Ask for a link from ``value`` when its node becomes known."""
        self._waiting_values.setdefault(number, []).append((value, slot))

    def wait_step(self, number: int, step: StepIndex) -> None:
        """Ask for a link from ``step`` when its node becomes known."""
        self._waiting_steps.setdefault(number, []).append(step)

    def known(self, number: int, node: GradNodeId) -> list[GradLink]:
        """Note the id of a node and return the links that waited for it."""
        self._nodes[number] = node
        links = [GradLink(value, None, node, slot) for value, slot in self._waiting_values.pop(number, ())]
        links += [GradLink(None, step, node, 0) for step in self._waiting_steps.pop(number, ())]
        return links
