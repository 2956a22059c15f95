"""Ways to run torch other than op by op, each a small program that leaves its results in plain variables.

``COMPILED`` programs read ``BACKEND``, the name of a backend of ``torch.compile``.
"""

COMPILED: dict[str, str] = {
    "decorated": """
@torch.compile(backend=BACKEND)
def f(a, b):
    return (a * b).sin() + a
x = torch.randn(3, requires_grad=True)
y = f(x, x + 1)
y.sum().backward()
k = f(x, b=x).sum()
""",
    "modules": """
m = torch.compile(nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU()), backend=BACKEND)
x = torch.randn(5, 3, requires_grad=True)
z = m(x)
z.sum().backward()
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 3)
        self.register_buffer('count', torch.zeros(()))
    def forward(self, x):
        self.count += 1
        return torch.tanh(self.a(x))
n = Net(); n.compile(backend=BACKEND)
w = n(x); w.sum().backward()
count = n.count.clone()
w2 = n(x)
""",
    "graph breaks": """
@torch.compiler.disable
def aside(t):
    u = t * 5
    return u.relu()
@torch.compile(backend=BACKEND)
def f(x):
    y = x.sin()
    print('', end='')
    y = aside(y)
    z = y.cos() + x
    return z.sum()
x = torch.randn(3, requires_grad=True)
s = f(x)
s.backward()
s2 = f(x * 2)
""",
    "unseen eager part": """
@torch.compile(backend=BACKEND)
def f(x):
    y = x.sin()
    n = y.gt(0).nonzero()
    return y * 2 + n.sum()
x = torch.tensor([1., -2., 3.], requires_grad=True)
y = f(x)
y.sum().backward()
""",
    "dynamic shapes": """
@torch.compile(backend=BACKEND)
def f(x, n):
    return (x * n).view(-1).softmax(0)
outs = []
w = torch.ones(2, requires_grad=True)
for n in range(3, 8):
    outs.append(f(torch.arange(n * 2.).reshape(n, 2) * w, n))
sum(o.sum() for o in outs).backward()
""",
    "training step": """
lin = nn.Linear(3, 1); opt = torch.optim.SGD(lin.parameters(), lr=0.1)
@torch.compile(backend=BACKEND)
def step(x):
    opt.zero_grad()
    loss = lin(x).pow(2).mean()
    loss.backward()
    opt.step()
    return loss.detach()
x = torch.randn(4, 3)
losses = [step(x) for _ in range(3)]
after = lin(x)
""",
    "optimizer outside": """
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
fast = torch.compile(model, backend=BACKEND)
opt = torch.optim.Adam(model.parameters(), lr=0.05)
data, target = torch.randn(6, 4), torch.randint(0, 2, (6,))
losses = []
for epoch in range(3):
    opt.zero_grad()
    loss = F.cross_entropy(fast(data), target)
    loss.backward()
    opt.step()
    losses.append(loss.item())
""",
    "faults and modes": """
@torch.compile(backend=BACKEND)
def f(x, n):
    return x.view(n) * 2
said = []
x = torch.randn(4, requires_grad=True)
try: f(x, 3)
except Exception as error: said.append(type(error).__name__)
with torch.device('cpu'):
    y = f(x, 4)
with torch.no_grad():
    z = f(x, 4)
with torch.autocast('cpu', dtype=torch.bfloat16):
    @torch.compile(backend=BACKEND)
    def g(a): return a @ a
    w = g(torch.ones(2, 2))
y.sum().backward()
""",
    "many threads": """
import threading
@torch.compile(backend=BACKEND)
def f(x): return (x * 2).cos()
f(torch.ones(3))
outs = {}
def work(i): outs[i] = f(torch.full((3,), float(i)))
threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
for t in threads: t.start()
for t in threads: t.join()
outs = [outs[i] for i in range(3)]
""",
}

