# A small network tells two half moons apart.
import torch
from torch import nn

torch.manual_seed(0)


def moons(count, noise=0.1):
    """Two half circles, one above the other."""
    angle = torch.rand(count) * torch.pi
    upper = torch.stack(
        [angle.cos(), angle.sin()], dim=1)
    lower = torch.stack(
        [1 - angle.cos(), 0.5 - angle.sin()], dim=1)
    points = torch.cat([upper, lower])
    points += noise * torch.randn(2 * count, 2)
    labels = torch.arange(2).repeat_interleave(count)
    return points, labels


points, labels = moons(100)

model = nn.Sequential(
    nn.Linear(2, 16),
    nn.Tanh(),
    nn.Linear(16, 16),
    nn.Tanh(),
    nn.Linear(16, 2),
)
measure = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(
    model.parameters(), lr=0.03)

for step in range(60):
    scores = model(points)
    loss = measure(scores, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print("step %2d  loss %.4f" % (
            step, loss.item()))

right = (scores.argmax(dim=1) == labels).sum()
print("%d of 200 points are right" % right)
