"""Typed programs over points of the plane: the boundary is drawn where it can be, else it is said why not."""

import pytest
import torch
from torch import nn

from engine.runtime.training.plane_finder import plane_around, saved_target
from engine.training.facts import Picture, PlaneTold, array_of
from engine.training.options import TrainingOptions
from tests.engine.session.runs import printed

pytestmark = pytest.mark.worker
OFTEN = TrainingOptions(pictures_every_s=0.0, cost_share=1.0)

HEAD = """
import torch
from torch import nn
import torch.nn.functional as F
torch.set_num_threads(1)
torch.manual_seed(0)
x = torch.rand(40, 2) * 4 - 1
y = (x[:, 0] * x[:, 1] > 0).long()
"""
FULL = (
    HEAD
    + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 5)
        self.act = nn.Tanh()
        self.fc2 = nn.Linear(5, 2)
    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for step in range(9):
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    print(repr(loss.item()))
print(*[number for weight in net.parameters() for number in weight.flatten().tolist()])
print(*x.flatten().tolist())
"""
)
LOADER = FULL.replace("for step in range(9):\n", """
class Own(torch.utils.data.Dataset):
    def __len__(self):
        return 40
    def __getitem__(self, at):
        return x[at], y[at]
for given, wanted in torch.utils.data.DataLoader(Own(), batch_size=8):
""").replace("net(x), y", "net(given), wanted")  # fmt: skip


def told(runs):
    return [fact for fact in runs.facts if isinstance(fact, PlaneTold)]


def shown(runs):
    return {fact.name: array_of(fact) for fact in runs.facts if isinstance(fact, Picture)}


def test_a_typed_network_over_points_shows_what_it_answers_across_them(runs):
    recording = runs.run(FULL, training=OFTEN)
    *losses, weights, points = printed(recording).strip().splitlines()
    plane = told(runs)[-1].plane
    x = torch.tensor([float(number) for number in points.split()]).reshape(-1, 2)
    assert plane.left < x[:, 0].min() < x[:, 0].max() < plane.right
    assert plane.bottom < x[:, 1].min() < x[:, 1].max() < plane.top
    pictures = shown(runs)
    assert pictures["boundary"].shape == (48, 48, 2)
    assert [name for name in pictures if name.startswith("unit/")] == ["unit/fc1", "unit/act", "unit/fc2"]
    net = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 2))
    nn.utils.vector_to_parameters(torch.tensor([float(number) for number in weights.split()]), net.parameters())
    corner = torch.softmax(net(torch.tensor([[plane.left, plane.bottom]])), 1).detach().numpy()[0]
    assert pictures["boundary"][0, 0] == pytest.approx(corner, abs=1e-5)
    table = pictures["data/train"]
    assert table[:, :2] == pytest.approx(x.numpy())
    assert table[:, 2].tolist() == (x[:, 0] * x[:, 1] > 0).float().tolist()
    bare = runs.run(FULL, training=TrainingOptions(pictures_every_s=None))
    assert printed(bare).strip().splitlines()[:9] == losses, "looking changes nothing"
    assert not told(runs)


def test_samples_of_batches_come_together(runs):
    runs.run(LOADER, training=OFTEN)
    assert shown(runs)["boundary"].shape == (48, 48, 2)
    count = len(shown(runs)["data/train"])
    assert count >= 24
    assert count % 8 == 0


def test_recording_every_iteration_goes_along_with_it(runs):
    training = TrainingOptions(pictures_every_s=0.0, cost_share=1.0, sample_every=3, sample_share=None)
    runs.run(FULL, training=training)
    assert told(runs)[-1].plane is not None
    assert len(runs.samples) >= 2


@pytest.mark.parametrize(
    ("changes", "shape"),
    [
        ((("nn.Linear(5, 2)", "nn.Linear(5, 1)"),
          ("F.cross_entropy(net(x), y)", "F.binary_cross_entropy_with_logits(net(x)[:, 0], y.float())")), (48, 48, 2)),
        ((("nn.Linear(5, 2)", "nn.Linear(5, 1)"), ("self.fc2(self.act(self.fc1(x)))",
          "self.fc2(self.act(self.fc1(x))).squeeze(1)"),
          ("F.cross_entropy(net(x), y)", "F.mse_loss(net(x), x.sum(1))")),
         (48, 48, 1)),
        ((("nn.Linear(2, 5)", "nn.Linear(1, 5)"), ("net(x)", "net(x[:, :1])")), (1, 128, 2)),
        ((("net = Net()", "net = Net().double()"), ("net(x)", "net(x.double())")), (48, 48, 2)),
    ],
)  # fmt: skip
def test_other_tasks(runs, changes, shape):
    text = FULL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    runs.run(text, training=OFTEN)
    assert shown(runs)["boundary"].shape == shape
    if shape[2] == 2:
        assert shown(runs)["boundary"].sum(axis=2) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ((("nn.Linear(2, 5)", "nn.Linear(3, 5)"), ("net(x)", "net(torch.cat([x, x[:, :1]], 1))")),
         "the network takes 40 × 3 numbers (float32), and not two numbers a sample."),
        ((("def forward(self, x):", "def forward(self, x, scale):"), ("net(x)", "net(x, 2)")),
         "the network takes more than one thing at once."),
        ((("net(x)", "net.fc2(net.act(net.fc1(x)))"),), "the network is never called as a whole, only its parts are."),
        ((("net = Net()", "net = Net()\nnet.act.register_forward_hook(lambda *given: None)"),),
         "the network has hooks of its own, which a picture must not call."),
        ((("return self.fc2", "assert len(x) == 40\n        return self.fc2"),),
         "the network cannot be asked about other points (AssertionError)."),
    ],
)  # fmt: skip
def test_why_there_is_no_plane(runs, changes, why):
    text = FULL.replace("range(9)", "range(20)")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    runs.run(text, training=OFTEN)
    assert told(runs)[-1] == PlaneTold(None, why)
    assert "boundary" not in shown(runs)


def test_parameters_without_a_module(runs):
    text = (
        HEAD
        + """
w = torch.zeros(2, 2, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
for step in range(5):
    optimizer.zero_grad()
    F.cross_entropy(x @ w, y).backward()
    optimizer.step()
"""
    )
    runs.run(text, training=OFTEN)
    assert [fact.why for fact in told(runs)] == [
        "the parameters belong to no nn.Module that could be asked about other points."
    ]


def test_targets_are_those_that_the_loss_keeps():
    out, y = torch.randn(4, 3, requires_grad=True), torch.tensor([0, 2, 1, 1])
    assert torch.equal(saved_target([nn.functional.cross_entropy(out * 2, y) * 3]), y)
    number = torch.randn(4, 3)
    assert torch.equal(saved_target([nn.functional.mse_loss(out * 2, number)]), number)
    assert saved_target([((out - number) ** 2).mean()]) is None
    gone = nn.functional.mse_loss(out * 2, number)
    gone.backward()
    assert saved_target([gone]) is None


def test_room_around_points():
    plane = plane_around([0.0, 10.0], [2.0, 10.0])
    assert (plane.left, plane.right) == pytest.approx((-0.3, 2.3))
    assert (plane.bottom, plane.top) == pytest.approx((8.7, 11.3))
    assert plane_around([3.0], [3.0]).rows == 1
