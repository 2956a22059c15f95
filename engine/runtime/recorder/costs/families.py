"""Which functions of torch do as much arithmetic as their operands have elements, and which do none.

The words are names of steps in lower case, without the underscore of in-place functions; backward nodes are looked up
by the name of their forward function. What stands nowhere has an unknown count.
"""

from enum import Enum, auto


class Family(Enum):
    """How the operations of a function are counted."""

    ELEMENTWISE = auto()
    """One for each element of the result."""
    FUSED = auto()
    """A multiplication and an addition or two: three for each element of the result."""
    REDUCTION = auto()
    """One for each element that goes in."""
    MOVEMENT = auto()
    """None: elements are copied, chosen or only looked at in another way."""


_ELEMENTWISE = """
add sub rsub mul div rdiv true_divide divide multiply subtract floor_divide rfloordiv pow rpow float_power
remainder fmod mod rmod neg negative abs absolute sign sgn sqrt rsqrt square reciprocal exp exp2 expm1 log log2 log10
log1p sin cos tan asin acos atan atan2 arcsin arccos arctan arctan2 sinh cosh tanh asinh acosh atanh arcsinh arccosh
arctanh sinc erf erfc
erfinv lgamma digamma sigmoid logit expit relu relu6 leaky_relu elu selu celu gelu silu mish softplus softsign hardtanh
hardswish hardsigmoid hardshrink softshrink tanhshrink threshold logsigmoid prelu clamp clamp_min clamp_max clip round
floor ceil trunc frac maximum minimum fmax fmin where eq ne lt le gt ge greater less logical_and logical_or
logical_xor logical_not and or xor invert bitwise_and bitwise_or bitwise_xor bitwise_not lshift rshift
bitwise_left_shift bitwise_right_shift isnan isinf isfinite heaviside hypot logaddexp logaddexp2 nan_to_num copysign
deg2rad rad2deg angle polar masked_fill outer ger kron dropout feature_dropout alpha_dropout native_dropout
"""
_FUSED = "addcmul addcdiv lerp"
_REDUCTION = "sum mean prod amax amin argmax argmin all any cumsum cumprod cummax cummin nansum nanmean"
_MOVEMENT = """
clone contiguous to type type_as copy detach detach_copy cat concat concatenate stack hstack vstack dstack reshape view
flatten unflatten ravel squeeze unsqueeze expand expand_as permute transpose swapaxes swapdims movedim t T mt h mh
narrow select slice split tensor_split chunk unbind getitem index index_select gather take take_along_dim embedding
masked_select flip fliplr flipud roll rot90 repeat repeat_interleave tile pad constant_pad_nd as_strided diagonal diag
tril triu real imag view_as_real view_as_complex conj unfold setitem index_put index_copy scatter masked_scatter fill
zero float double half bfloat16 int long short bool char byte cpu cuda clone identity alias view_as expand_copy
pixel_shuffle pixel_unshuffle channel_shuffle meshgrid broadcast_to broadcast_tensors one_hot data normal uniform
split_with_sizes unsafe_split unsafe_view reshape_alias slice_backward to_copy copy_slices atleast_1d atleast_2d
"""


def _families() -> dict[str, Family]:
    words = {
        Family.ELEMENTWISE: _ELEMENTWISE,
        Family.FUSED: _FUSED,
        Family.REDUCTION: _REDUCTION,
        Family.MOVEMENT: _MOVEMENT,
    }
    return {word: family for family, text in words.items() for word in text.split()}


FAMILIES = _families()
"""The family of each name."""

TURNED = frozenset(
    ["t", "T", "t_", "transpose_", "swapaxes_", "swapdims_", "squeeze_", "unsqueeze_", "detach_", "requires_grad_"]
)
"""Functions that write no numbers, though their names say that they change a tensor."""

GATHERS = frozenset(["embedding", "index_select", "gather", "take", "take_along_dim", "getitem", "index"])
"""Functions that read only as much of their first operand as they return."""

SCATTERS = frozenset(["setitem", "index_put", "index_copy", "scatter", "index_fill", "masked_scatter"])
"""Functions that write only a part of the tensor that they change."""

VIEWS = frozenset(
    [
        "t",
        "transpose",
        "view",
        "permute",
        "squeeze",
        "unsqueeze",
        "reshape",
        "unsafe_view",
        "reshape_alias",
        "alias",
        "view_as",
        "sum",
        "expand",
    ]
)
"""Backward nodes whose gradients show the memory of the one that came in."""
