"""What no number is among the gradients is noticed, wherever it is, before an optimizer applies it."""

import math

import pytest
import torch
from torch import nn

from engine.runtime.training.gradients import norms_of, total_of
from engine.runtime.training.harmless import MOST_NODES, exposed_leaves
from engine.runtime.training.soundness import SoundnessCheck, are_sound

NETWORKS = {
    "perceptron": (nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2)), (3, 2)),
    "pictures": (nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 2)),
                 (3, 1, 8, 8)),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_common_layers_are_harmless(name):
    network, shape = NETWORKS[name]
    loss = nn.functional.cross_entropy(network(torch.randn(shape)), torch.tensor([0, 1, 1]))
    assert exposed_leaves([loss]) is not None
    loss.backward()
    assert exposed_leaves([loss]) is not None, "also when the graph has let go of its tensors"


@pytest.mark.parametrize(
    "singular",
    [torch.sqrt, torch.log, lambda x: x**0.5, torch.linalg.vector_norm, torch.acos, lambda x: 1 / x, torch.std],
)
def test_what_may_have_a_slope_without_end_is_not(singular):
    assert exposed_leaves([singular(torch.rand(4, requires_grad=True)).sum()]) is None


def test_nothing_is_taken_for_harmless_that_is_not_known():
    chain = torch.ones(2, requires_grad=True)
    long = chain
    for _ in range(MOST_NODES):
        long = long + 1
    assert exposed_leaves([]) is None
    assert exposed_leaves([chain]) is None, "no graph"
    assert exposed_leaves([long.sum()]) is None, "too long to be looked at"
    assert exposed_leaves([(chain + 1).sum()]) is not None


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.complex64])
def test_any_gradient_that_is_no_number_is_noticed(bad, dtype):
    gradients = [torch.ones(2, 3, dtype=dtype), torch.ones(4, dtype=dtype)]
    assert are_sound(gradients)
    gradients[1][2] = bad
    assert not are_sound(gradients)
    assert not math.isfinite(total_of(norms_of(gradients)))


def learned(check, x, function, *, is_met=False):
    """Make gradients of ``x`` and return whether they are trusted."""
    x.grad = None
    loss = function(x)
    loss.backward()
    if is_met:
        check.meet([loss], [x.grad])
        return None
    return check.is_trusted(x, loss.item())


def harmless(x):
    return (x * 2).sum()


def test_a_harmless_graph_is_trusted_as_long_as_it_stays_the_same():
    x, check = torch.ones(3, requires_grad=True), SoundnessCheck()
    assert not learned(check, x, harmless), "nothing was looked into yet"
    learned(check, x, harmless, is_met=True)
    assert learned(check, x, harmless)
    assert not learned(check, x, lambda x: harmless(x) + 0 * x.abs().sqrt().sum()), "more nodes than before"
    assert learned(check, x, harmless)
    learned(check, x, lambda x: x.sqrt().sum(), is_met=True)
    assert not learned(check, x, lambda x: x.sqrt().sum())


def test_large_losses_and_gradients_that_were_changed_by_hand_are_not_trusted():
    x, check = torch.ones(3, requires_grad=True), SoundnessCheck()
    learned(check, x, harmless, is_met=True)
    assert learned(check, x, harmless)
    assert not learned(check, x, lambda x: (x * 1e18).sum())
    harmless(x).backward()
    assert not check.is_trusted(x, 1.0), "added to"
    for loss in (None, math.nan, math.inf):
        learned(check, x, harmless)
        assert not check.is_trusted(x, loss)


def test_large_numbers_are_numbers():
    gradients = [torch.full((4,), 1e30), torch.full((2,), 1e300, dtype=torch.float64)]
    each = norms_of(gradients)
    assert each[0] == pytest.approx(2e30)
    assert math.isfinite(each[1])
    assert math.isfinite(total_of(each))


def mlp_loss(network, inputs):
    return nn.functional.cross_entropy(network(inputs), torch.tensor([0, 1]))


def gradients_of(network):
    return [parameter.grad for parameter in network.parameters()]


def met(network, inputs):
    """Return a check that knows ``network`` from one iteration."""
    check = SoundnessCheck()
    for _ in range(2):
        network.zero_grad()
        loss = mlp_loss(network, inputs)
        loss.backward()
        check.meet([loss], gradients_of(network))
    return check


@pytest.mark.parametrize("activation", [nn.Tanh(), nn.Sigmoid(), nn.Hardtanh()])
def test_infinite_data_that_the_loss_does_not_show_is_noticed(activation):
    network = nn.Sequential(nn.Linear(2, 3), activation, nn.Linear(3, 2))
    check = met(network, torch.randn(2, 2))
    for first, is_trusted in ((1.0, True), (math.inf, False)):
        network.zero_grad()
        loss = mlp_loss(network, torch.tensor([[first, 1.0], [1.0, 2.0]]))
        loss.backward()
        assert math.isfinite(loss.item())
        assert are_sound(gradients_of(network)) is is_trusted
        assert check.is_trusted(network[0].weight, loss.item()) is is_trusted


def test_an_activation_that_overflows_behind_another_is_noticed():
    network = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 2))
    check = met(network, torch.randn(2, 2))
    with torch.no_grad():
        network[0].weight.fill_(3e38)
        network[2].weight.copy_(network[2].weight.abs())
    network.zero_grad()
    loss = mlp_loss(network, torch.full((2, 2), 3.0))
    loss.backward()
    assert math.isfinite(loss.item())
    assert not are_sound(gradients_of(network))
    assert not check.is_trusted(network[0].weight, loss.item())


def test_what_hooks_make_of_gradients_is_not_trusted():
    weight = torch.ones(3, requires_grad=True)
    assert exposed_leaves([(weight * 2).sum()]) is not None
    weight.register_hook(lambda gradient: gradient / gradient.norm())
    assert exposed_leaves([(weight * 2).sum()]) is None


def test_products_of_activations_without_bounds_are_not_trusted():
    x = torch.ones(3, requires_grad=True)
    assert exposed_leaves([(x.relu() * x.relu()).sum()]) is None
    assert exposed_leaves([(x.tanh() * x.sigmoid()).sum()]) == []
    assert [leaf is x for leaf in exposed_leaves([(x * torch.ones(3)).sum()])] == [True]
