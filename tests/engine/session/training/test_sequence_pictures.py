"""Pictures of networks over sequences: gradients by place and attention, against torch's own numbers."""

import numpy as np
import pytest
import torch
from torch import nn

from engine.network.source import write_source
from engine.network.templates import templates
from engine.training.facts import Note, Picture, array_of
from engine.training.options import TrainingOptions
from engine.training.plan import Choice, GeneratedData, Shape
from tests.engine.session.runs import printed
from tests.engine.session.training.programs import TRANSFORMER, losses_alone, program

pytestmark = pytest.mark.worker
OFTEN = TrainingOptions(pictures_every_s=0.0, cost_share=1.0)
BY_HAND = """
import torch
from torch import nn
torch.set_num_threads(1)
torch.manual_seed(0)
net = nn.KIND(3, 4, MORE)
x = torch.randn(5, 6, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for step in range(3):
    optimizer.zero_grad()
    if step == 1:
        held = {name: weight.clone() for name, weight in net.state_dict().items()}
    out, state = net(x)
    loss = (out ** 2)[:, -2:].sum() + sum(part.sum() for part in (state if isinstance(state, tuple) else (state,)))
    loss.backward()
    optimizer.step()
    print(loss.item())
    if step == 1:
        print(*[number for weight in held.values() for number in weight.flatten().tolist()])
"""


def of_name(runs, name):
    """The pictures of a name by iteration."""
    return {fact.iteration: array_of(fact) for fact in runs.facts if isinstance(fact, Picture) and fact.name == name}


def by_hand(net, x):
    """The norms of the gradient of the state at each place, with the layer run place by place."""
    state, states, outs = None, [], []
    for place in range(x.shape[1]):
        out, state = net(x[:, place : place + 1], state)
        state = tuple(part.clone() for part in state) if isinstance(state, tuple) else state.clone()
        hidden = state[0] if isinstance(state, tuple) else state
        hidden.retain_grad()
        states.append(hidden)
        outs.append(hidden[-1])
    out = torch.stack(outs, dim=1)
    loss = (out**2)[:, -2:].sum() + sum(part.sum() for part in (state if isinstance(state, tuple) else (state,)))
    loss.backward()
    return [hidden.grad[-1].norm(dim=-1).mean().item() for hidden in states]


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_gradients_by_place_are_those_of_the_layer_run_place_by_place(runs, kind):
    more = "num_layers=2, batch_first=True"
    text = BY_HAND.replace("KIND", kind).replace("MORE", more)
    recording = runs.run(text, training=OFTEN)
    lines = printed(recording).strip().splitlines()
    told = of_name(runs, "gradient norms/")
    assert 1 in told
    assert 0 not in told, "the first iteration is not looked at: which layers there are is not known yet"
    torch.manual_seed(0)
    net = getattr(nn, kind)(3, 4, num_layers=2, batch_first=True)
    x = torch.randn(5, 6, 3)
    numbers = torch.tensor([float(number) for number in lines[2].split()])
    nn.utils.vector_to_parameters(numbers, net.parameters())
    assert told[1] == pytest.approx(by_hand(net, x), rel=1e-4)


