"""The functions of torch that draw random numbers, by where their result goes."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Function = Callable[..., Any]

MAKING: frozenset[Function] = frozenset({torch.rand, torch.randn, torch.randint, torch.randperm})
"""They make a tensor from sizes."""

SHAPED: frozenset[Function] = frozenset({torch.rand_like, torch.randn_like, torch.randint_like})
"""They make a tensor of the size of another."""

ALIKE: frozenset[Function] = SHAPED | frozenset(
    {torch.bernoulli, torch.poisson, torch.multinomial,
     torch.normal, torch.binomial, Tensor.bernoulli, Tensor.multinomial}
)  # fmt: skip
"""They make a tensor from tensors."""

FILLING: frozenset[Function] = frozenset(
    {Tensor.uniform_, Tensor.normal_, Tensor.random_, Tensor.bernoulli_, Tensor.exponential_, Tensor.geometric_,
     Tensor.cauchy_, Tensor.log_normal_}
)  # fmt: skip
"""They overwrite their first argument."""

ALL = MAKING | ALIKE | FILLING
