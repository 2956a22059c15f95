"""What the nodes of a backward pass had saved, and which leaves they sent gradients to, found by the node."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from engine.runtime.recorder.watch.backward_run import BackwardRun


@dataclass(slots=True, eq=False)
class _OfRun:
    """Of one run: by position what was saved, by name; and the leaf at the end of each edge that leads to one."""

    saved: dict[int, dict[str, Any]] = field(default_factory=dict)
    leaves: dict[Any, Tensor] = field(default_factory=dict)


class SavedTensors:
    """Looks up what backward runs have in lists; each run is read once."""

    def __init__(self) -> None:
        self._runs: dict[BackwardRun, _OfRun] = {}

    def of(self, run: BackwardRun, position: int) -> Mapping[str, Any]:
        """Return what the node at a position saved, by name: tensors, or tuples of them."""
        return self._of(run).saved.get(position, {})

    def leaves(self, run: BackwardRun, position: int) -> list[Tensor]:
        """Return the leaves that the node at a position sent gradients to which were not held; they have their form."""
        leaves, edges = self._of(run).leaves, run.edges[position]
        found = (leaves.get(edges[slot][0]) for slot in run.dropped.get(position, ()))
        return [leaf for leaf in found if leaf is not None]

    def forget(self, run: BackwardRun) -> None:
        """Let go of a run that is over."""
        self._runs.pop(run, None)

    def _of(self, run: BackwardRun) -> _OfRun:
        found = self._runs.get(run)
        if found is None:
            found = self._runs[run] = _OfRun()
            for position, name, tensor in run.saved:
                found.saved.setdefault(position, {})[name] = tensor
            found.leaves = {run.nodes[position]: leaf for position, leaf in run.variables.items()}
        return found
