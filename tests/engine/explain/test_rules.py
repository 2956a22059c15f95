"""Every numeric rule against torch: the same op in float64, node by node, with the gradients that the engine passed."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812  # the name that everyone uses

from engine.explain.rules.apply import sent_on
from engine.explain.rules.rule import Rule
from engine.explain.rules.run import NodeRun, OperandMissingError
from engine.explain.rules.table import RULES, rule_for, stem


def _leaf(*shape, low=-2.0, high=2.0, seed=0):
    generator = torch.Generator().manual_seed(seed + sum(shape))
    return (torch.rand(shape, generator=generator, dtype=torch.float64) * (high - low) + low).requires_grad_()


def _positive(*shape, seed=1):
    return _leaf(*shape, low=0.2, high=0.9, seed=seed)


X = lambda: _leaf(3, 4)  # noqa: E731  # short names keep the table below readable
P = lambda: _positive(3, 4)  # noqa: E731
LABELS = torch.tensor([0, 2, 3])
TARGETS = torch.rand(3, 4, generator=torch.Generator().manual_seed(5), dtype=torch.float64)

UNARY = {
    name: (lambda name=name: getattr(torch, name)(X()))
    for name in [
        "exp",
        "exp2",
        "expm1",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "sigmoid",
        "atan",
        "asinh",
        "erf",
        "erfc",
        "neg",
        "abs",
        "square",
        "relu",
        "selu",
        "sign",
        "floor",
        "ceil",
        "round",
        "trunc",
        "frac",
    ]
}
UNARY_POSITIVE = {
    name: (lambda name=name: getattr(torch, name)(P()))
    for name in ["log", "log2", "log10", "log1p", "sqrt", "rsqrt", "reciprocal", "asin", "acos", "atanh"]
}
ACTIVATIONS = {
    name: (lambda name=name: getattr(F, name)(X()))
    for name in [
        "gelu",
        "silu",
        "leaky_relu",
        "elu",
        "celu",
        "softplus",
        "mish",
        "hardtanh",
        "relu6",
        "hardswish",
        "hardsigmoid",
        "logsigmoid",
        "softsign",
        "tanhshrink",
    ]
}
ARITHMETIC = {
    "add": lambda: X() + P(),
    "add broadcast": lambda: X() + _leaf(4),
    "add column": lambda: X() + _leaf(3, 1),
    "add alpha": lambda: torch.add(X(), P(), alpha=2),
    "sub": lambda: X() - _leaf(4),
    "rsub": lambda: 2 - X(),
    "torch.rsub": lambda: torch.rsub(X(), P(), alpha=3),
    "mul": lambda: X() * _leaf(1, 4),
    "mul number": lambda: 2 * X(),
    "mul scalar tensor": lambda: X() * _leaf(),
    "div": lambda: X() / _positive(4),
    "rdiv": lambda: 2 / P(),
    "pow 2": lambda: X() ** 2,
    "pow 3": lambda: X() ** 3,
    "pow half": lambda: P() ** 0.5,
    "pow 0": lambda: X() ** 0,
    "pow tensor": lambda: P() ** P(),
    "rpow": lambda: 2 ** X(),
    "remainder": lambda: X() % 2,
    "addcmul": lambda: torch.addcmul(X(), P(), P(), value=0.5),
    "addcdiv": lambda: torch.addcdiv(X(), X(), P(), value=0.5),
    "lerp": lambda: torch.lerp(X(), P(), 0.3),
    "atan2": lambda: torch.atan2(X(), P()),
    "in place": lambda: X().clone().mul_(3).add_(1).relu_(),
    "acosh": lambda: torch.acosh(_leaf(3, low=1.1, high=3)),
    "clone": lambda: X().clone(),
    "to": lambda: X().float().double(),
    "gelu tanh": lambda: F.gelu(X(), approximate="tanh"),
    "prelu": lambda: F.prelu(X(), _leaf(1)),
    "threshold": lambda: F.threshold(X(), 0.1, 0.0),
    "dropout": lambda: F.dropout(X(), 0.4),
    "clamp": lambda: X().clamp(-1, 1),
    "clamp min": lambda: X().clamp(min=0.2),
    "clamp max": lambda: X().clamp(max=0.2),
    "maximum": lambda: torch.maximum(X(), P()),
    "minimum": lambda: torch.minimum(X(), _leaf(4)),
    "where": lambda: torch.where(X() > 0, X(), _leaf(4)),
    "masked_fill": lambda: X().masked_fill(LABELS[:, None] > 1, 0.0),
}
REDUCTIONS = {
    "sum": lambda: X().sum(),
    "sum 0": lambda: X().sum(0),
    "sum keepdim": lambda: X().sum((0, -1), keepdim=True),
    "mean": lambda: X().mean(),
    "mean -1": lambda: X().mean(-1),
    "prod": lambda: X().prod(),
    "prod 1": lambda: X().prod(1),
    "var": lambda: X().var(),
    "var 1": lambda: X().var(1, unbiased=False),
    "std": lambda: X().std(),
    "std 0": lambda: X().std(0, keepdim=True),
    "norm": lambda: X().norm(),
    "norm 1": lambda: X().norm(p=1, dim=1),
    "max": lambda: X().max(),
    "min": lambda: X().min(),
    "max 1": lambda: X().max(1).values,
    "min 0 keepdim": lambda: X().min(0, keepdim=True).values,
    "amax": lambda: X().amax(1),
    "amin": lambda: X().amin((0, 1)),
    "median": lambda: X().median(1).values,
    "logsumexp": lambda: X().logsumexp(1),
    "softmax": lambda: X().softmax(-1),
    "log_softmax": lambda: X().log_softmax(0),
    "cumsum": lambda: X().cumsum(1),
    "cosine": lambda: F.cosine_similarity(X(), P()),
    "normalize": lambda: F.normalize(X()),
}
MATRICES = {
    "mm": lambda: X() @ _leaf(4, 5),
    "mv": lambda: X() @ _leaf(4),
    "dot": lambda: _leaf(4) @ _leaf(4, seed=3),
    "bmm": lambda: torch.bmm(_leaf(2, 3, 4), _leaf(2, 4, 5)),
    "matmul 4d": lambda: _leaf(2, 2, 3, 4) @ _leaf(2, 2, 4, 3),
    "linear": lambda: F.linear(X(), _leaf(5, 4), _leaf(5)),
    "linear no bias": lambda: F.linear(X(), _leaf(5, 4)),
    "linear 3d": lambda: F.linear(_leaf(2, 3, 4), _leaf(5, 4), _leaf(5)),
    "linear 1d": lambda: F.linear(_leaf(4), _leaf(5, 4), _leaf(5)),
    "addmm": lambda: torch.addmm(_leaf(5), X(), _leaf(4, 5), alpha=2, beta=3),
    "baddbmm": lambda: torch.baddbmm(_leaf(2, 3, 5), _leaf(2, 3, 4), _leaf(2, 4, 5), alpha=0.5),
    "addmv": lambda: torch.addmv(_leaf(3), X(), _leaf(4)),
    "einsum": lambda: torch.einsum("ij,kj->ik", X(), _leaf(5, 4)),
    "einsum bhqd": lambda: torch.einsum("bqd,bkd->bqk", _leaf(2, 3, 4), _leaf(2, 5, 4)),
    "outer": lambda: torch.outer(_leaf(3), _leaf(4)),
}
SHAPES = {
    "t": lambda: X().t(),
    "T": lambda: X().T,
    "transpose": lambda: _leaf(2, 3, 4).transpose(0, -1),
    "permute": lambda: _leaf(2, 3, 4).permute(2, 0, -2),
    "view": lambda: X().view(2, 6),
    "reshape": lambda: X().t().reshape(-1),
    "flatten": lambda: _leaf(2, 3, 4).flatten(1),
    "squeeze": lambda: _leaf(1, 3, 1).squeeze(),
    "squeeze -1": lambda: _leaf(3, 1).squeeze(-1),
    "unsqueeze": lambda: X().unsqueeze(1),
    "expand": lambda: _leaf(4).expand(3, 4),
    "repeat": lambda: _leaf(3, 2).repeat(2, 1, 3),
    "cat": lambda: torch.cat([X(), P(), _leaf(3, 2)], -1),
    "stack": lambda: torch.stack([X(), P()], 1),
    "split": lambda: torch.cat([part * 2 for part in X().split(3, -1)], -1),
    "split sizes": lambda: X().split([1, 3], 1)[1],
    "chunk": lambda: X().chunk(2)[1],
    "unbind": lambda: X().unbind(1)[2],
    "select": lambda: X()[1],
    "select -1": lambda: X()[..., -1],
    "slice": lambda: X()[:, 1:3],
    "slice step": lambda: X()[::2],
    "narrow": lambda: X().narrow(1, 1, 2),
    "index": lambda: X()[LABELS[:2]],
    "index twice": lambda: X()[torch.tensor([0, 0, 1])],
    "mask": lambda: X()[torch.tensor([True, False, True])],
    "gather": lambda: X().gather(1, LABELS[:, None]),
    "index_select": lambda: X().index_select(1, LABELS),
    "pad": lambda: F.pad(X(), (1, 2, 0, 1)),
    "flip": lambda: X().flip(1),
    "roll": lambda: X().roll(1, 0),
    "tril": lambda: X().tril(),
    "triu": lambda: X().triu(1),
}
LAYERS = {
    "conv2d": lambda: F.conv2d(_leaf(2, 3, 5, 5), _leaf(4, 3, 3, 3), _leaf(4), padding=1),
    "conv1d": lambda: F.conv1d(_leaf(2, 3, 5), _leaf(4, 3, 3), _leaf(4)),
    "max_pool2d": lambda: F.max_pool2d(_leaf(2, 3, 6, 6), 2),
    "max_pool2d overlapping": lambda: F.max_pool2d(_leaf(2, 3, 6, 6), 3, 1),
    "max_pool1d": lambda: F.max_pool1d(_leaf(2, 3, 6), 2),
    "avg_pool2d": lambda: F.avg_pool2d(_leaf(2, 3, 6, 6), 2),
    "avg_pool2d overlapping": lambda: F.avg_pool2d(_leaf(2, 3, 7, 6), 3, 2),
    "adaptive 1": lambda: F.adaptive_avg_pool2d(_leaf(2, 3, 4, 4), 1),
    "layer_norm": lambda: F.layer_norm(X(), (4,), _leaf(4), _leaf(4, seed=2)),
    "layer_norm 2": lambda: F.layer_norm(_leaf(2, 3, 4), (3, 4)),
    "rms_norm": lambda: F.rms_norm(X(), (4,), _leaf(4)),
    "batch_norm": lambda: F.batch_norm(_leaf(6, 3), None, None, _leaf(3), _leaf(3, seed=2), training=True),
    "batch_norm 2d": lambda: F.batch_norm(_leaf(2, 3, 4, 4), None, None, training=True),
    "batch_norm eval": lambda: F.batch_norm(_leaf(6, 3), torch.zeros(3).double(), torch.ones(3).double(), _leaf(3)),
    "embedding": lambda: F.embedding(torch.tensor([[0, 1], [1, 2]]), _leaf(4, 3)),
    "embedding padding": lambda: F.embedding(torch.tensor([0, 1, 1]), _leaf(4, 3), padding_idx=1),
    "attention": lambda: F.scaled_dot_product_attention(
        _leaf(1, 2, 3, 4), _leaf(1, 2, 3, 4, seed=2), _leaf(1, 2, 3, 4, seed=3)
    ),
    "lstm": lambda: torch.nn.LSTM(4, 3).double()(_leaf(5, 2, 4))[0],
    "group_norm": lambda: F.group_norm(_leaf(2, 4, 3), 2, _leaf(4), _leaf(4, seed=2)),
}
LOSSES = {
    f"{name} {reduction}": (lambda f=function, r=reduction: f(r))
    for reduction in ("mean", "sum", "none")
    for name, function in {
        "mse": lambda r: F.mse_loss(X(), P(), reduction=r),
        "l1": lambda r: F.l1_loss(X(), P(), reduction=r),
        "smooth_l1": lambda r: F.smooth_l1_loss(X(), P(), beta=0.5, reduction=r),
        "huber": lambda r: F.huber_loss(X(), P(), delta=0.5, reduction=r),
        "bce": lambda r: F.binary_cross_entropy(P(), TARGETS, reduction=r),
        "bce logits": lambda r: F.binary_cross_entropy_with_logits(X(), TARGETS, reduction=r),
        "bce pos_weight": lambda r: F.binary_cross_entropy_with_logits(
            X(), TARGETS, pos_weight=TARGETS[0] + 1, reduction=r
        ),
        "cross_entropy": lambda r: F.cross_entropy(X(), LABELS, reduction=r),
        "cross_entropy weight": lambda r: F.cross_entropy(X(), LABELS, weight=TARGETS[0], reduction=r),
        "cross_entropy ignore": lambda r: F.cross_entropy(X(), LABELS, ignore_index=2, reduction=r),
        "cross_entropy 2d": lambda r: F.cross_entropy(_leaf(2, 3, 4), torch.tensor([[0, 1, 2, 0]] * 2), reduction=r),
        "nll": lambda r: F.nll_loss(X(), LABELS, reduction=r),
    }.items()
}
LOSSES["kl"] = lambda: F.kl_div(X(), TARGETS, reduction="batchmean")
CASES = UNARY | UNARY_POSITIVE | ACTIVATIONS | ARITHMETIC | REDUCTIONS | MATRICES | SHAPES | LAYERS | LOSSES


class Passed:
    """What one node got and sent in a real backward pass."""

    def __init__(self, node, sent, came):
        self.name = node.name()
        self.sent = [None if g is None else g.detach().numpy() for g in sent]
        arrays, plain = {}, {}
        for attribute in dir(node):
            if not attribute.startswith("_saved_"):
                continue
            saved = getattr(node, attribute)
            key = attribute.removeprefix("_saved_")
            if isinstance(saved, tuple) and len(saved) == 1 and torch.is_tensor(saved[0]):
                saved = saved[0]
            if torch.is_tensor(saved):
                arrays[key] = saved.detach().numpy()
            else:
                plain[key] = saved
        self.run = NodeRun(
            upstream=tuple(None if g is None else g.detach().numpy().astype(np.float64) for g in came),
            shapes=tuple(None if g is None else g.shape for g in self.sent),
            arrays=arrays,
            plain=plain,
        )


def passed_by(output):
    """Run backward from ``output`` with a random gradient and return what every node passed."""
    nodes, found, seen = [output.grad_fn], [], set()
    while nodes:
        node = nodes.pop()
        if node is None or node in seen or node.name().startswith("torch::autograd::AccumulateGrad"):
            continue
        seen.add(node)
        nodes.extend(target for target, _ in node.next_functions)
        node.register_hook(lambda sent, came, node=node: found.append(Passed(node, sent, came)) or None)
    generator = torch.Generator().manual_seed(9)
    output.backward(torch.rand(output.shape, generator=generator, dtype=output.dtype) + 0.1)
    return found


@pytest.mark.parametrize("case", CASES)
def test_what_a_rule_sends_on_is_what_torch_sent(case):
    torch.manual_seed(0)
    for node in passed_by(CASES[case]()):
        rule = rule_for(node.name)
        assert rule is not None, f"no rule for {node.name}"
        for slot, sent in enumerate(node.sent):
            slot_rule = rule.slot(slot)
            assert slot_rule is not None, (node.name, slot)
            if sent is None or slot_rule.compute is None:
                continue
            tolerance = 1e-6 if stem(node.name) in {"ToCopy", "Hardsigmoid"} else 1e-9  # torch rounds there
            computed = sent_on(slot_rule.compute(node.run), node.run, slot)
            np.testing.assert_allclose(computed, sent, rtol=tolerance, atol=tolerance, err_msg=f"{node.name}[{slot}]")


def test_formulas_name_only_things_that_can_be_filled_in():
    for rule in set(RULES.values()):
        assert isinstance(rule, Rule)
        for slot in rule.slots:
            assert "{g}" in slot.formula or not slot.local, rule.title


def test_names_of_nodes_lose_namespace_and_number():
    assert stem("torch::autograd::CopySlices") == "CopySlices"
    assert stem("PowBackward1") == "Pow"
    assert rule_for("PowBackward1") is not rule_for("PowBackward0")
    assert rule_for("NoSuchBackward0") is None


def test_a_missing_operand_is_said():
    rule = rule_for("MulBackward0")
    run = NodeRun(upstream=(np.ones(2),), shapes=((2,), None))
    with pytest.raises(OperandMissingError, match="other was not kept"):
        rule.slots[0].compute(run)
