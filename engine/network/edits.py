"""Edits of a network: each takes one and gives a new one, so undoing is going back to an old one."""

import ast
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from enum import Enum

from engine.network.catalogue import functions, input_ports, layers, output_ports, parameters_of
from engine.network.errors import NetworkError
from engine.network.expressions import LETTERS, parse_expression, variables
from engine.network.names import check_name, next_name
from engine.network.network import Link, Network, Node, NodeKind, NodeName, Setting
from engine.network.order import ordered, tidy_text
from engine.network.own_tensors import tidy_start

_PASTED_PX = 24.0
"""How far a copy stands from what it was copied from."""


class Edge(Enum):
    """What nodes are aligned by."""

    LEFT = "left"
    TOP = "top"


def node_of(network: Network, name: NodeName) -> Node:
    """Return a node.

    Raises:
        NetworkError: If there is none of that name.
    """
    found = next((node for node in network.nodes if node.name == name), None)
    if found is None:
        raise NetworkError(f"There is no {name} in the network.")
    return found


def add(network: Network, node: Node) -> Network:
    """Add a node.

    Raises:
        NetworkError: If its name is taken, its type unknown, or there is an output already.
    """
    _check_free(network, node.name)
    match node.kind:
        case NodeKind.LAYER if node.type not in layers():
            raise NetworkError(f"There is no layer nn.{node.type}.")
        case NodeKind.FUNCTION if node.type not in functions():
            raise NetworkError(f"There is no function {node.type}.")
        case NodeKind.OUTPUT if any(other.kind is NodeKind.OUTPUT for other in network.nodes):
            raise NetworkError("The network has an output already; it takes any number of links.")
        case NodeKind.EXPRESSION | NodeKind.CONSTANT:
            _check_text(node.kind, node.text)
        case NodeKind.PARAMETER:
            tidy_start(node.text)
        case _:
            pass
    added = replace(network, nodes=(*network.nodes, replace(node, settings=())))
    for setting in node.settings:
        added = set_setting(added, node.name, setting.name, setting.text)
    return added


def suggested_name(network: Network, wanted: str) -> NodeName:
    """Return a free name for a new node: ``linear2`` for a second ``Linear``, ``fc3`` after ``fc1`` and ``fc2``."""
    taken = {str(node.name) for node in network.nodes}
    first = f"{wanted.lower()}1"
    return next_name(first if first in taken else wanted.lower(), taken)


def remove(network: Network, names: Collection[NodeName]) -> Network:
    """Remove nodes with their links; a layer that used a removed one again gets parameters of its own."""
    nodes = []
    for node in network.nodes:
        if node.name not in names:
            owner = next((one for one in network.nodes if one.name == node.same_as and one.name in names), None)
            nodes.append(node if owner is None else replace(node, same_as=NodeName(""), settings=owner.settings))
    links = (link for link in network.links if link.source not in names and link.target not in names)
    return _with_real_folds(replace(network, nodes=tuple(nodes), links=tuple(links)))


def connect(network: Network, link: Link) -> Network:
    """Connect two ports; what was connected to the input before is replaced.

    Raises:
        NetworkError: If a port does not exist or a cycle would come of it.
    """
    source, target = node_of(network, link.source), node_of(network, link.target)
    if not 0 <= link.source_port < len(output_ports(source)):
        raise NetworkError(f"{link.source} has no output {link.source_port + 1}.")
    ports = input_ports(target)
    count = len(ports) if ports is not None else len(LETTERS)
    if not 0 <= link.target_port < count:
        raise NetworkError(f"{link.target} has no input {link.target_port + 1}.")
    kept = (one for one in network.links if (one.target, one.target_port) != (link.target, link.target_port))
    connected = replace(network, links=(*kept, link))
    try:
        ordered(connected)
    except NetworkError as error:
        raise NetworkError(
            f"{link.source} cannot go into {link.target}: it needs the result of {link.target}."
        ) from error
    return connected


def disconnect(network: Network, link: Link) -> Network:
    """Take a link away.

    Raises:
        NetworkError: If it is not there.
    """
    if link not in network.links:
        raise NetworkError(f"{link.source} and {link.target} are not connected there.")
    return replace(network, links=tuple(one for one in network.links if one != link))


