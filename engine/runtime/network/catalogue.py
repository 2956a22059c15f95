"""Writes the catalogue of layers from the installed torch: ``python -m engine.runtime.network.catalogue``.

Names, defaults and kinds of arguments come from the signatures. What torch does not say anywhere, the ports of the
recurrent layers and of attention and the words that a ``str`` may be, stands in tables here.
"""

import inspect
import re
from collections.abc import Iterator

import msgspec
import torch
from torch import nn

from engine.network.catalogue import LAYERS_FILE, Category, LayerFile, LayerType, Parameter, ParameterKind

_LAYERS = {
    Category.LINEAR: "Linear Bilinear Identity Embedding",
    Category.CONVOLUTION: "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d Upsample PixelShuffle ZeroPad2d",
    Category.POOLING: "MaxPool1d MaxPool2d AvgPool1d AvgPool2d AdaptiveAvgPool1d AdaptiveAvgPool2d "
    "AdaptiveMaxPool1d AdaptiveMaxPool2d",
    Category.NORMALIZATION: "BatchNorm1d BatchNorm2d LayerNorm GroupNorm InstanceNorm1d InstanceNorm2d RMSNorm",
    Category.REGULARIZATION: "Dropout Dropout1d Dropout2d AlphaDropout",
    Category.RECURRENT: "RNN LSTM GRU RNNCell LSTMCell GRUCell",
    Category.ATTENTION: "MultiheadAttention TransformerEncoderLayer TransformerDecoderLayer",
    Category.ACTIVATION: "ReLU ReLU6 LeakyReLU PReLU ELU SELU CELU GELU SiLU Mish Sigmoid LogSigmoid Tanh Tanhshrink "
    "Softplus Softsign Softshrink Hardshrink Hardsigmoid Hardswish Hardtanh Threshold GLU Softmax Softmax2d LogSoftmax",
    Category.SHAPE: "Flatten Unflatten",
}
_INPUTS = {
    "Bilinear": ("input1", "input2"),
    "RNN": ("input", "h_0"),
    "GRU": ("input", "h_0"),
    "LSTM": ("input", "h_0", "c_0"),
    "RNNCell": ("input", "h"),
    "GRUCell": ("input", "h"),
    "LSTMCell": ("input", "h", "c"),
    "MultiheadAttention": ("query", "key", "value", "key_padding_mask", "attn_mask"),
    "TransformerEncoderLayer": ("src", "src_mask", "src_key_padding_mask"),
    "TransformerDecoderLayer": ("tgt", "memory", "tgt_mask", "memory_mask"),
}
_NEEDED_INPUTS = {"Bilinear": 2, "MultiheadAttention": 3, "TransformerDecoderLayer": 2}
_OUTPUTS = {
    "RNN": ("output", "h_n"),
    "GRU": ("output", "h_n"),
    "LSTM": ("output", "h_n", "c_n"),
    "LSTMCell": ("h", "c"),
    "MultiheadAttention": ("output", "weights"),
}
_CALL = {
    "MultiheadAttention": {"need_weights": True, "average_attn_weights": True, "is_causal": False},
    "TransformerEncoderLayer": {"is_causal": False},
    "TransformerDecoderLayer": {"tgt_is_causal": False, "memory_is_causal": False},
}
"""Arguments of ``forward`` that are no tensors."""
_WORDS = {
    "nonlinearity": ("tanh", "relu"),
    "approximate": ("none", "tanh"),
    "activation": ("relu", "gelu"),
    "mode": ("nearest", "linear", "bilinear", "bicubic", "trilinear"),
}
_UNSHOWN = {"device", "dtype", "proj_size", "_weight", "_freeze", "min_value", "max_value"}


def layer_types() -> Iterator[LayerType]:
    """Yield every layer of the catalogue as the installed torch has it."""
    for category, names in _LAYERS.items():
        for name in names.split():
            yield LayerType(
                name=name,
                category=category,
                parameters=tuple(_parameters(name)),
                inputs=_INPUTS.get(name, ("input",)),
                needed_inputs=_NEEDED_INPUTS.get(name, 1),
                outputs=_OUTPUTS.get(name, ("output",)),
                call=tuple(
                    Parameter(key, ParameterKind.BOOL, repr(default)) for key, default in _CALL.get(name, {}).items()
                ),
            )


def reserved_names() -> tuple[str, ...]:
    """Return the names that no layer may have, because every module has them already."""
    return tuple(sorted(name for name in dir(nn.Module()) if not name.startswith("__")))


def layer_file() -> bytes:
    """Return the catalogue file."""
    made = LayerFile(torch=torch.__version__.partition("+")[0], reserved=reserved_names(), layers=tuple(layer_types()))
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def _parameters(name: str) -> Iterator[Parameter]:
    for key, found in _signature(name).items():
        if key in _UNSHOWN or found.kind in {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}:
            continue
        default = found.default
        is_needed = default is inspect.Parameter.empty
        if key == "activation":
            default = "relu"  # torch's default is the function of that name
        words = _choices(key, found)
        kind = _kind(name, key, str(found.annotation), None if is_needed else default, is_word=bool(words))
        yield Parameter(key, kind, None if is_needed else repr(default), words)


def _signature(name: str) -> dict[str, inspect.Parameter]:
    if name not in {"RNN", "LSTM", "GRU"}:
        return dict(inspect.signature(getattr(nn, name)).parameters)
    # Their own signatures are (*args, **kwargs); the order is that of their overloads.
    found = dict(inspect.signature(nn.RNNBase).parameters)
    del found["mode"]
    if name == "RNN":
        extra = inspect.Parameter("nonlinearity", inspect.Parameter.KEYWORD_ONLY, default="tanh")
        place = list(found).index("num_layers") + 1
        found = dict([*list(found.items())[:place], ("nonlinearity", extra), *list(found.items())[place:]])
    return found


def _choices(key: str, found: inspect.Parameter) -> tuple[str, ...]:
    literal = re.search(r"Literal\[(.*)\]", str(found.annotation))
    if literal is not None:
        return tuple(word.strip().strip("'\"") for word in literal[1].split(","))
    return _WORDS.get(key, ()) if isinstance(found.default, str) or key == "activation" else ()


def _kind(layer: str, key: str, annotation: str, default: object, *, is_word: bool) -> ParameterKind:
    if is_word:
        return ParameterKind.CHOICE
    if key in {"normalized_shape", "unflattened_size"}:
        return ParameterKind.SHAPE
    if isinstance(default, bool) or "bool" in annotation:
        return ParameterKind.BOOL
    if isinstance(default, float) or "float" in annotation:
        return ParameterKind.FLOAT
    is_pair = "tuple[int" in annotation or (layer.endswith("2d") and key in {"kernel_size", "output_size"})
    return ParameterKind.PAIR if is_pair else ParameterKind.INT


if __name__ == "__main__":
    LAYERS_FILE.parent.mkdir(exist_ok=True)
    LAYERS_FILE.write_bytes(layer_file())
