"""The category of an operator, by the name under which a person calls it."""

from engine.graph.view import Category

_NAMES: dict[Category, str] = {
    Category.LAYER: (
        "linear bilinear conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d embedding "
        "embedding_bag lstm gru rnn_tanh rnn_relu lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell"
    ),
    Category.ACTIVATION: (
        "relu relu6 leaky_relu prelu rrelu elu selu celu gelu silu mish sigmoid tanh softplus softsign hardtanh "
        "hardswish hardsigmoid hardshrink softshrink tanhshrink threshold logsigmoid softmax log_softmax softmin "
        "gumbel_softmax glu"
    ),
    Category.POOL: (
        "max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d "
        "adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d "
        "lp_pool1d lp_pool2d fractional_max_pool2d max_unpool2d interpolate upsample"
    ),
    Category.NORMALIZATION: (
        "batch_norm layer_norm group_norm instance_norm rms_norm local_response_norm normalize weight_norm"
    ),
    Category.DROPOUT: ("dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout"),
    Category.SHAPE: (
        "view view_as reshape reshape_as flatten unflatten squeeze unsqueeze permute transpose t T mT H mH "
        "movedim swapaxes swapdims expand expand_as repeat repeat_interleave tile cat concat concatenate stack "
        "hstack vstack dstack split tensor_split chunk unbind narrow select index_select gather take "
        "take_along_dim roll flip fliplr flipud rot90 getitem __getitem__ setitem __setitem__ contiguous pad "
        "unfold fold diagonal diag triu tril as_strided broadcast_to detach clone to type float double half copy_ "
        "masked_fill masked_select where scatter index_put"
    ),
    Category.ARITHMETIC: (
        "add sub rsub mul div true_divide floor_divide remainder fmod pow rpow neg abs sign sqrt rsqrt square exp "
        "exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh reciprocal floor ceil round "
        "clamp clip matmul mm bmm mv dot outer addmm addmv addbmm baddbmm einsum tensordot inner kron cross lerp "
        "addcmul addcdiv maximum minimum erf iadd isub imul idiv matmul_ eq ne lt le gt ge logical_and logical_or "
        "logical_not"
    ),
    Category.REDUCTION: (
        "sum mean prod max min amax amin std var norm logsumexp cumsum cumprod argmax argmin all any median mode "
        "nansum nanmean count_nonzero trace det logdet"
    ),
    Category.LOSS: (
        "mse_loss l1_loss smooth_l1_loss huber_loss cross_entropy nll_loss binary_cross_entropy "
        "binary_cross_entropy_with_logits kl_div hinge_embedding_loss cosine_embedding_loss margin_ranking_loss "
        "triplet_margin_loss ctc_loss poisson_nll_loss gaussian_nll_loss soft_margin_loss multi_margin_loss"
    ),
    Category.ATTENTION: ("scaled_dot_product_attention multi_head_attention_forward"),
}


def _table() -> dict[str, Category]:
    return {name: category for category, names in _NAMES.items() for name in names.split()}


_BY_NAME = _table()


def category_of(name: str) -> Category:
    """Return the category of an operator; in-place and dunder forms count as the plain one."""
    plain = name.strip("_")
    found = _BY_NAME.get(name) or _BY_NAME.get(plain)
    if found is not None:
        return found
    if plain[:1] in {"r", "i"} and plain[1:] in _BY_NAME:
        return _BY_NAME[plain[1:]]
    return Category.LOSS if plain.endswith("_loss") else Category.OTHER
