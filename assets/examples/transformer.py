# A transformer with two blocks learns to
# sort: CBABBC becomes ABBBCC.
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)
LETTERS, LENGTH, WIDTH, HEADS = 3, 6, 16, 2


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.join = nn.Linear(WIDTH, WIDTH)

    def split(self, x):
        """[batch, time, width] -> one part a head."""
        x = x.view(*x.shape[:2], HEADS, -1)
        return x.transpose(1, 2)

    def forward(self, x):
        q = self.split(self.query(x))
        k = self.split(self.key(x))
        v = self.split(self.value(x))
        scores = q @ k.transpose(2, 3)
        scores = scores / (WIDTH // HEADS) ** 0.5
        mixed = F.softmax(scores, dim=-1) @ v
        return self.join(
            mixed.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH)
        self.attention = Attention()
        self.norm2 = nn.LayerNorm(WIDTH)
        self.widen = nn.Linear(WIDTH, 4 * WIDTH)
        self.narrow = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        h = F.gelu(self.widen(self.norm2(x)))
        return x + self.narrow(h)


class Sorter(nn.Module):
    def __init__(self):
        super().__init__()
        self.letters = nn.Embedding(LETTERS, WIDTH)
        self.places = nn.Embedding(LENGTH, WIDTH)
        self.blocks = nn.Sequential(Block(), Block())
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, LETTERS)

    def forward(self, tokens):
        place = torch.arange(LENGTH)
        x = self.letters(tokens) + self.places(place)
        return self.head(self.norm(self.blocks(x)))


tokens = torch.randint(0, LETTERS, (64, LENGTH))
wanted = tokens.sort(dim=1).values

model = Sorter()
optimizer = torch.optim.AdamW(
    model.parameters(), lr=0.01)

for step in range(20):
    scores = model(tokens)
    loss = F.cross_entropy(
        scores.flatten(0, 1), wanted.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 5 == 0 or step == 19:
        print("step %2d  loss %.4f" % (
            step, loss.item()))


def spell(row):
    return "".join("ABC"[i] for i in row.tolist())


answer = scores.argmax(dim=2)
right = (answer == wanted).float().mean()
print(spell(tokens[0]), "->", spell(answer[0]))
print("%.0f %% of the letters are right"
      % (100 * right))
