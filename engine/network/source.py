"""A network as the source of an ``nn.Module`` that runs anywhere."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from engine.network.catalogue import (
    CALL_PREFIX,
    Form,
    LayerType,
    functions,
    input_ports,
    layers,
    output_ports,
    parameters_of,
)
from engine.network.errors import NetworkError
from engine.network.expressions import LETTERS, parse_expression, variables, with_names
from engine.network.network import Network, Node, NodeKind, NodeName
from engine.network.order import links_into, normal, ordered
from engine.network.own_tensors import making_line

BLOCK_MARK = "# block: "
"""Ends the line of a node that is in a block."""

Port = tuple[NodeName, int]
_INDENT = " " * 8


def write_source(network: Network) -> str:
    """Return the source of a network: imports and one class, ending with a newline.

    Raises:
        NetworkError: If something is missing that a runnable module needs.
    """
    tidy = normal(network)
    made = _Writer(tidy)
    made.write_all()
    tensor_result = "torch.Tensor" if made.returned == 1 else f"tuple[{', '.join(['torch.Tensor'] * made.returned)}]"
    arguments = "".join(f", {node.name}: torch.Tensor" for node in tidy.nodes if node.kind is NodeKind.INPUT)
    body = [
        f"class {network.name}(nn.Module):",
        "    def __init__(self) -> None:",
        f"{_INDENT}super().__init__()",
        *(_INDENT + line for line in made.making),
        "",
        f"    def forward(self{arguments}) -> {tensor_result}:",
        *(_INDENT + line for line in made.calling),
    ]
    text = "\n".join(body) + "\n"
    imports = ["import math"] if re.search(r"\bmath\.", text) else []
    imports += ["", "import torch"] if imports else ["import torch"]
    imports += ["import torch.nn.functional as F"] if re.search(r"\bF\.", text) else []
    return "\n".join([*imports, "from torch import nn", "", "", text])


@dataclass(frozen=True, slots=True)
class WrittenNode:
    """The lines of one node, for those who follow a network node by node.

    Attributes:
        making: Its line of ``__init__``, empty when it has none.
        calling: Its line of ``forward``, empty when it has none.
        variables: Where its outputs lie after it.
        trouble: Why it cannot be written, empty when it can; what comes after it is left out.
    """

    node: Node
    making: str = ""
    calling: str = ""
    variables: tuple[str, ...] = ()
    trouble: str = ""


def written_nodes(network: Network) -> list[WrittenNode]:
    """Return the lines of each node in their order; those that depend on one that is incomplete are left out.

    Raises:
        NetworkError: If there is a cycle or an expression that is none.
    """
    broken = _incomplete_expressions(network)
    writer = _Writer(normal(_without(network, set(broken))))
    found = [WrittenNode(node, trouble=trouble) for node, trouble in broken.items()]
    for node in writer.network.nodes:
        if not writer.is_ready(node):
            continue
        made, called = len(writer.making), len(writer.calling)
        try:
            writer.write(node)
        except NetworkError as error:
            found.append(WrittenNode(node, trouble=str(error)))
            continue
        variables = tuple(writer.variable.get((node.name, port), "") for port in range(len(output_ports(node))))
        making, calling = "".join(writer.making[made:]), "".join(writer.calling[called:])
        found.append(WrittenNode(node, making, calling, variables))
    return found


def constructor_line(node: Node) -> str:
    """Return the line of ``__init__`` that makes a layer.

    Raises:
        NetworkError: If it lacks a setting.
    """
    return f"self.{node.name} = nn.{node.type}({_settings_text(node)})"


def _incomplete_expressions(network: Network) -> dict[Node, str]:
    """Return the expressions that use an input at which there is nothing, and what they lack."""
    into = links_into(network)
    found = {}
    for node in network.nodes:
        if node.kind is NodeKind.EXPRESSION:
            given = {LETTERS[link.target_port] for link in into[node.name]}
            missing = next((name for name in variables(parse_expression(node.text)) if name not in given), None)
            if missing is not None:
                found[node] = f"{node.name} has nothing at its input {missing}."
    return found


def _without(network: Network, gone: set[Node]) -> Network:
    """Return a network without some nodes and without what depends on them."""
    lost = {node.name for node in gone}
    for node in ordered(network) if lost else ():
        if node.same_as in lost or any(link.source in lost for link in network.links if link.target == node.name):
            lost.add(node.name)
    links = tuple(link for link in network.links if link.source not in lost and link.target not in lost)
    return replace(network, nodes=tuple(node for node in network.nodes if node.name not in lost), links=links)


@dataclass
class _Writer:
    """Writes one network; ``variable`` says in which local variable each output lies."""

    network: Network
    making: list[str] = field(default_factory=list)
    calling: list[str] = field(default_factory=list)
    variable: dict[Port, str] = field(default_factory=dict)
    returned: int = 0

    def __post_init__(self) -> None:
        self._into = links_into(self.network)
        self._left = Counter((link.source, link.source_port) for link in self.network.links)
        self._taken = {str(node.name) for node in self.network.nodes}

    def write_all(self) -> None:
        """Write every node in its order."""
        if not any(node.kind is NodeKind.OUTPUT for node in self.network.nodes):
            raise NetworkError("The network has no output.")
        for node in self.network.nodes:
            self.write(node)

    def is_ready(self, node: Node) -> bool:
        """Return whether everything that goes into a node was written."""
        return all((link.source, link.source_port) in self.variable for link in self._into[node.name])

    def write(self, node: Node) -> None:
        """Write one node; those before it were written."""
        match node.kind:
            case NodeKind.INPUT:
                self.variable[node.name, 0] = node.name
                if node.shape or node.type:
                    sizes = ", ".join(("N", *map(str, node.shape))) + ("" if node.shape else ",")
                    self.calling.append(f"# {node.name}: ({sizes}) {node.type}".rstrip())
            case NodeKind.LAYER:
                self._write_layer(node)
            case NodeKind.FUNCTION:
                self._assign(node, self._function_text(node))
            case NodeKind.CONSTANT:
                self._assign(node, node.text)
            case NodeKind.PARAMETER:
                self.variable[node.name, 0] = f"self.{node.name}"
                self.making.append(making_line(node) + self._mark(node))
            case NodeKind.EXPRESSION:
                names = {LETTERS[link.target_port]: self._use((link.source, link.source_port))
                         for link in self._into[node.name]}  # fmt: skip
                self._assign(node, with_names(node.text, names))
            case NodeKind.OUTPUT:
                names_out = self._every_input(node)
                self.returned = len(names_out)
                self.calling.append("return " + ", ".join(names_out))

    def _assign(self, node: Node, text: str) -> None:
        self.variable[node.name, 0] = node.name
        self.calling.append(f"{node.name} = {text}{self._mark(node)}")

    def _write_layer(self, node: Node) -> None:
        layer = layers()[node.type]
        if not node.same_as:
            self.making.append(constructor_line(node) + self._loose_mark(node))
        links = self._into[node.name]
        if not links and not any(self._left[node.name, port] for port in range(len(layer.outputs))):
            return
        given = {link.target_port: (link.source, link.source_port) for link in links}
        self._check_complete(node, given, layer.needed_inputs)
        first = given[0]
        names = {port: self._use(source) for port, source in given.items()}
        keeps = self._left[first] == 0 and not node.same_as and not names[0].startswith("self.")
        target = self._targets(node, layer, names[0] if keeps else node.name)
        arguments = _layer_arguments(layer, names)
        arguments += [
            f"{one.name.removeprefix(CALL_PREFIX)}={one.text}"
            for one in node.settings
            if one.name.startswith(CALL_PREFIX)
        ]
        owner = node.same_as or node.name
        self.calling.append(f"{target} = self.{owner}({', '.join(arguments)}){self._mark(node)}")

    def _targets(self, node: Node, layer: LayerType, first: str) -> str:
        """Name the variables of a layer's outputs, and return what stands left of the equals sign."""
        names = []
        for port in range(len(layer.outputs)):
            is_used = self._left[node.name, port] > 0
            name = first if port == 0 else self._free(f"{node.name}_{layer.outputs[port].removesuffix('_n')}")
            self.variable[node.name, port] = name
            names.append(name if is_used or (port == 0 and bool(node.same_as or len(layer.outputs) == 1)) else "_")
        if node.type == "LSTM":
            state = "_" if names[1:] == ["_", "_"] else f"({names[1]}, {names[2]})"
            return f"{names[0]}, {state}"
        return ", ".join(names)

    def _function_text(self, node: Node) -> str:
        function = functions()[node.type]
        names = self._every_input(node)
        settings = _settings_text(node)
        match function.form:
            case Form.OPERATOR:
                return f"{names[0]} {function.written} {names[1]}"
            case Form.CALL:
                return f"{function.written}({', '.join([*names, settings] if settings else names)})"
            case Form.LIST_CALL:
                inside = ", ".join(names) + ("," if len(names) == 1 else "")
                return f"{function.written}(({inside}){', ' + settings if settings else ''})"
            case Form.METHOD:
                return f"{names[0]}.{function.written}({settings})"
            case Form.SPREAD_METHOD:
                return f"{names[0]}.{function.written}({_spread(node)})"

    def _every_input(self, node: Node) -> list[str]:
        """Return the variables at all inputs of a node, in order; none may be missing."""
        given = {link.target_port: (link.source, link.source_port) for link in self._into[node.name]}
        ports = input_ports(node)
        count = max(given, default=0) + 1 if ports is None else len(ports)
        self._check_complete(node, given, count)
        return [self._use(given[port]) for port in range(count)]

    def _check_complete(self, node: Node, given: dict[int, Port], count: int) -> None:
        for port in range(count):
            if port not in given:
                ports = input_ports(node)
                name = str(port + 1) if ports is None else ports[port]
                raise NetworkError(f"{node.name} has nothing at its input {name}.")

    def _use(self, port: Port) -> str:
        self._left[port] -= 1
        return self.variable[port]

    def _free(self, wanted: str) -> str:
        while wanted in self._taken:
            wanted += "_"
        self._taken.add(wanted)
        return wanted

    def _loose_mark(self, node: Node) -> str:
        is_loose = not self._into[node.name] and not any(
            self._left[node.name, port] for port in range(len(output_ports(node)))
        )
        return self._mark(node) if is_loose else ""

    def _mark(self, node: Node) -> str:
        return f"  {BLOCK_MARK}{node.block}" if node.block else ""


