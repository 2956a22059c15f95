"""Programs that every test of the recorder can run: each leaves its results in plain variables."""

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\ntorch.manual_seed(7)\n"

PROGRAMS: dict[str, str] = {
    "starter": "x = torch.tensor(3., requires_grad=True)\ny = torch.relu(2 * x + 1)\ny.backward()\n",
    "twice": "x = torch.tensor([1., 2.], requires_grad=True)\ny = (x * x + x).sum()\ny.backward()\n"
    "y2 = x.sum()\ny2.backward()\n",
    "mlp adam": """
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
data, target = torch.randn(6, 4), torch.randint(0, 2, (6,))
losses = []
for epoch in range(3):
    optimizer.zero_grad()
    loss = F.cross_entropy(model(data), target)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
""",
    "sgd momentum kept grads": """
layer = nn.Linear(3, 2)
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
data = torch.randn(5, 3)
for epoch in range(3):
    optimizer.zero_grad(set_to_none=False)
    (layer(data) ** 2).mean().backward()
    nn.utils.clip_grad_norm_(layer.parameters(), 0.5)
    optimizer.step()
""",
    "cnn": """
from tests.support.models import SmallCnn
model = SmallCnn()
images, labels = torch.randn(5, 1, 8, 8), torch.randint(0, 3, (5,))
for epoch in range(2):
    model.zero_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= 0.1 * parameter.grad
model.eval()
scores = model(images)
""",
    "resnet": """
from tests.support.models import ResNet
model = ResNet((1, 1), 4, 3)
out = model(torch.randn(2, 3, 32, 32))
out.sum().backward()
""",
    "gpt": """
from tests.support.models import Gpt
model = Gpt(2, 16, 2, 11)
logits = model(torch.randint(0, 11, (2, 5)))
loss = F.cross_entropy(logits.flatten(0, 1), torch.randint(0, 11, (10,)))
loss.backward()
""",
    "lstm": """
lstm = nn.LSTM(3, 5, num_layers=2, dropout=0.3, batch_first=True)
data = torch.randn(2, 4, 3, requires_grad=True)
out, (hidden, cell) = lstm(data)
loss = out.sum() + hidden.sum() * 2 + cell.pow(2).sum()
loss.backward()
""",
    "lstm cell": """
from tests.support.models import lstm_cell_loop
cell = nn.LSTMCell(3, 4)
total = lstm_cell_loop(cell, torch.randn(6, 2, 3))
total.backward()
""",
    "transformer": """
layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.2, batch_first=True)
data = torch.randn(2, 3, 8, requires_grad=True)
out = layer(data)
out.mean().backward()
""",
    "in place and views": """
x = torch.randn(4, 3, requires_grad=True)
y = x * 2
view = y[1]
view.mul_(3)
y.add_(1)
z = y.t().contiguous()
z[0] = 5
z += 1
F.relu(z, inplace=True)
total = (z * z).sum() + y.sum()
total.backward()
buffer = torch.zeros(3)
torch.add(buffer, 1, out=buffer)
buffer.data[0] = 9
first, *rest = buffer.unbind()
""",
    "custom function": """
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return 3 * x ** 2 * grad

class Bump(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        x.add_(1)
        ctx.mark_dirty(x)
        return x

    @staticmethod
    def backward(ctx, grad):
        return grad

x = torch.tensor([1., 2.], requires_grad=True)
y = Cube.apply(x)
z = Bump.apply(y * 1)
z.sum().backward()
""",
    "checkpoint": """
from torch.utils.checkpoint import checkpoint
layer = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.ReLU())
x = torch.randn(2, 3, requires_grad=True)
out = checkpoint(layer, x, use_reentrant=False)
out2 = checkpoint(layer, x, use_reentrant=True)
(out.sum() + out2.sum()).backward()
""",
    "second order": """
x = torch.tensor(2., requires_grad=True)
y = x ** 3
(g,) = torch.autograd.grad(y, x, create_graph=True)
(h,) = torch.autograd.grad(g, x, create_graph=True)
(g + h).backward()
w = torch.tensor([1., 2.], requires_grad=True)
s = (w ** 2).sum()
s.backward(create_graph=True)
penalty = w.grad.pow(2).sum()
penalty.backward()
""",
    "grad": """
x = torch.randn(3, requires_grad=True)
w = torch.randn(3, requires_grad=True)
y = (x * w).sum()
gx, gw = torch.autograd.grad(y, (x, w), retain_graph=True)
y.backward(retain_graph=True)
y.backward()
z = x.exp()
z.backward(gradient=torch.ones(3))
unused = torch.autograd.grad((x * 2).sum(), [x, w], allow_unused=True)[1] is None
""",
    "inputs": """
a = torch.randn(2, requires_grad=True)
b = torch.randn(2, requires_grad=True)
c = a * b
c.sum().backward(inputs=[a])
torch.autograd.backward([(a + b).sum(), (a * 3).sum()])
""",
    "hooks": """
x = torch.randn(3, requires_grad=True)
seen = []
x.register_hook(lambda grad: grad * 2)
y = x * 3
y.retain_grad()
y.register_hook(lambda grad: seen.append(grad.clone()))
y.sum().backward()
kept = y.grad
""",
    "branches": """
x = torch.tensor(0.3, requires_grad=True)
count = 0
while x < 5:
    x = x * 2 if x < 1 else x + 1
    count += 1
""",
    "dtypes": """
half = torch.randn(3, dtype=torch.bfloat16, requires_grad=True)
(half * 2).sum().backward()
c = torch.randn(3, dtype=torch.complex64, requires_grad=True)
(c.conj() * c).real.sum().backward()
neg = torch.randn(3, dtype=torch.complex64).conj().imag
sparse = torch.eye(3).to_sparse()
dense = (sparse @ torch.ones(3, 2)).sum()
meta = torch.empty(3, device='meta') + 1
quantized = torch.quantize_per_tensor(torch.randn(3), 0.1, 0, torch.qint8)
back = quantized.dequantize() * 2
empty = torch.empty(0, 3) * 2
integers = torch.arange(5) // 2
flags = integers > 1
nan = torch.tensor([1., float('nan'), float('inf')]) * 2
embedding = nn.Embedding(5, 2, sparse=True)
embedding(torch.tensor([1, 3])).sum().backward()
sgd = torch.optim.SGD(embedding.parameters(), lr=0.1)
sgd.step()
""",
    "functions": """
from torch.func import grad, vmap, jacrev
x = torch.randn(3)
g = grad(lambda t: (t ** 2).sum())(x)
v = vmap(lambda t: t * 2)(torch.randn(4, 3))
j = jacrev(lambda t: t.sin())(x)
jac = torch.autograd.functional.jacobian(lambda t: t ** 2, x)
""",
    "lbfgs": """
w = torch.randn(3, requires_grad=True)
optimizer = torch.optim.LBFGS([w], max_iter=3)
def closure():
    optimizer.zero_grad()
    loss = ((w - 2) ** 2).sum()
    loss.backward()
    return loss
last = optimizer.step(closure)
""",
    "own optimizer": """
class Plain(torch.optim.Optimizer):
    def __init__(self, parameters):
        super().__init__(parameters, {'lr': 0.1})
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group['params']:
                p -= group['lr'] * p.grad
w = torch.ones(2, requires_grad=True)
optimizer = Plain([w])
(w * 3).sum().backward()
optimizer.step()
after = w * 1
""",
    "threads": """
import threading
w = torch.ones(2, requires_grad=True)
results = []
def work():
    results.append((w * 3).sum())
thread = threading.Thread(target=work)
thread.start()
thread.join()
results[0].backward()
""",
    "loader": """
from torch.utils.data import DataLoader, TensorDataset
data = DataLoader(TensorDataset(torch.randn(6, 2), torch.randn(6)), batch_size=2, shuffle=True)
layer = nn.Linear(2, 1)
for x, y in data:
    loss = ((layer(x).squeeze() - y) ** 2).mean()
    loss.backward()
""",
}


def program(name: str) -> str:
    """Return the whole text of a program."""
    return HEAD + PROGRAMS[name]
