"""New nodes as they are put onto the canvas: complete, with values that work in most places."""

from dataclasses import replace

from engine.network.catalogue import parameters_of
from engine.network.network import Network, Node, NodeKind, NodeName, Setting

_BY_NAME = {
    "out_features": "16", "out_channels": "8", "kernel_size": "3", "output_size": "1", "hidden_size": "16",
    "num_embeddings": "32", "embedding_dim": "16", "num_heads": "2", "nhead": "2", "num_groups": "2",
    "upscale_factor": "2", "padding": "1", "unflattened_size": "(1, -1)", "normalized_shape": "16", "d_model": "16",
    "embed_dim": "16", "dim": "1", "dim0": "1", "dim1": "2", "shape": "(-1, 16)", "threshold": "0.1", "value": "0.0",
}  # fmt: skip
_BY_TYPE = {
    ("Conv1d", "padding"): "1", ("Conv2d", "padding"): "1", ("Conv3d", "padding"): "1",
    ("ConvTranspose1d", "kernel_size"): "2", ("ConvTranspose1d", "stride"): "2",
    ("ConvTranspose2d", "kernel_size"): "2", ("ConvTranspose2d", "stride"): "2",
    ("MaxPool1d", "kernel_size"): "2", ("MaxPool2d", "kernel_size"): "2", ("AvgPool1d", "kernel_size"): "2",
    ("AvgPool2d", "kernel_size"): "2", ("max_pool1d", "kernel_size"): "2", ("max_pool2d", "kernel_size"): "2",
    ("avg_pool1d", "kernel_size"): "2", ("avg_pool2d", "kernel_size"): "2", ("permute", "shape"): "(0, 2, 1)",
    ("Upsample", "scale_factor"): "2.0", ("RNN", "batch_first"): "True", ("LSTM", "batch_first"): "True",
    ("GRU", "batch_first"): "True", ("MultiheadAttention", "batch_first"): "True",
    ("TransformerEncoderLayer", "batch_first"): "True", ("TransformerEncoderLayer", "dim_feedforward"): "64",
    ("TransformerDecoderLayer", "batch_first"): "True", ("TransformerDecoderLayer", "dim_feedforward"): "64",
    ("cat", "dim"): "1", ("softmax", "dim"): "-1", ("log_softmax", "dim"): "-1", ("Softmax", "dim"): "-1",
    ("LogSoftmax", "dim"): "-1", ("flatten", "start_dim"): "1",
}  # fmt: skip
"""What is given although torch has a default, or another value than ``_BY_NAME`` has."""


_TEXTS = {NodeKind.CONSTANT: "1.0", NodeKind.PARAMETER: "torch.zeros(1)", NodeKind.EXPRESSION: "a * 2"}


def fresh_node(kind: NodeKind, type_name: str, name: str) -> Node:
    """Return a new node with every setting that it needs; sizes of what comes in are 1 until they follow."""
    text = _TEXTS.get(kind, "")
    shape = (2,) if kind is NodeKind.INPUT else ()
    is_typed = kind in {NodeKind.LAYER, NodeKind.FUNCTION}
    node = Node(name=NodeName(name), kind=kind, type=type_name if is_typed else "", text=text, shape=shape)
    return replace(node, settings=_settings(node))


def wanted_name(network: Network, kind: NodeKind, type_name: str) -> str:
    """Return what a new node is called before that is made free: ``conv``, ``relu``, ``x`` for an input."""
    if kind is NodeKind.INPUT:
        return "x" if all(node.name != "x" for node in network.nodes) else "y"
    if kind in {NodeKind.LAYER, NodeKind.FUNCTION}:
        return _SHORT.get(type_name, type_name.lower())
    return kind.value


_SHORT = {
    "Linear": "fc", "Conv1d": "conv", "Conv2d": "conv", "Conv3d": "conv", "ConvTranspose1d": "up",
    "ConvTranspose2d": "up", "BatchNorm1d": "norm", "BatchNorm2d": "norm", "LayerNorm": "norm", "GroupNorm": "norm",
    "InstanceNorm1d": "norm", "InstanceNorm2d": "norm", "RMSNorm": "norm", "MaxPool1d": "pool", "MaxPool2d": "pool",
    "AvgPool1d": "pool", "AvgPool2d": "pool", "AdaptiveAvgPool1d": "pool", "AdaptiveAvgPool2d": "pool",
    "AdaptiveMaxPool1d": "pool", "AdaptiveMaxPool2d": "pool", "MultiheadAttention": "attend",
    "TransformerEncoderLayer": "encoder", "TransformerDecoderLayer": "decoder", "Embedding": "embed",
    "Dropout1d": "dropout", "Dropout2d": "dropout", "AlphaDropout": "dropout", "Flatten": "flat",
}  # fmt: skip


def _settings(node: Node) -> tuple[Setting, ...]:
    found = []
    for parameter in parameters_of(node):
        text = _BY_TYPE.get((node.type, parameter.name))
        if text is None and parameter.default is None:
            text = _BY_NAME.get(parameter.name, "1")
        if text is not None:
            found.append(Setting(parameter.name, text))
    return tuple(found)