def _layer_arguments(layer: LayerType, names: dict[int, str]) -> list[str]:
    if layer.name in {"LSTM", "LSTMCell"}:
        if len(names) == 2:
            raise NetworkError(f"A state of {layer.name} has two parts: connect both or none.")
        return [names[0]] if len(names) == 1 else [names[0], f"({names[1]}, {names[2]})"]
    found: list[str] = []
    for port in sorted(names):
        is_in_row = len(found) == port
        found.append(names[port] if is_in_row else f"{layer.inputs[port]}={names[port]}")
    return found


def _settings_text(node: Node) -> str:
    """Return what is given, needed arguments by place, others by name."""
    given = {setting.name: setting.text for setting in node.settings if not setting.name.startswith(CALL_PREFIX)}
    found = []
    for parameter in parameters_of(node):
        if parameter.name.startswith(CALL_PREFIX):
            continue
        text = given.pop(parameter.name, None)
        if text is None and parameter.default is None:
            raise NetworkError(f"{node.name} needs its {parameter.name}.")
        if text is not None:
            found.append(text if parameter.default is None else f"{parameter.name}={text}")
    for name in given:
        raise NetworkError(f"{node.type} has no setting {name}.")
    return ", ".join(found)


def _spread(node: Node) -> str:
    text = _settings_text(node)
    return text[1:-1].rstrip(",") if text.startswith(("(", "[")) else text
