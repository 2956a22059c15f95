"""Blocks that stand alone: a group of nodes as a network of its own, and such a network put into another one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.network.catalogue import input_ports, layers, output_ports
from engine.network.edits import copied, pasted
from engine.network.errors import NetworkError
from engine.network.names import free_name, next_name
from engine.network.network import Link, Network, Node, NodeKind, NodeName

Port = tuple[NodeName, int]


@dataclass(frozen=True, slots=True)
class PutBlock:
    """A block as it was put into a network.

    Attributes:
        names: Its nodes.
        inputs: What has to be connected to each of its inputs.
        outputs: Where its results come out.
    """

    names: tuple[NodeName, ...]
    inputs: tuple[tuple[Port, ...], ...]
    outputs: tuple[Port, ...]


def members_of(network: Network, block: str) -> tuple[NodeName, ...]:
    """Return the nodes of a block."""
    return tuple(node.name for node in network.nodes if node.block == block)


def block_alone(network: Network, block: str, shapes: Mapping[Port, tuple[int, ...]] | None = None) -> Network:
    """Return a block as a network of its own: what comes from outside are its inputs, what goes outside its output.

    ``shapes`` are those of one sample at outputs of the network, as far as they are known: inputs get them.

    Two of its nodes that take the same result from outside share an input. An input that it needs and that nothing is
    connected to is an input of its own. A layer that uses the parameters of one outside gets its own.

    Raises:
        NetworkError: If there is no such block.
    """
    names = set(members_of(network, block))
    if not names:
        raise NetworkError(f"There is no block {block} in the network.")
    piece = copied(network, names)
    owners = {node.name: node for node in network.nodes}
    nodes = [_alone(node, owners, names) for node in piece.nodes]
    taken = {str(name) for name in names}
    links = list(piece.links)
    inputs: list[Node] = []
    for index, (source, ports) in enumerate(_open_inputs(network, names)):
        name = free_name("x" if index == 0 else f"x{index + 1}", taken)
        taken.add(name)
        given = owners[source[0]] if source is not None else None
        is_input = given is not None and given.kind is NodeKind.INPUT
        shape = given.shape if given is not None and is_input else (shapes or {}).get(source or (NodeName(""), 0), ())
        number_type = given.type if given is not None and is_input else ""
        inputs.append(Node(name=name, kind=NodeKind.INPUT, type=number_type, shape=shape))
        links += [Link(name, 0, *port) for port in ports]
    output = Node(name=free_name("output", taken), kind=NodeKind.OUTPUT)
    links += [Link(*port, output.name, place) for place, port in enumerate(_open_outputs(network, names))]
    return Network(name=class_name(block), nodes=(*inputs, *nodes, output), links=tuple(links))


def with_block(network: Network, piece: Network, block: str) -> tuple[Network, PutBlock]:
    """Put a network that stands alone into another one as a block, unconnected.

    Raises:
        NetworkError: If it has nothing but inputs and outputs.
    """
    ends = {node.name for node in piece.nodes if node.kind in {NodeKind.INPUT, NodeKind.OUTPUT}}
    inside = [node.name for node in piece.nodes if node.name not in ends]
    if not inside:
        raise NetworkError(f"{block} has no layer.")
    bare = copied(piece, inside)
    name = next_name(block, {node.block for node in network.nodes if node.block})
    bare = replace(bare, nodes=tuple(replace(node, block=name) for node in bare.nodes), folded=())
    joined, names = pasted(network, bare)
    new = dict(zip(inside, names, strict=True))
    inputs = tuple(
        tuple((new[link.target], link.target_port) for link in piece.links
              if link.source == node.name and link.target in new)
        for node in piece.nodes if node.kind is NodeKind.INPUT
    )  # fmt: skip
    outs = sorted((link for link in piece.links if _is_output(piece, link.target)), key=lambda link: link.target_port)
    outputs = tuple((new[link.source], link.source_port) for link in outs if link.source in new)
    return joined, PutBlock(names, tuple(ports for ports in inputs if ports), outputs)


def class_name(block: str) -> str:
    """Return the name of a block's class: ``ConvBlock`` of ``conv_block``."""
    return str(free_name("".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", block)), ()))


def _alone(node: Node, owners: dict[NodeName, Node], names: set[NodeName]) -> Node:
    node = replace(node, block="")
    if not node.same_as or node.same_as in names:
        return node
    return replace(node, same_as=NodeName(""), settings=owners[node.same_as].settings)


def _open_inputs(network: Network, names: set[NodeName]) -> Iterator[tuple[Port | None, list[Port]]]:
    """Yield what feeds a block from outside with the inputs that it feeds, then those that it needs and has not."""
    groups: dict[Port, list[Port]] = {}
    for link in network.links:
        if link.target in names and link.source not in names:
            groups.setdefault((link.source, link.source_port), []).append((link.target, link.target_port))
    yield from groups.items()
    given = {(link.target, link.target_port) for link in network.links}
    for node in network.nodes:
        if node.name in names:
            yield from ((None, [(node.name, port)]) for port in range(_needed(node)) if (node.name, port) not in given)


def _needed(node: Node) -> int:
    ports = input_ports(node)
    if node.kind is NodeKind.LAYER:
        return layers()[node.type].needed_inputs
    return 1 if ports is None else len(ports)


def _open_outputs(network: Network, names: set[NodeName]) -> list[Port]:
    """Return the results of a block that something outside takes; else those of its nodes that nothing takes."""
    out = [(link.source, link.source_port) for link in network.links
           if link.source in names and link.target not in names]  # fmt: skip
    if out:
        return list(dict.fromkeys(out))
    used = {link.source for link in network.links}
    return [(node.name, 0) for node in network.nodes
            if node.name in names and node.name not in used and output_ports(node)]  # fmt: skip


def _is_output(network: Network, name: NodeName) -> bool:
    return any(node.name == name and node.kind is NodeKind.OUTPUT for node in network.nodes)
