"""Follows a network on torch's meta device: shapes, parameters, operations and memory without any numbers."""

import math
from collections.abc import Sequence
from dataclasses import replace
from types import CodeType
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - as the network's source calls it
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from engine.network.errors import NetworkError
from engine.network.features import follows, size_dimension, size_setting, wanted_size
from engine.network.network import Node, NodeKind, NodeName, Setting
from engine.network.order import links_into
from engine.network.source import WrittenNode, constructor_line, written_nodes
from engine.protocol.network import Misfit, NetworkAnswer, NetworkRequest, NodeFacts, Settled, Shape
from engine.runtime.network.misfits import misfit

_META = "meta"


def work_out(request: NetworkRequest) -> NetworkAnswer:
    """Follow a network; what does not fit is told, and what depends on it is left out."""
    try:
        written = written_nodes(request.network)
    except NetworkError as error:
        return NetworkAnswer(trouble=str(error))
    follower = _Follower(request)
    with torch.device(_META), follower.counter:
        for one in written:
            follower.follow(one)
    return NetworkAnswer(nodes=tuple(follower.facts), misfits=tuple(follower.misfits), settled=tuple(follower.settled))


class _Follower:
    """Runs the lines of a network one by one in a namespace of its own.

    The lines are made of the catalogue and of expressions that ``engine.network.expressions`` lets pass.
    """

    def __init__(self, request: NetworkRequest) -> None:
        self._request = request
        self._module = nn.Module()
        self._names: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "math": math, "self": self._module}
        self._lost: set[str] = set()
        self._into = links_into(request.network)
        self._values: dict[tuple[NodeName, int], object] = {}
        self._follows = frozenset(request.follows)
        self.counter = FlopCounterMode(display=False)
        self.settled: list[Settled] = []
        self.facts: list[NodeFacts] = []
        self.misfits: list[Misfit] = []

    def follow(self, written: WrittenNode) -> None:
        """Run one node and keep what comes of it."""
        node = written.node
        if any(link.source in self._lost for link in self._into.get(node.name, [])) or node.same_as in self._lost:
            self._lost.add(node.name)
            return
        if written.trouble:
            self._lose(Misfit(name=node.name, text=written.trouble))
            return
        before = [self._values.get((link.source, link.source_port)) for link in self._into.get(node.name, [])]
        counted = self.counter.get_total_flops()
        try:
            if node.name in self._follows and written.making:
                written = self._settle(written, before)
            self._run(written)
        except Exception as error:  # noqa: BLE001 - whatever a layer raises is what is told
            self._lose(misfit(written.node, before, error))
            return
        self.facts.append(self._facts(written, int(self.counter.get_total_flops() - counted)))

    def _settle(self, written: WrittenNode, before: Sequence[object]) -> WrittenNode:
        """Let a layer be as large as what comes in."""
        node = written.node
        shape = tuple(before[0].shape) if before and isinstance(before[0], torch.Tensor) else ()
        place = size_dimension(node, len(shape))
        wanted = wanted_size(node)
        if place is None or wanted in {None, shape[place]} or not follows(node, len(shape)):
            return written
        setting, text = size_setting(node), str(shape[place])
        settings = tuple(Setting(setting, text) if one.name == setting else one for one in node.settings)
        node = replace(node, settings=settings)
        self.settled.append(Settled(name=node.name, setting=setting, text=text))
        return replace(written, node=node, making=constructor_line(node))

    def _run(self, written: WrittenNode) -> None:
        node = written.node
        if node.kind is NodeKind.INPUT:
            self._names[node.name] = torch.empty(self._input_shape(node), dtype=_number_type(node))
            return
        if node.kind is NodeKind.OUTPUT:
            return
        for line in (written.making, written.calling):
            exec(_compiled(line, node), self._names)  # noqa: S102 - see the class: these lines are checked before

    def _input_shape(self, node: Node) -> Shape:
        given = self._request.inputs.get(node.name)
        if given is not None:
            return given
        if not node.shape:
            raise NetworkError(
                f"The shape of the input {node.name} is not known: type that of one sample into its box, as 1, 8, 8."
            )
        return (self._request.batch, *node.shape)

    def _facts(self, written: WrittenNode, flops: int) -> NodeFacts:
        node = written.node
        own = getattr(self._module, node.name, None) if written.making else None
        is_own = node.kind is NodeKind.PARAMETER
        values = [own] if is_own else [self._names.get(name) if name != "_" else None for name in written.variables]
        self._values.update({(node.name, port): value for port, value in enumerate(values)})
        tensors = [value if isinstance(value, torch.Tensor) else None for value in values]
        return NodeFacts(
            name=node.name,
            shapes=tuple(None if one is None else tuple(one.shape) for one in tensors)
            if written.calling or is_own
            else (),
            parameters=_parameters(own),
            flops=flops,
            nbytes=0 if is_own else sum(one.numel() * one.element_size() for one in tensors if one is not None),
        )

    def _lose(self, found: Misfit) -> None:
        self._lost.add(found.name)
        self.misfits.append(found)


def _parameters(made: object) -> int:
    """Return how many numbers a layer or a parameter learns."""
    if isinstance(made, nn.Parameter):
        return made.numel()
    return sum(one.numel() for one in made.parameters()) if isinstance(made, nn.Module) else 0


def _compiled(line: str, node: Node) -> CodeType:
    return compile(line, f"<{node.name}>", "exec")


def _number_type(node: Node) -> torch.dtype:
    found = getattr(torch, node.type or "float32", None)
    if not isinstance(found, torch.dtype):
        raise NetworkError(f"There is no type of numbers called {node.type}.")
    return found