def both_ways(net, x):
    """The norms in both directions of the last layer of a net without dropout, by two layers of one direction."""
    below = None
    if net.num_layers > 1:
        below = type(net)(net.input_size, net.hidden_size, net.num_layers - 1, batch_first=True, bidirectional=True)
        below.load_state_dict({name: net.state_dict()[name] for name in below.state_dict()})
    given = x if below is None else below(x)[0]
    found = []
    for ending in ("", "_reverse"):
        one = type(net)(given.shape[2], net.hidden_size, batch_first=True)
        one.load_state_dict({f"{name}_l0": net.state_dict()[f"{name}_l{net.num_layers - 1}{ending}"]
                             for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")})  # fmt: skip
        places = range(x.shape[1]) if not ending else reversed(range(x.shape[1]))
        state, outs = None, {}
        for place in places:
            _out, state = one(given[:, place : place + 1].detach(), state)
            state = tuple(part.clone() for part in state) if isinstance(state, tuple) else state.clone()
            outs[place] = state[0] if isinstance(state, tuple) else state
            outs[place].retain_grad()
        whole = torch.stack([outs[place][0] for place in range(x.shape[1])], dim=1)
        ends = state if isinstance(state, tuple) else (state,)
        ((whole**2)[:, -2:].sum() + sum(part.sum() for part in ends)).backward()
        found.append([outs[place].grad[0].norm(dim=-1).mean().item() for place in range(x.shape[1])])
    return found


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("layers", [1, 2])
def test_both_directions_are_told(runs, kind, layers):
    more = f"num_layers={layers}, batch_first=True, bidirectional=True"
    recording = runs.run(BY_HAND.replace("KIND", kind).replace("MORE", more), training=OFTEN)
    lines = printed(recording).strip().splitlines()
    net = getattr(nn, kind)(3, 4, num_layers=layers, batch_first=True, bidirectional=True)
    nn.utils.vector_to_parameters(torch.tensor([float(number) for number in lines[2].split()]), net.parameters())
    torch.manual_seed(0)
    getattr(nn, kind)(3, 4, num_layers=layers, batch_first=True, bidirectional=True)
    x = torch.randn(5, 6, 3)
    there, back = both_ways(net, x)
    assert of_name(runs, "gradient norms/")[1] == pytest.approx(there, rel=1e-4)
    assert of_name(runs, "gradient norms/ reverse")[1] == pytest.approx(back, rel=1e-4)


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("more", ["batch_first=True", "bidirectional=True", "batch_first=True, bidirectional=True"])
def test_dropout_is_drawn_again_as_it_was_and_changes_nothing(runs, kind, more):
    text = BY_HAND.replace("KIND", kind).replace("MORE", f"num_layers=3, dropout=0.5, {more}")
    told = printed(runs.run(text, training=OFTEN))
    assert of_name(runs, "gradient norms/")[1].min() > 0
    assert not notes(runs)
    bare = printed(runs.run(text, training=TrainingOptions(pictures_every_s=None)))
    assert bare == told


PACKED = """packed = nn.utils.rnn.pack_padded_sequence(x, [6] * 5, batch_first=True)
    out, state = net(packed)
    out = out.data[None]"""


def notes(runs):
    return [fact for fact in runs.facts if isinstance(fact, Note)]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("net(x)", "net(x[0])", "it takes one sequence and no batch of them"),
        ("torch.randn(5, 6, 3)", "torch.randn(2, 200, 3)", "sequences of 200 places are too long"),
        ("out, state = net(x)", PACKED, "its sequences are packed"),
        ("out, state = net(x)", "out, state = net(x)\n    with torch.no_grad():\n        out.mul_(2.0)",
         "computing it again, place by place, did not give the same numbers"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_said(runs, old, new, why):
    text = BY_HAND.replace("KIND", "GRU").replace("MORE", "batch_first=True").replace(old, new)
    runs.run(text, training=OFTEN)
    assert notes(runs) == [Note("gradient norms/", why)]
    assert not of_name(runs, "gradient norms/")
    assert len(runs.curve("loss")) == 3


@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_mixed_precision_is_told_as_precisely_as_it_computes(runs, kind):
    text = BY_HAND.replace("KIND", kind).replace("MORE", "num_layers=2, batch_first=True")
    mixed = text.replace(
        "    out, state = net(x)", "    with torch.autocast('cpu', torch.bfloat16):\n        out, state = net(x)"
    )
    assert mixed != text
    runs.run(text, training=OFTEN)
    plain = of_name(runs, "gradient norms/")[1]
    runs.run(mixed, training=OFTEN)
    assert not notes(runs)
    assert of_name(runs, "gradient norms/")[1] == pytest.approx(plain, rel=0.05)


@pytest.mark.parametrize("training", [OFTEN, TrainingOptions(sample_every=3)], ids=["often", "usual"])
def test_watching_sequences_changes_nothing(runs, training):
    classifier = next(write_source(one.network) for one in templates() if one.title == "GRU classifier")
    text = program(data=GeneratedData(shape=Shape.NAMES, count=80), network=classifier)
    runs.run(text, training=training)
    assert list(runs.curve("loss").values()) == losses_alone(text)
    norms = list(of_name(runs, "gradient norms/rnn").values())[-1]
    assert norms.shape == (12,)
    assert norms[-1] > norms[0] > 0, "it fades on its way back, though only the last place is used"


ATTENDING = """
import torch
from torch import nn
torch.set_num_threads(1)
torch.manual_seed(0)
layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
mask = nn.Transformer.generate_square_subsequent_mask(5)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = layer
    def forward(self, x):
        return self.layer(x, src_mask=mask, is_causal=True)
net = Net()
x = torch.randn(4, 5, 8)
data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, x), batch_size=2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(2):
    for given, wanted in data:
        optimizer.zero_grad()
        loss = ((net(given) - wanted) ** 2).mean()
        loss.backward()
        optimizer.step()
        print(repr(loss.item()))
net.eval()
with torch.no_grad():
    normed = x[2:3]
    weights = layer.self_attn(normed, normed, normed, attn_mask=mask, average_attn_weights=False)[1][0]
print(*weights.flatten().tolist())
"""


def test_attention_is_what_the_layer_itself_says_and_changes_nothing(runs):
    recording = runs.run(ATTENDING, training=OFTEN)
    *losses, weights = printed(recording).strip().splitlines()
    shown = of_name(runs, "attention/layer.self_attn")[4]
    assert shown.shape == (2, 5, 5)
    assert shown.ravel() == pytest.approx([float(number) for number in weights.split()], abs=1e-6)
    assert np.triu(shown, 1).max() == 0, "the mask holds"
    recording = runs.run(ATTENDING, training=TrainingOptions(pictures_every_s=None))
    assert printed(recording).strip().splitlines()[:-1] == losses
    assert not of_name(runs, "attention/layer.self_attn")


def test_attention_of_a_network_that_asks_for_no_weights(runs):
    text = program(data=GeneratedData(shape=Shape.SORT, count=64), network=TRANSFORMER, loss=Choice("CrossEntropyLoss"))
    runs.run(text, training=OFTEN)
    assert list(runs.curve("loss").values()) == losses_alone(text)
    shown = list(of_name(runs, "attention/attend").values())[-1]
    assert shown.shape == (4, 12, 12)
    assert shown.sum(axis=2) == pytest.approx(np.ones((4, 12)), abs=1e-5)
