"""The network that is read, as far as it is: nodes, links and the names that are taken."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from engine.network.calls import bind_layer, result_ports
from engine.network.catalogue import layers
from engine.network.constants import Patience
from engine.network.errors import CannotDrawError
from engine.network.marks import InputMark, Marks
from engine.network.members import Function, Layer, Literal, Member, Module, Own, Sequence
from engine.network.names import free_name, is_reserved
from engine.network.network import Link, Node, NodeKind, NodeName, Setting
from engine.network.values import Port, Value

Path: TypeAlias = tuple[str, ...]


@dataclass
class Drawing:
    """The network as far as it is followed; ``members`` are those of the outermost module, ``helpers`` of the file."""

    marks: Marks
    members: Mapping[str, Member]
    helpers: Mapping[str, ast.FunctionDef] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    deep: int = 0
    nodes: list[Node] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._layer_names: dict[Path, NodeName] = {}
        self._made: dict[Path, Layer] = {}
        self._called: set[Path] = set()
        self._own: dict[Path, Own] = {}
        self._same: dict[Path, Path] = {}
        seen: dict[int, Path] = {}
        # The names of attributes go first: a variable of the same name is renamed.
        for path, made in sorted(_made_in(self.members, ()), key=lambda found: len(found[0])):
            first = self._same.setdefault(path, seen.setdefault(id(made), path))
            if first != path:
                continue  # one layer under two names
            self._layer_names[path] = self._claim("_".join(path))
            if isinstance(made, Own):
                self._own[path] = made
            else:
                self._made[path] = made

    def add_input(self, name: str, mark: InputMark) -> Port:
        """Add an argument of ``forward``."""
        claimed = self._claim(name)
        self.nodes.append(Node(name=claimed, kind=NodeKind.INPUT, type=mark.type, shape=mark.shape))
        return Port(claimed, 0)

    def add_own_tensors(self) -> None:
        """Add the parameters and buffers that no layer holds."""
        for path, own in self._own.items():
            block = self.marks.blocks.get(own.line, "_".join(path[:-1]))
            self.nodes.append(Node(name=self._layer_names[path], kind=NodeKind.PARAMETER, type=own.kind,
                                   text=ast.unparse(own.tree), block=block))  # fmt: skip

    def own_tensor(self, path: Path) -> Port:
        """Return where a parameter or buffer comes from."""
        return Port(self._layer_names[self._same[path]], 0)

    def add_loose_layers(self) -> None:
        """Add the layers that are made but never called."""
        for path, layer in self._made.items():
            if path not in self._called:
                block = self.marks.blocks.get(layer.line, "_".join(path[:-1]))
                self.nodes.append(_layer_node(self._layer_names[path], layer, block))

    def add(self, node: Node, operands: list[Value], line: int) -> Port:
        """Add a node with its operands at its first inputs."""
        self.nodes.append(node)
        for index, value in enumerate(operands):
            if not isinstance(value, Port):
                raise CannotDrawError(line, f"what goes into {node.name} is no single tensor")
            self.links.append(Link(value.node, value.index, node.name, index))
        return Port(node.name, 0)

    def name(self, hint: str, otherwise: str) -> NodeName:
        """Claim the name of the variable that is assigned to, or a free one."""
        is_free = bool(hint) and hint not in self.taken and not is_reserved(hint) and hint.isascii()
        return self._claim(hint if is_free else otherwise)

    def _claim(self, wanted: str) -> NodeName:
        found = free_name(wanted, self.taken)
        self.taken.add(found)
        return found

    def call_layer(
        self, layer: Layer, path: Path, values: list[Value], named: Mapping[str, Value], line: int, hint: str
    ) -> Value:
        """Add a call of a layer; one that was called before is used again."""
        path = self._same[path]
        bound = bind_layer(layers()[layer.type], values, named, line)
        block = self.marks.blocks.get(line, "_".join(path[:-1]))
        owner = self._layer_names[path]
        if path in self._called:
            name = self.name(hint, f"{owner}_again")
            node = Node(name=name, kind=NodeKind.LAYER, type=layer.type, block=block, same_as=owner,
                        settings=bound.settings)  # fmt: skip
        else:
            self._called.add(path)
            node = _layer_node(owner, layer, block, bound.settings)
        self.nodes.append(node)
        self.links += [Link(port.node, port.index, node.name, index) for index, port in bound.ports.items()]
        return result_ports(layers()[layer.type], node.name)


def _made_in(members: Mapping[str, Member], path: Path) -> list[tuple[Path, Layer | Own]]:
    found: list[tuple[Path, Layer | Own]] = []
    for name, member in members.items():
        match member:
            case Layer() | Own():
                found.append(((*path, name), member))
            case Sequence(members=inner):
                found += _made_in(dict(inner), (*path, name))
            case Module(members=inner):
                found += _made_in(inner, (*path, name))
            case Literal() | Function():
                pass
    return found


def _layer_node(name: NodeName, layer: Layer, block: str, extra: tuple[Setting, ...] = ()) -> Node:
    return Node(name=name, kind=NodeKind.LAYER, type=layer.type, settings=layer.settings + extra, block=block)
