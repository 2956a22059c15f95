# Two layers with sigmoids, trained 100 epochs
# on random data with Adam.
import torch
from torch import nn

torch.manual_seed(0)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.output = nn.Linear(8, 1)

    def forward(self, x):
        x = torch.sigmoid(self.hidden(x))
        return torch.sigmoid(self.output(x))


inputs = torch.randn(32, 4)
labels = torch.randint(0, 2, (32, 1)).float()

model = Network()
measure = nn.BCELoss()
optimizer = torch.optim.Adam(
    model.parameters(), lr=0.1)

for epoch in range(100):
    optimizer.zero_grad()
    loss = measure(model(inputs), labels)
    loss.backward()
    optimizer.step()
    if epoch % 20 == 0 or epoch == 99:
        print("epoch %3d  loss %.4f" % (
            epoch, loss.item()))
