"""Random networks for tests: every kind of node, branches, skips, several inputs and outputs, layers used again."""

from hypothesis import strategies as st

from engine.network.catalogue import Form, functions, layers, output_ports
from engine.network.edits import add, connect, group, suggested_name
from engine.network.network import Link, Network, Node, NodeKind, NodeName, Setting

LAYERS = {
    "Linear": (("in_features", "4"), ("out_features", "4")),
    "Conv2d": (("in_channels", "3"), ("out_channels", "8"), ("kernel_size", "(3, 1)"), ("padding_mode", "'reflect'")),
    "ReLU": (),
    "Dropout": (("p", "0.25"),),
    "LSTM": (("input_size", "4"), ("hidden_size", "4"), ("batch_first", "True")),
    "GRU": (("input_size", "4"), ("hidden_size", "4")),
    "LSTMCell": (("input_size", "4"), ("hidden_size", "4")),
    "MultiheadAttention": (("embed_dim", "4"), ("num_heads", "2"), ("forward.need_weights", "False")),
    "Bilinear": (("in1_features", "4"), ("in2_features", "4"), ("out_features", "4")),
}  # fmt: skip
FUNCTIONS = {
    "add": (), "mul": (), "matmul": (), "relu": (), "gelu": (), "cat": (("dim", "1"),), "stack": (),
    "flatten": (("start_dim", "1"),), "reshape": (("shape", "(-1, 4)"),), "permute": (("shape", "(1, 0)"),),
    "transpose": (("dim0", "0"), ("dim1", "-1")), "mean": (("dim", "1"), ("keepdim", "True")),
    "max_pool2d": (("kernel_size", "2"),), "attention": (),
}  # fmt: skip
EXPRESSIONS = (
    "a[:, -1]",
    "a * 2 + b",
    "torch.where(a > 0, a, b)",
    "-a",
    "b.sum() / math.sqrt(a.shape[1])",
    "F.pad(a, (1, 1))",
)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw a network that can be written."""
    network = Network(name=draw(st.sampled_from(("Network", "MyNet", "N2"))))
    for index in range(draw(st.integers(1, 3))):
        shape = draw(st.sampled_from(((), (4,), (3, 8, 8))))
        number_type = draw(st.sampled_from(("", "int64")))
        node = Node(
            name=NodeName("x" if index == 0 else f"in{index}"), kind=NodeKind.INPUT, shape=shape, type=number_type
        )
        network = add(network, node)
    for _ in range(draw(st.integers(0, 9))):
        network = _grown(draw, network)
    network = _with_output(draw, network)
    inner = [node.name for node in network.nodes if node.kind not in {NodeKind.INPUT, NodeKind.OUTPUT}]
    if inner and draw(st.booleans()):
        network = group(network, draw(st.sets(st.sampled_from(inner), min_size=1)), "stage")
    order = draw(st.permutations(network.nodes))
    return Network(name=network.name, nodes=tuple(order), links=tuple(draw(st.permutations(network.links))))


def _grown(draw: st.DrawFn, network: Network) -> Network:
    kind = draw(
        st.sampled_from(
            (
                NodeKind.LAYER,
                NodeKind.LAYER,
                NodeKind.FUNCTION,
                NodeKind.EXPRESSION,
                NodeKind.CONSTANT,
                NodeKind.PARAMETER,
            )
        )
    )
    match kind:
        case NodeKind.LAYER:
            return _with_layer(draw, network)
        case NodeKind.FUNCTION:
            type_name = draw(st.sampled_from(sorted(FUNCTIONS)))
            function = functions()[type_name]
            count = draw(st.integers(1, 3)) if function.form is Form.LIST_CALL else len(function.inputs)
            node = Node(
                name=_name(draw, network, type_name),
                kind=kind,
                type=type_name,
                settings=_settings(FUNCTIONS[type_name]),
            )
        case NodeKind.PARAMETER:
            kind_of_tensor = draw(st.sampled_from(("", "frozen", "buffer")))
            text = draw(st.sampled_from(("torch.zeros(1, 4)", "nn.init.normal_(torch.empty(4), std=0.02)")))
            node = Node(name=_name(draw, network, "token"), kind=kind, type=kind_of_tensor, text=text)
            count = 0
        case NodeKind.EXPRESSION:
            node = Node(name=_name(draw, network, "value"), kind=kind, text=draw(st.sampled_from(EXPRESSIONS)))
            count = 2
        case _:
            node = Node(
                name=_name(draw, network, "c"), kind=kind, text=draw(st.sampled_from(("2.0", "-1", "torch.ones(4)")))
            )
            count = 0
    return _fed(draw, network, node, range(count))


def _with_layer(draw: st.DrawFn, network: Network) -> Network:
    used = [node for node in network.nodes if node.kind is NodeKind.LAYER and not node.same_as
            and any(link.target == node.name for link in network.links)]  # fmt: skip
    if used and draw(st.integers(0, 3)) == 0:
        owner = draw(st.sampled_from(used))
        node = Node(name=_name(draw, network, "again"), kind=NodeKind.LAYER, type=owner.type, same_as=owner.name,
                    settings=tuple(one for one in owner.settings if one.name.startswith("forward.")))  # fmt: skip
        return _fed(draw, network, node, range(layers()[owner.type].needed_inputs))
    type_name = draw(st.sampled_from(sorted(LAYERS)))
    layer = layers()[type_name]
    ports = list(range(draw(st.sampled_from((layer.needed_inputs, len(layer.inputs))))))
    if type_name == "MultiheadAttention" and draw(st.booleans()):
        ports = [0, 1, 2, 4]
    node = Node(
        name=_name(draw, network, type_name.lower()),
        kind=NodeKind.LAYER,
        type=type_name,
        settings=_settings(LAYERS[type_name]),
    )
    return add(network, node) if draw(st.integers(0, 7)) == 0 else _fed(draw, network, node, ports)


def _fed(draw: st.DrawFn, network: Network, node: Node, ports: "range | list[int]") -> Network:
    sources = [
        (one.name, port) for one in network.nodes if _has_result(network, one) for port in range(len(output_ports(one)))
    ]
    network = add(network, node)
    for port in ports:
        name, source_port = draw(st.sampled_from(sources))
        network = connect(network, Link(name, source_port, node.name, port))
    return network


def _has_result(network: Network, node: Node) -> bool:
    return node.kind is not NodeKind.LAYER or any(link.target == node.name for link in network.links)


def _with_output(draw: st.DrawFn, network: Network) -> Network:
    node = Node(name=suggested_name(network, "output"), kind=NodeKind.OUTPUT)
    return _fed(draw, network, node, range(draw(st.integers(1, 3))))


def _name(draw: st.DrawFn, network: Network, wanted: str) -> NodeName:
    return suggested_name(network, draw(st.sampled_from((wanted, "a", "h", "output", "sum"))))


def _settings(pairs: tuple[tuple[str, str], ...]) -> tuple[Setting, ...]:
    return tuple(Setting(name, text) for name, text in pairs)
