"""Keeps deep autograd graphs from taking the stack down with them.

torch (2.13) frees a graph node by node, without recursion, as long as no node has a Python object. One that Python has
ever asked for keeps its object, and freeing it frees the next from inside: some 40,000 such nodes in a row overflow
the stack. Recording asks for every node. So the nodes are held here, and let go one by one, the last made first, once
nothing else holds them.
"""

import atexit
import ctypes
from sys import getrefcount

from engine.runtime.compat import Node, is_accumulator

DEEP = 10_000
"""So many nodes may be freed from inside of one another."""
_MANY = 20_000
"""Of more nodes than this not each call of ``release`` looks at all."""
_GROWTH = 1.2
_OURS = 2
"""References to an object that only a variable and the argument of ``getrefcount`` hold."""


class KeptNodes:
    """Nodes that nothing else may hold any more, in the order in which they were made, as far as that is known."""

    def __init__(self) -> None:
        self._nodes: dict[int, Node] = {}
        self._walked: list[list[Node]] = []
        self._next = _MANY

    def __len__(self) -> int:
        return len(self._nodes) + sum(map(len, self._walked))

    def add(self, node: Node) -> None:
        """Hold a node; none that accumulates a gradient: whether such a node lives makes a difference to torch."""
        self._nodes[id(node)] = node

    def add_graph(self, nodes: list[Node]) -> None:
        """Hold the nodes of a graph, roots first; in the hot path."""
        self._walked.append(nodes)

    def release(self, *, at_once: bool = False) -> None:
        """Let go of the nodes that nothing else holds; call it often, and ``at_once`` where it matters now."""
        while self._walked:
            nodes = reversed(self._walked.pop())
            self._nodes.update((id(node), node) for node in nodes if not is_accumulator(node))
        if _MANY < len(self._nodes) < self._next and not at_once:
            return
        while self._pass() + self._pass() > len(self._nodes) // 10:  # from both ends, since graphs are walked from both
            pass
        self._next = max(_MANY, round(_GROWTH * len(self._nodes)))

    def end(self) -> None:
        """Nothing more is recorded: hold only what could not be freed at once."""
        self.release()
        if len(self._nodes) <= DEEP:
            while self._nodes:
                self._nodes.popitem()

    def outlive(self) -> None:
        """Never let go of what is held now: Python, at its end, would begin with the first made."""
        if len(self._nodes) > DEEP:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._nodes))

    def _pass(self) -> int:
        """Look at all nodes once, the last first, and turn their order round; return how many went."""
        nodes, kept = self._nodes, {}
        before = len(nodes)
        while nodes:
            key, node = nodes.popitem()
            if getrefcount(node) > _OURS:
                kept[key] = node
            del node
        self._nodes = kept
        return before - len(kept)


KEPT_NODES = KeptNodes()
"""Those of this process: a graph may outlive its recording."""

atexit.register(KEPT_NODES.outlive)
