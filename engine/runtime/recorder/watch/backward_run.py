"""One run of the backward engine, as the hot path leaves it for the resolver."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, TypeAlias

from torch import Tensor

from engine.runtime.compat import Node

Gradients: TypeAlias = tuple[Tensor | None, ...]
NodeHook: TypeAlias = Callable[[Gradients, Gradients], None]


@dataclass(slots=True, eq=False)
class BackwardRun:
    """One run of the engine, as the hot path leaves it for the resolver.

    Attributes:
        nodes: Every node reachable from the roots, each once, roots first.
        edges: ``next_functions`` of each node.
        saved: (node position, name, tensor or tuple of tensors) of what the nodes saved.
        dropped: Per node position, the slots whose gradient was not held.
        variables: The leaf of each AccumulateGrad node.
        loss: A copy of the root when that is a single number.
        is_over: Whether the engine has come to the end.
    """

    function: str
    root_tensors: tuple[Tensor, ...]
    root_nodes: list[Node]
    code: CodeType | None
    instruction: int
    passed: int
    retain_graph: bool
    create_graph: bool
    started_ns: int
    sequence: int
    loss: Tensor | None
    nodes: list[Node] = field(default_factory=list)
    edges: list[tuple[tuple[Node, int], ...]] = field(default_factory=list)
    saved: list[tuple[int, str, Any]] = field(default_factory=list)
    dropped: dict[int, tuple[int, ...]] = field(default_factory=dict)
    variables: dict[int, Tensor] = field(default_factory=dict)
    had_grad: set[int] = field(default_factory=set)
    is_over: bool = False
