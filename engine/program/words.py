"""Words that complete what a person types: torch's everyday names, and the names of the program itself."""

import builtins
import keyword
import re
from dataclasses import dataclass

_TORCH = """
abs acos add addmm all allclose amax amin any arange argmax argmin argsort asin atan autograd backends
bernoulli bfloat16 bmm bool bucketize cat ceil chunk clamp clone complex64 conj cos cosh cross cuda cumprod
cumsum deg2rad det device diag diagonal diff distributions div dot dtype einsum empty empty_like eq equal erf
exp expm1 eye fft finfo flatten flip float16 float32 float64 floor frac from_numpy full full_like func gather
ge get_default_dtype gt histc hstack index_select inf int16 int32 int64 int8 inverse is_tensor
isclose isfinite isinf isnan kthvalue le lerp linalg linspace log log10 log1p log2 logical_and logical_not
logical_or logsumexp logspace long lt manual_seed masked_fill masked_select matmul max maximum mean median
meshgrid min minimum mm movedim mul multinomial mv nan narrow ne neg nn no_grad nonzero norm normal numel ones
ones_like optim outer permute pi pow prod quantile rand rand_like randint randn randn_like randperm reciprocal
relu remainder repeat_interleave reshape roll round rsqrt scatter searchsorted select set_default_dtype
set_grad_enabled sigmoid sign sin sinh softmax sort split sqrt square squeeze stack std sub sum swapaxes
t take tan tanh tensor Tensor tensordot tile topk trace transpose tril triu true_divide unbind unique
unsqueeze utils var vmap vstack where zeros zeros_like
"""

_FUNCTIONAL = """
adaptive_avg_pool1d adaptive_avg_pool2d avg_pool1d avg_pool2d batch_norm binary_cross_entropy
binary_cross_entropy_with_logits conv1d conv2d conv3d conv_transpose2d cosine_similarity cross_entropy dropout
elu embedding gelu glu group_norm hardtanh huber_loss interpolate kl_div l1_loss layer_norm leaky_relu linear
log_softmax logsigmoid max_pool1d max_pool2d mse_loss nll_loss normalize one_hot pad pairwise_distance relu
scaled_dot_product_attention selu sigmoid silu smooth_l1_loss softmax softplus softsign tanh unfold
"""

_MODULES = """
AdaptiveAvgPool1d AdaptiveAvgPool2d AvgPool1d AvgPool2d BCELoss BCEWithLogitsLoss BatchNorm1d BatchNorm2d
Bilinear Conv1d Conv2d Conv3d ConvTranspose2d CosineSimilarity CrossEntropyLoss Dropout Dropout2d ELU
Embedding Flatten functional GELU GRU GRUCell GroupNorm HuberLoss Identity InstanceNorm2d KLDivLoss L1Loss
LSTM LSTMCell LayerNorm LeakyReLU Linear LogSoftmax MSELoss MaxPool1d MaxPool2d Module ModuleDict ModuleList
MultiheadAttention NLLLoss PReLU Parameter ParameterList RNN RNNCell ReLU SELU Sequential SiLU Sigmoid
SmoothL1Loss Softmax Softplus Tanh Transformer TransformerDecoderLayer TransformerEncoder
TransformerEncoderLayer Unflatten Upsample init utils
"""

_OPTIMIZERS = "ASGD Adadelta Adagrad Adam AdamW Adamax LBFGS NAdam RAdam RMSprop Rprop SGD lr_scheduler"

_METHODS = """
T abs add add_ all any argmax argmin backward bool ceil chunk clamp clamp_ clone contiguous copy_ cos cpu
cuda cumsum data detach detach_ device diag dim div div_ dot double dtype eq exp expand expand_as fill_
flatten flip float floor gather ge grad grad_fn gt half index_select int is_leaf item le log long lt
masked_fill matmul max mean min mm mul mul_ name narrow ne neg new_zeros norm nonzero numel numpy permute pow
prod register_hook relu repeat requires_grad requires_grad_ reshape retain_grad round scatter select shape
sigmoid sign sin size softmax sort split sqrt square squeeze std sub sub_ sum t tan tanh to tolist topk
transpose tril triu type unbind unfold unsqueeze var view where zero_ parameters named_parameters zero_grad
step state_dict load_state_dict train eval forward children modules weight bias
"""

_NAME = re.compile(r"[^\W\d]\w*")
_BEFORE = re.compile(r"(?P<owner>(?:[^\W\d]\w*\.)*|[\])]\.)(?P<stem>[^\W\d]\w*|)$")
_PYTHON = frozenset(keyword.kwlist) | {name for name in dir(builtins) if not name.startswith("_")}


@dataclass(frozen=True, slots=True)
class Completions:
    """``words`` that may follow, sorted, all beginning with ``stem``, which is what has been typed of them."""

    stem: str
    words: tuple[str, ...]


def complete(program: str, before_cursor: str) -> Completions:
    """Return how the word at the cursor may go on.

    Args:
        program: The whole text, for the names in it.
        before_cursor: Its line up to the cursor.
    """
    match = _BEFORE.search(before_cursor)
    owner, stem = (match["owner"], match["stem"]) if match else ("", "")
    if not match or _in_text(before_cursor):
        return Completions(stem, ())
    candidates = _members(owner) if owner else _PYTHON | names_in(program)
    fitting = {word for word in candidates if word.startswith(stem) and word != stem}
    if stem and not owner and stem in _PYTHON | names_in(program, besides=stem):
        fitting = {word for word in fitting if len(stem) > 2}
    return Completions(stem, tuple(sorted(fitting, key=lambda word: (word.startswith("_"), word.lower(), word))))


def names_in(program: str, besides: str = "") -> set[str]:
    """Return every name that a program mentions; a word that is just being typed once does not count."""
    counts: dict[str, int] = {}
    for word in _NAME.findall(program):
        counts[word] = counts.get(word, 0) + 1
    return {word for word, count in counts.items() if word != besides or count > 1}


def _members(owner: str) -> frozenset[str]:
    lists = {
        "torch.": _TORCH,
        "F.": _FUNCTIONAL,
        "torch.nn.functional.": _FUNCTIONAL,
        "nn.functional.": _FUNCTIONAL,
        "nn.": _MODULES,
        "torch.nn.": _MODULES,
        "optim.": _OPTIMIZERS,
        "torch.optim.": _OPTIMIZERS,
        "torch.autograd.": "Function grad functional backward",
    }
    return frozenset(lists.get(owner, _METHODS).split())


def _in_text(before_cursor: str) -> bool:
    """Whether the cursor is within a comment or a string that begins on this line."""
    quote = ""
    for character in before_cursor:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#":
            return True
    return bool(quote)
