"""Watches the backward passes of a bare run: plain hooks on every node, and no code of the recorder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.autograd.graph
from torch import Tensor

from tests.conformance.oracle import Edges, raw, walk


@dataclass
class Spied:
    """Every backward pass of a bare run: its function, its graph, and the nodes that ran with their gradients."""

    calls: list[tuple[str, list[tuple[str, Edges]]]] = field(default_factory=list)
    ran: list[tuple[str, tuple[bytes | None, ...], tuple[bytes | None, ...]]] = field(default_factory=list)
    active: list[set[Any]] = field(default_factory=list)

    def run(self, original: Any, outputs: Any, args: Any, kwargs: Any, *, reads: bool) -> Any:
        starts = [_start(output) for output in outputs if not isinstance(output, Tensor) or output.requires_grad]
        nodes, graph = walk([node for node in starts if node is not None])
        self.calls.append(("backward" if kwargs.get("accumulate_grad") else "grad", graph))
        watched = {node for outer in self.active for node in outer}
        handles = [
            node.register_hook(self._hook(name, reads))
            for node, (name, _) in zip(nodes, graph, strict=True)
            if node not in watched
        ]
        self.active.append(set(nodes))
        try:
            return original(outputs, *args, **kwargs)
        finally:
            for handle in handles:
                handle.remove()
            self.active.pop()

    def _hook(self, name: str, reads: bool) -> Any:
        def hook(sent: Any, came: Any) -> None:
            self.ran.append((name, _bytes(sent, reads), _bytes(came, reads)))

        return hook


def _start(output: Any) -> Any:
    if not isinstance(output, Tensor):
        return output.node
    try:
        return output.grad_fn or torch.autograd.graph.get_gradient_edge(output).node
    except (RuntimeError, AssertionError):
        return None  # the engine will refuse it


def _bytes(gradients: Any, reads: bool) -> tuple[bytes | None, ...]:
    return tuple((raw(part) if reads else b"") if isinstance(part, Tensor) else None for part in gradients)


@contextmanager
def spying(*, reads: bool) -> Iterator[Spied]:
    """Watch the entry of the backward engine of a bare run."""
    spied = Spied()
    original = torch.autograd.graph._engine_run_backward

    def run(outputs: Any, *args: Any, **kwargs: Any) -> Any:
        return spied.run(original, outputs, args, kwargs, reads=reads)

    torch.autograd.graph._engine_run_backward = torch.autograd._engine_run_backward = run
    try:
        yield spied
    finally:
        torch.autograd.graph._engine_run_backward = torch.autograd._engine_run_backward = original
