"""Which setting of a layer must be which size of what comes in."""

import ast

from engine.network.network import Node, NodeKind

SIZE_SETTINGS = {
    "Linear": ("in_features", -1), "LSTM": ("input_size", -1), "GRU": ("input_size", -1), "RNN": ("input_size", -1),
    "LSTMCell": ("input_size", -1), "GRUCell": ("input_size", -1), "RNNCell": ("input_size", -1),
    "MultiheadAttention": ("embed_dim", -1), "TransformerEncoderLayer": ("d_model", -1),
    "TransformerDecoderLayer": ("d_model", -1), "LayerNorm": ("normalized_shape", -1),
    "RMSNorm": ("normalized_shape", -1),
    "BatchNorm1d": ("num_features", 1), "BatchNorm2d": ("num_features", 1), "InstanceNorm1d": ("num_features", 1),
    "InstanceNorm2d": ("num_features", 1), "GroupNorm": ("num_channels", 1),
    "Conv1d": ("in_channels", -2), "Conv2d": ("in_channels", -3), "Conv3d": ("in_channels", -4),
    "ConvTranspose1d": ("in_channels", -2), "ConvTranspose2d": ("in_channels", -3),
}  # fmt: skip
"""Type of a layer: its setting, and the dimension of the input that it must be."""


def size_setting(node: Node) -> str:
    """Return the setting of a layer that its input decides; empty when it has none."""
    return SIZE_SETTINGS.get(node.type, ("", 0))[0] if node.kind is NodeKind.LAYER and not node.same_as else ""


def wanted_size(node: Node) -> int | None:
    """Return the size that a layer says its input has; None when it says none, or more than one."""
    setting = size_setting(node)
    return next((_number(one.text) for one in node.settings if one.name == setting), None)


def size_dimension(node: Node, dimensions: int) -> int | None:
    """Return which of so many dimensions of the input must be that size; None when the input has too few."""
    axis = SIZE_SETTINGS.get(node.type, ("", 0))[1]
    place = axis if axis >= 0 else dimensions + axis
    return place if 0 <= place < dimensions else None


def follows(node: Node, dimensions: int) -> bool:
    """Return whether a layer's size can follow an input of so many dimensions; of pictures, Linear wants a Flatten."""
    return size_dimension(node, dimensions) is not None and not (node.type == "Linear" and dimensions > 3)


def _number(text: str) -> int | None:
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    if isinstance(found, tuple) and len(found) == 1:
        found = found[0]
    return found if isinstance(found, int) and not isinstance(found, bool) else None
