"""The order in which a network is written, and the one form that equal networks have."""

import ast
import heapq
from collections.abc import Mapping
from dataclasses import replace

from engine.network.catalogue import CALL_PREFIX, parameters_of
from engine.network.errors import NetworkError
from engine.network.expressions import LETTERS, parse_expression, relabel
from engine.network.names import free_name
from engine.network.network import Link, Network, Node, NodeKind, NodeName, Setting
from engine.network.own_tensors import tidy_start


def links_into(network: Network) -> dict[NodeName, list[Link]]:
    """Return the links that end at each node, by port."""
    found: dict[NodeName, list[Link]] = {node.name: [] for node in network.nodes}
    for link in sorted(network.links, key=lambda link: link.target_port):
        found[link.target].append(link)
    return found


def is_loose(network: Network, node: Node) -> bool:
    """Return whether a layer is not connected at all: it is made but not called."""
    return node.kind is NodeKind.LAYER and not any(node.name in (link.source, link.target) for link in network.links)


def ordered(network: Network) -> list[Node]:
    """Return the nodes as they are written: inputs, own tensors, then each after what it needs, loose ones, the output.

    Raises:
        NetworkError: If there is a cycle.
    """
    place = {node.name: (_rank(network, node), index) for index, node in enumerate(network.nodes)}
    nodes = {node.name: node for node in network.nodes}
    waits: dict[NodeName, set[NodeName]] = {name: set() for name in nodes}
    followers: dict[NodeName, set[NodeName]] = {name: set() for name in nodes}
    for source, target in _before(network):
        waits[target].add(source)
        followers[source].add(target)
    ready = [(place[name], name) for name, needed in waits.items() if not needed]
    heapq.heapify(ready)
    found: list[Node] = []
    while ready:
        _, name = heapq.heappop(ready)
        found.append(nodes[name])
        for follower in followers[name]:
            waits[follower].discard(name)
            if not waits[follower]:
                heapq.heappush(ready, (place[follower], follower))
    if len(found) < len(nodes):
        stuck = next(name for name, needed in waits.items() if needed)
        raise NetworkError(f"{stuck} needs its own result: there is a cycle.")
    return found


def normal(network: Network) -> Network:
    """Return the form in which equal networks are equal: places on the canvas, and what is folded, are left out.

    Raises:
        NetworkError: If there is a cycle or an expression that is none.
    """
    network = _with_plain_output(network)
    nodes = ordered(network)
    into = links_into(network)
    place = {node.name: index for index, node in enumerate(nodes)}
    texts: dict[NodeName, str] = {}
    links: list[Link] = []
    for node in nodes:
        kept = into[node.name]
        if node.kind is NodeKind.EXPRESSION:
            texts[node.name], kept = _relettered(node, kept)
        elif node.kind is NodeKind.CONSTANT:
            texts[node.name] = ast.unparse(parse_expression(node.text))
        elif node.kind is NodeKind.PARAMETER:
            texts[node.name] = tidy_start(node.text)
        links += kept
    tidy = tuple(_tidy(_uncalled(node) if is_loose(network, node) else node, texts) for node in nodes)
    in_order = tuple(sorted(links, key=lambda link: (place[link.target], link.target_port)))
    return replace(network, nodes=tidy, links=in_order, folded=())


def _with_plain_output(network: Network) -> Network:
    """Name the output as nothing in a source does: that ``return`` has no name."""
    output = next((node for node in network.nodes if node.kind is NodeKind.OUTPUT), None)
    if output is None:
        return network
    name = free_name("output", {node.name for node in network.nodes if node is not output})
    nodes = tuple(replace(node, name=name) if node is output else node for node in network.nodes)
    links = tuple(replace(link, target=name) if link.target == output.name else link for link in network.links)
    return replace(network, nodes=nodes, links=links)


def _rank(network: Network, node: Node) -> int:
    match node.kind:
        case NodeKind.INPUT:
            return 0
        case NodeKind.PARAMETER:
            return 1
        case NodeKind.OUTPUT:
            return 4
        case _:
            return 3 if is_loose(network, node) else 2


def _before(network: Network) -> list[tuple[NodeName, NodeName]]:
    pairs = [(link.source, link.target) for link in network.links]
    return pairs + [(node.same_as, node.name) for node in network.nodes if node.same_as]


def _relettered(node: Node, into: list[Link]) -> tuple[str, list[Link]]:
    """Return an expression with its inputs called in their order, and the links that it uses, each source once."""
    source_of = {LETTERS[link.target_port]: (link.source, link.source_port) for link in into}
    letters: dict[tuple[NodeName, int], str] = {}

    def letter_of(name: str) -> str:
        if name not in source_of:
            raise NetworkError(f"The expression {node.name} has nothing at its input {name}.")
        return letters.setdefault(source_of[name], LETTERS[len(letters)])

    text = ast.unparse(relabel(parse_expression(node.text), letter_of))
    links = [Link(*source, node.name, LETTERS.index(letter)) for source, letter in letters.items()]
    return text, links


def _uncalled(node: Node) -> Node:
    """Take away what is handed to ``forward``: a loose layer is not called."""
    return replace(node, settings=tuple(one for one in node.settings if not one.name.startswith(CALL_PREFIX)))


def _tidy(node: Node, texts: Mapping[NodeName, str]) -> Node:
    order = {parameter.name: index for index, parameter in enumerate(parameters_of(node))}
    settings = sorted(node.settings, key=lambda setting: order.get(setting.name, len(order)))
    return replace(
        node,
        settings=tuple(Setting(one.name, tidy_text(one.text)) for one in settings),
        text=texts.get(node.name, ""),
        x_px=0.0,
        y_px=0.0,
    )


def tidy_text(text: str) -> str:
    """Return a setting as Python writes it.

    Raises:
        NetworkError: If it is no expression.
    """
    return ast.unparse(parse_expression(text))
