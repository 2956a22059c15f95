"""Ways to write, share, replace and copy tensors, each a small program that leaves its results in plain variables."""

PROGRAMS: dict[str, str] = {
    "data writes": """
x = torch.ones(3, requires_grad=True)
y = (x * 2).sum()
x.data[0] = 5.
x.data.mul_(3)
x.data = torch.arange(3.)
z = (x * x).sum()
z.backward()
d = x.data
d.add_(1)
v = x.detach()
v.zero_()
s = x * 4
""",
    "other memory": """
a = torch.zeros(3)
b = a * 2
a.set_(torch.arange(4.))
c = a + 1
a.resize_(2)
d = a * 3
a.resize_(6).fill_(1.)
e = a.sum()
f = torch.ones(2)
f.resize_as_(torch.ones(2, 2)).fill_(2.)
g = torch.arange(3.)
g.set_(torch.arange(8.).untyped_storage(), 2, (2, 2), (2, 1))
h = g * 1
g.add_(1)
k = torch.empty(0)
torch.add(torch.ones(3), 1, out=k)
m = k * 2
""",
    "swapped tensors": """
a = torch.ones(3, requires_grad=True)
b = torch.arange(3.)
(a * 4).sum().backward()
before = a * 2
del before
torch.utils.swap_tensors(a, b)
after = a * 2
c = b * 3
c.sum().backward()
g = b.grad
l = nn.Linear(2, 2)
torch.__future__.set_swap_module_params_on_conversion(True)
l.double()
torch.__future__.set_swap_module_params_on_conversion(False)
o = l(torch.ones(1, 2, dtype=torch.double)).sum()
o.backward()
w = l.weight
wg = w.grad
""",
    "views of views": """
x = torch.arange(12., requires_grad=True)
y = x.clone()
a = y.view(3, 4)
b = a[1:]
c = b.t()[1]
c.mul_(10)
a.add_(1)
d = y * 1
e = c.unsqueeze(0).expand(2, -1)
f = e.sum()
b.select(0, 1).copy_(torch.full((4,), 7.))
g = y.sum() + c.sum()
g.backward()
u, w = torch.arange(6.).view(2, 3).unbind(0)
u.add_(w)
w.sub_(u)
p, q = torch.arange(4.).chunk(2)
with torch.no_grad():
    p.mul_(q)
r = torch.arange(5.).as_strided((3,), (2,))
r.zero_()
t = torch.complex(torch.arange(3.), torch.ones(3))
t.imag.add_(2)
tr = torch.view_as_real(t)
tr.mul_(3)
n = t * 1
""",
    "expand errors": """
messages = []
x = torch.ones(3, 1)
e = x.expand(3, 4)
leaf = torch.ones(2, requires_grad=True)
s = torch.ones(4, requires_grad=True)
parts = s.unbind(0)
with torch.no_grad():
    made = s.view(2, 2)
kept = leaf.exp()
for act in (
    lambda: e.add_(1),
    lambda: leaf.add_(1),
    lambda: leaf.view(2).mul_(2),
    lambda: parts[0].mul_(2),
    lambda: made.mul_(2),
    lambda: torch.ones(2).view(3),
    lambda: kept.mul_(2) and kept.sum().backward(),
):
    try:
        act()
    except RuntimeError as error:
        messages.append(str(error)[:40])
f = e + 1
x.mul_(3)
g = e * 1
h = kept * 1
""",
    "grad assigned": """
x = torch.ones(3, requires_grad=True)
x.grad = torch.arange(3.)
(x * 2).sum().backward()
g = x.grad * 1
x.grad = None
(x * 3).sum().backward()
h = x.grad
x.grad = h.clone()
x.grad[0] = 9.
x.grad = torch.zeros_like(x)
k = x.grad
k.add_(1)
(x * 5).sum().backward()
del x.grad
w = torch.ones(2, requires_grad=True)
(w * 1).sum().backward(inputs=[w])
w.grad.data = torch.full((2,), 3.)
i = w.grad + 0
""",
    "copies mid-run": """
import copy, io, pickle
model = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
data = torch.randn(4, 3)
for turn in range(2):
    optimizer.zero_grad()
    model(data).sum().backward()
    optimizer.step()
    if turn == 0:
        other = copy.deepcopy(model)
        state = copy.deepcopy(optimizer.state_dict())
a = other(data).sum()
a.backward()
b = model(data).sum()
stream = io.BytesIO()
torch.save(model.state_dict(), stream)
stream.seek(0)
other.load_state_dict(torch.load(stream, weights_only=True))
c = other(data).sum()
d = pickle.loads(pickle.dumps(torch.arange(3.))) * 2
e = pickle.loads(pickle.dumps(model))(data).sum()
p = copy.copy(model[0].weight)
q = p * 2
r = copy.deepcopy(torch.ones(2, requires_grad=True))
(r * r).sum().backward()
""",
    "moving average": """
model, average = nn.Linear(3, 2), nn.Linear(3, 2)
average.load_state_dict(model.state_dict())
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for turn in range(3):
    optimizer.zero_grad()
    model(torch.randn(5, 3)).pow(2).mean().backward()
    optimizer.step()
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), model.parameters()):
            slow.lerp_(fast, 0.1)
out = average(torch.ones(1, 3))
torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 0.5) if False else None
with torch.no_grad():
    torch._foreach_mul_(list(average.parameters()), 0.5)
half = average(torch.ones(1, 3))
""",
    "clip and accumulate": """
model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
norms = []
for turn in range(2):
    optimizer.zero_grad()
    for part in range(3):
        (model(torch.randn(2, 3)).pow(2).mean() / 3).backward()
    norms.append(nn.utils.clip_grad_norm_(model.parameters(), 0.1))
    nn.utils.clip_grad_value_(model.parameters(), 0.05)
    total = nn.utils.get_total_norm([p.grad for p in model.parameters()])
    optimizer.step()
first = model[0].weight.grad
g = first * 1
""",
    "deleted": """
x = torch.ones(3, requires_grad=True)
y = x * 2
z = y.exp()
del y
w = z.sum()
del z
w.backward()
a = torch.arange(4.)
b = a[1:]
del a
b.add_(1)
c = b * 2
d = torch.ones(2)
e = d + 1
del d
for k in range(3):
    t = torch.full((2,), float(k))
    t.add_(1)
last = t * 1
""",
}