OTHER: dict[str, str] = {
    "script": """
@torch.jit.script
def f(x, n: int):
    for i in range(n):
        x = x * 2 + 1
    return x
x = torch.randn(3, requires_grad=True)
y = f(x, 3); y.sum().backward()
@torch.jit.script
def fill(x):
    x.add_(1)
    return x
b = torch.zeros(2)
before = b * 1
fill(b)
after = b * 1
""",
    "script module": """
sm = torch.jit.script(nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)))
x = torch.randn(4, 3)
y = sm(x); y.sum().backward()
state = [t.clone() for t in sm.buffers()]
t = torch.jit.trace(nn.Linear(3, 2), (x,))
z = t(x); z.sum().backward()
""",
    "export": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 2)
    def forward(self, x):
        return self.a(x).relu()
n = Net()
x = torch.randn(4, 3)
module = torch.export.export(n, (x,)).module()
y = module(x)
y.sum().backward()
g = n.a.weight.grad
""",
    "fx": """
from torch import fx
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 2)
    def forward(self, x):
        return torch.relu(self.a(x)) + 1
gm = fx.symbolic_trace(Net())
x = torch.randn(4, 3)
y = gm(x)
y.sum().backward()
from torch.fx.experimental.proxy_tensor import make_fx
def plain(a): return (a * 2).sin()
made = make_fx(plain)(torch.ones(3))
z = made(torch.ones(3, requires_grad=True))
z.sum().backward()
""",
    "custom operators": """
@torch.library.custom_op("chainrule_test::cube", mutates_args=())
def cube(x: torch.Tensor, k: float) -> torch.Tensor:
    return x * x * x * k
@cube.register_fake
def _(x, k): return torch.empty_like(x)
def setup(ctx, inputs, output): ctx.save_for_backward(inputs[0]); ctx.k = inputs[1]
def back(ctx, grad): return grad * 3 * ctx.saved_tensors[0] ** 2 * ctx.k, None
cube.register_autograd(back, setup_context=setup)
@cube.register_vmap
def _(info, in_dims, x, k): return cube(x, k), in_dims[0]
x = torch.randn(3, requires_grad=True)
y = cube(x, 2.0)
y.sum().backward()
z = torch.ops.chainrule_test.cube(x, 1.0)
v = torch.vmap(lambda r: cube(r, 1.0))(torch.ones(2, 3))
@torch.library.custom_op("chainrule_test::fill", mutates_args={"x"})
def fill(x: torch.Tensor, value: float) -> None:
    x.fill_(value)
b = torch.zeros(2); before = b + 0
fill(b, 3.0)
after = b + 0
""",
    "backward in a thread": """
import threading
x = torch.randn(3, requires_grad=True)
y = (x * 2).exp()
t = threading.Thread(target=lambda: y.sum().backward()); t.start(); t.join()
z = x.grad * 2
""",
    "shared leaves": """
import threading
w = torch.ones(50, requires_grad=True)
lock = threading.Lock()
def work(i):
    loss = (w * i).sum()
    with lock: loss.backward()
ts = [threading.Thread(target=work, args=(i,)) for i in range(4)]
for t in ts: t.start()
for t in ts: t.join()
n = (w.grad != 0).sum()
""",
    "backward at the same time": """
import threading
w = torch.ones(4, requires_grad=True)
y = w * 2
gate = threading.Barrier(3)
def slow(grad):
    gate.wait()
    return grad
def work(i):
    loss = (y * i)
    loss.register_hook(slow)
    loss.sum().backward(retain_graph=True)
ts = [threading.Thread(target=work, args=(i,)) for i in range(1, 4)]
for t in ts: t.start()
for t in ts: t.join()
total = w.grad.clone()
""",
    "thread pools": """
from concurrent.futures import ThreadPoolExecutor
lin = nn.Linear(3, 2)
def run(i):
    out = lin(torch.full((1, 3), float(i)))
    return torch.autograd.grad(out.sum(), lin.weight)[0]
with ThreadPoolExecutor(3) as pool:
    grads = list(pool.map(run, range(6)))
futures = []
with ThreadPoolExecutor(1) as pool:
    out = pool.submit(lambda: lin(torch.ones(1, 3)).sum()).result()
out.backward()
""",
    "loader": """
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.arange(12.).reshape(6, 2), torch.arange(6))
w = torch.ones(2, requires_grad=True)
seen = []
for x, y in DataLoader(data, batch_size=2, shuffle=True):
    loss = (x @ w - y).pow(2).mean()
    loss.backward()
    seen.append(loss.item())
""",
}
