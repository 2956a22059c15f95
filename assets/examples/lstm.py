# An LSTM reads a sequence one number at a
# time and says at the end whether its sum is
# positive. The same cell is called six times:
# the graph is unrolled, and gradients flow
# back through time.
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)


class Reader(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.width = width
        self.cell = nn.LSTMCell(1, width)
        self.answer = nn.Linear(width, 1)

    def forward(self, sequence):
        # sequence: [time, batch, 1]
        batch = sequence.shape[1]
        h = torch.zeros(batch, self.width)
        c = torch.zeros(batch, self.width)
        for number in sequence:
            h, c = self.cell(number, (h, c))
        return self.answer(h).squeeze(1)


sequences = torch.randn(6, 32, 1)
labels = (sequences.sum(dim=(0, 2)) > 0).float()

model = Reader()
optimizer = torch.optim.Adam(
    model.parameters(), lr=0.05)

for step in range(12):
    scores = model(sequences)
    loss = F.binary_cross_entropy_with_logits(
        scores, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 4 == 0 or step == 11:
        print("step %2d  loss %.4f" % (
            step, loss.item()))

right = ((scores > 0) == (labels > 0)).sum()
print("%d of 32 sequences are right" % right)
