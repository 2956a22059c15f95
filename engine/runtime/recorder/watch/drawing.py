"""The functions of torch that may draw random numbers, by the name of a step.

Operators of ATen that do so have the tag ``nondeterministic_seeded``; a test holds this list to those. Below are also
functions of Python that call such operators without being seen as one.
"""

_OPERATORS = """
alpha_dropout bernoulli binomial cauchy dropout exponential feature_alpha_dropout feature_dropout geometric gru
log_normal lstm multinomial native_dropout normal normal_functional poisson random rnn_relu rnn_tanh rrelu
rrelu_with_noise rrelu_with_noise_functional scaled_dot_product_attention uniform rand_like randint_like randn_like
"""
_PYTHON = """
dropout1d dropout2d dropout3d gumbel_softmax fractional_max_pool2d fractional_max_pool3d svd_lowrank pca_lowrank lobpcg
"""


def _names() -> frozenset[str]:
    words = f"{_OPERATORS} {_PYTHON}".split()
    return frozenset(words) | {f"{word}_" for word in words}


DRAWING = _names()
"""With the names of their in-place forms."""