def rename(network: Network, name: NodeName, new_name: str) -> Network:
    """Give a node another name.

    Raises:
        NetworkError: If the new one is no name, or taken.
    """
    node_of(network, name)
    if new_name == name:
        return network
    _check_free(network, new_name)
    return _renamed(network, lambda old: NodeName(new_name) if old == name else old)


def set_setting(network: Network, name: NodeName, setting: str, text: str) -> Network:
    """Set one argument of a node; an empty text gives it back its default.

    Raises:
        NetworkError: If the node has no such setting or the text is no value.
    """
    node = node_of(network, name)
    if setting not in {parameter.name for parameter in parameters_of(node)}:
        raise NetworkError(f"{node.type or name} has no setting {setting}.")
    kept = tuple(one for one in node.settings if one.name != setting)
    if not text.strip():
        return _with_node(network, replace(node, settings=kept))
    value = tidy_text(text)
    if variables(parse_expression(value)):
        raise NetworkError(f"The {setting} of {name} must be a value, and “{text.strip()[:60]}” is a name.")
    settings = [Setting(setting, value) if one.name == setting else one for one in node.settings]
    if len(kept) == len(node.settings):
        settings.append(Setting(setting, value))
    return _with_node(network, replace(node, settings=tuple(settings)))


def set_text(network: Network, name: NodeName, text: str) -> Network:
    """Set what an expression or a constant says, or what a parameter starts from.

    Raises:
        NetworkError: If it is no expression, or uses something else than its inputs.
    """
    node = node_of(network, name)
    if node.kind is NodeKind.PARAMETER:
        return _with_node(network, replace(node, text=tidy_start(text)))
    if node.kind not in {NodeKind.EXPRESSION, NodeKind.CONSTANT}:
        raise NetworkError(f"{name} has no text of its own.")
    _check_text(node.kind, text)
    return _with_node(network, replace(node, text=tidy_text(text)))


def set_shape(network: Network, name: NodeName, shape: tuple[int, ...], number_type: str = "") -> Network:
    """Say what one sample of an input is.

    Raises:
        NetworkError: If the node is no input or a size is below 1.
    """
    node = node_of(network, name)
    if node.kind is not NodeKind.INPUT:
        raise NetworkError(f"{name} is no input.")
    if any(size < 1 for size in shape):
        raise NetworkError("Every size of an input is at least 1.")
    return _with_node(network, replace(node, shape=shape, type=number_type))


def move(network: Network, names: Collection[NodeName], dx_px: float, dy_px: float) -> Network:
    """Move nodes on the canvas."""
    return _mapped(
        network,
        lambda node: replace(node, x_px=node.x_px + dx_px, y_px=node.y_px + dy_px) if node.name in names else node,
    )


def align(network: Network, names: Collection[NodeName], edge: Edge) -> Network:
    """Put nodes in one line, at the outermost of them."""
    chosen = [node for node in network.nodes if node.name in names]
    if not chosen:
        return network
    if edge is Edge.LEFT:
        left = min(node.x_px for node in chosen)
        return _mapped(network, lambda node: replace(node, x_px=left) if node.name in names else node)
    top = min(node.y_px for node in chosen)
    return _mapped(network, lambda node: replace(node, y_px=top) if node.name in names else node)


def copied(network: Network, names: Collection[NodeName]) -> Network:
    """Return nodes with the links between them as a network of their own, for ``pasted``."""
    nodes = tuple(node for node in network.nodes if node.name in names)
    links = tuple(link for link in network.links if link.source in names and link.target in names)
    return replace(network, nodes=nodes, links=links)


def pasted(network: Network, piece: Network) -> tuple[Network, tuple[NodeName, ...]]:
    """Add a copied piece under free names; return the network and the new names.

    A layer of the piece gets parameters of its own. An output is not pasted beside another.
    """
    taken = {str(node.name) for node in network.nodes}
    blocks = {node.block for node in network.nodes if node.block}
    has_output = any(node.kind is NodeKind.OUTPUT for node in network.nodes)
    names: dict[NodeName, NodeName] = {}
    new_blocks: dict[str, str] = {"": ""}
    nodes = []
    for node in piece.nodes:
        if node.kind is NodeKind.OUTPUT and has_output:
            continue
        names[node.name] = next_name(node.name, taken)
        taken.add(names[node.name])
        if node.block not in new_blocks:
            new_blocks[node.block] = next_name(node.block, blocks)
            blocks.add(new_blocks[node.block])
        nodes.append(node)
    made = tuple(
        replace(node, name=names[node.name], same_as=names.get(node.same_as, NodeName("")),
                block=new_blocks[node.block], x_px=node.x_px + _PASTED_PX, y_px=node.y_px + _PASTED_PX)
        for node in nodes
    )  # fmt: skip
    links = tuple(
        replace(link, source=names[link.source], target=names[link.target])
        for link in piece.links
        if link.source in names and link.target in names
    )
    folded = tuple(new_blocks[block] for block in piece.folded if block in new_blocks)
    joined = replace(network, nodes=network.nodes + made, links=network.links + links, folded=network.folded + folded)
    return joined, tuple(names.values())


