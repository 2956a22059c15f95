"""Whether an autograd graph can make NaN or Inf of numbers, and where one could be lost before it comes to the loss.

An infinite activation need not be seen in the loss: tanh makes 1 of it, relu 0 of a negative one. But the gradient of
what it was multiplied with is then zero times infinity. So what is multiplied with data, or with an activation that has
no bounds, is *exposed*: its gradient has to be looked at.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor

from engine.runtime.compat import has_gradient_hooks


def _named(versions: dict[str, int]) -> frozenset[str]:
    """Return the names of autograd nodes: ``Squeeze`` 3 are ``SqueezeBackward0`` to ``SqueezeBackward2``."""
    return frozenset(f"{name}Backward{version}" for name, count in versions.items() for version in range(count))


LEAF = "torch::autograd::AccumulateGrad"
PRODUCTS = {
    "AddmmBackward0": (1, 2),
    "MmBackward0": (0, 1),
    "BmmBackward0": (0, 1),
    "BaddbmmBackward0": (1, 2),
    "ConvolutionBackward0": (0, 1),
    "MulBackward0": (0, 1),
}
"""Which two inputs are multiplied: the gradient of each is one with the other."""
VIEWS = _named({
    "T": 1, "Transpose": 2, "Permute": 1, "View": 1, "UnsafeView": 1, "ReshapeAlias": 1, "Expand": 1, "Squeeze": 3,
    "Unsqueeze": 1, "Slice": 1, "Select": 1, "Clone": 1, "MaxPool2DWithIndices": 1, "AvgPool2D": 1,
})  # fmt: skip
"""What they give has the bounds of their first input."""
BOUNDED = _named({"Tanh": 1, "Sigmoid": 1, "Softmax": 1, "Hardtanh": 1})
OTHERS = _named({
    "Cat": 1, "Add": 2, "Sub": 2, "Neg": 1, "Sum": 2, "Mean": 2, "Relu": 1, "LeakyRelu": 1, "Gelu": 1, "Silu": 1,
    "Elu": 1, "LogSoftmax": 1, "NllLoss": 1, "MseLoss": 1, "L1Loss": 1, "SmoothL1Loss": 1, "HuberLoss": 1,
    "BinaryCrossEntropyWithLogits": 1,
})  # fmt: skip
HARMLESS = VIEWS | BOUNDED | OTHERS | PRODUCTS.keys() | {LEAF}
"""Autograd nodes whose gradients are finite wherever what they get and what they have kept is."""
MOST_NODES = 100
"""A larger graph takes so long that looking at all gradients does not count."""


def exposed_leaves(roots: Sequence[Any]) -> list[Tensor] | None:
    """Return the leaves whose gradients may be no numbers although the loss is one; None: any may."""
    waiting = [root.grad_fn for root in roots if isinstance(root, Tensor) and root.grad_fn is not None]
    if not waiting or len(waiting) < len(roots):
        return None
    seen = set(waiting)
    exposed: dict[int, Tensor] = {}
    while waiting:
        node = waiting.pop()
        if not _is_harmless(node):
            return None
        for other in _at_risk(node):
            if other.name() != LEAF:
                return None
            exposed[id(other.variable)] = other.variable
        following = [after for after, _ in node.next_functions if after is not None and after not in seen]
        seen.update(following)
        waiting += following
        if len(seen) > MOST_NODES:
            return None
    return list(exposed.values())


def _is_harmless(node: Any) -> bool:  # noqa: ANN401 - autograd nodes have no common type
    if node.name() != LEAF:
        return node.name() in HARMLESS
    return not has_gradient_hooks(node.variable)


def _at_risk(node: Any) -> Iterator[Any]:  # noqa: ANN401 - see above
    """Yield where the gradients go that a product makes with an input that has no bounds."""
    places = PRODUCTS.get(node.name())
    if places is None:
        return
    one, other = (_origin(node.next_functions[place][0]) for place in places)
    if other is not None and not _is_bounded(one):
        yield other
    if one is not None and not _is_bounded(other):
        yield one


def _origin(node: Any) -> Any:  # noqa: ANN401 - see above
    """Return what a view is of; None is data, of which autograd knows nothing."""
    while node is not None and node.name() in VIEWS:
        node = node.next_functions[0][0]
    return node


def _is_bounded(node: Any) -> bool:  # noqa: ANN401 - see above
    """Return whether an input of a product is finite: a leaf is, since an optimizer has made it of such gradients."""
    return node is not None and (node.name() == LEAF or node.name() in BOUNDED)
