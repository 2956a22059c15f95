# A small CNN learns whether a bar in an 8x8
# image is horizontal or vertical.
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)


def bars(count):
    """Noisy images with one bright row or column."""
    images = 0.2 * torch.randn(count, 1, 8, 8)
    labels = torch.randint(0, 2, (count,))
    places = torch.randint(0, 8, (count,)).tolist()
    for i, place in enumerate(places):
        if labels[i] == 0:
            images[i, 0, place, :] += 1  # row
        else:
            images[i, 0, :, place] += 1  # column
    return images, labels


class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 8, 3, padding=1)
        self.classify = nn.Linear(8 * 2 * 2, 2)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.classify(x.flatten(1))


images, labels = bars(64)
model = SmallCNN()
optimizer = torch.optim.Adam(
    model.parameters(), lr=0.02)

for step in range(25):
    scores = model(images)
    loss = F.cross_entropy(scores, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 8 == 0:
        print("step %2d  loss %.4f" % (
            step, loss.item()))

right = (scores.argmax(dim=1) == labels).sum()
print("%d of 64 images are right" % right)