def duplicate(network: Network, names: Collection[NodeName]) -> tuple[Network, tuple[NodeName, ...]]:
    """Copy and paste in one."""
    return pasted(network, copied(network, names))


def group(network: Network, names: Collection[NodeName], block: str) -> Network:
    """Put nodes into a block.

    Raises:
        NetworkError: If the block is no name or there is one of that name.
    """
    check_name(block)
    if any(node.block == block for node in network.nodes):
        raise NetworkError(f"There is a block {block} already.")
    chosen = [node_of(network, name) for name in names]
    if any(node.kind in {NodeKind.INPUT, NodeKind.OUTPUT} for node in chosen):
        raise NetworkError("Inputs and outputs of the network cannot be in a block.")
    return _mapped(network, lambda node: replace(node, block=block) if node.name in names else node)


def ungroup(network: Network, block: str) -> Network:
    """Dissolve a block; its nodes stay."""
    return _with_real_folds(_mapped(network, lambda node: replace(node, block="") if node.block == block else node))


def rename_block(network: Network, block: str, new_name: str) -> Network:
    """Give a block another name.

    Raises:
        NetworkError: If the new one is no name, or taken.
    """
    if new_name == block:
        return network
    check_name(new_name)
    if any(node.block == new_name for node in network.nodes):
        raise NetworkError(f"There is a block {new_name} already.")
    renamed = _mapped(network, lambda node: replace(node, block=new_name) if node.block == block else node)
    return replace(renamed, folded=tuple(new_name if one == block else one for one in network.folded))


def fold(network: Network, blocks: Collection[str], *, is_folded: bool) -> Network:
    """Show blocks as one box each, or open."""
    kept = tuple(block for block in network.folded if block not in blocks)
    return _with_real_folds(replace(network, folded=(*kept, *blocks) if is_folded else kept))


def name_network(network: Network, name: str) -> Network:
    """Give the network's class another name.

    Raises:
        NetworkError: If it is no name.
    """
    return replace(network, name=str(check_name(name)))


def _check_free(network: Network, name: str) -> None:
    check_name(name)
    if any(node.name == name for node in network.nodes):
        raise NetworkError(f"There is a {name} already.")


def _check_text(kind: NodeKind, text: str) -> None:
    tree = parse_expression(text)
    unknown = [name for name in variables(tree) if kind is NodeKind.CONSTANT or name not in LETTERS]
    if unknown:
        allowed = (
            "a constant has no inputs" if kind is NodeKind.CONSTANT else "an expression calls its inputs a, b, c ..."
        )
        raise NetworkError(f"“{unknown[0]}” is not known: {allowed}.")
    if isinstance(tree, ast.Name):
        raise NetworkError(f"“{tree.id}” alone is what comes in: an expression does something with it, as in a * 2.")


def _renamed(network: Network, name_of: Callable[[NodeName], NodeName]) -> Network:
    nodes = tuple(replace(node, name=name_of(node.name), same_as=name_of(node.same_as)) for node in network.nodes)
    links = (replace(link, source=name_of(link.source), target=name_of(link.target)) for link in network.links)
    return replace(network, nodes=nodes, links=tuple(links))


def _with_real_folds(network: Network) -> Network:
    """Forget that a block was folded which has no nodes any more."""
    blocks = {node.block for node in network.nodes}
    return replace(network, folded=tuple(block for block in network.folded if block in blocks))


def _with_node(network: Network, changed: Node) -> Network:
    return _mapped(network, lambda node: changed if node.name == changed.name else node)


def _mapped(network: Network, change: Callable[[Node], Node]) -> Network:
    nodes: Iterable[Node] = (change(node) for node in network.nodes)
    return replace(network, nodes=tuple(nodes))
