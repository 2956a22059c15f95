"""Programs of one call or a few, by what is special about them."""


def _by_title(text: str) -> dict[str, str]:
    parts = (part.split("\n", 1) for part in text.split("## ")[1:])
    return dict(parts)


REPLAYED = _by_title(
    """
## a mask at the end of the type
x = torch.randn(2, 4, requires_grad=True)
mask = torch.tensor([0.0, 0.0, torch.finfo(torch.float32).min, 0.0], requires_grad=True)
F.softmax(x + mask.clone(), -1).pow(2).sum().backward()

## keywords
y = F.softmax(torch.randn(2, 3), dim=1, dtype=torch.float64)

## a rounded float
y = torch.randn(3) * 0.123456789

## lists of tensors
a, b = torch.randn(2), torch.randn(2)
y = torch.cat([a, b, a], dim=0)
z = torch.stack((a, b), -1)

## nested
y = torch.randn(4, 3)
i = torch.tensor([0, 2])
z = y[i, 1:]
u = y[None, ..., 0]
v = y[[0, 2]]
w = y[0, 2]

## setitem with a list
y = torch.zeros(4, 3)
y[[0, 2]] = 1.0
y[0, 2] = 5.0
y[:, 1] = torch.ones(4)

## several results
u, s, v = torch.linalg.svd(torch.randn(3, 3))
m, i = torch.randn(4).max(0)
a, b = torch.randn(4).split(2)

## out
y = torch.empty(3)
torch.add(torch.ones(3), 2, out=y)
torch.mul(y, y, out=y)

## in place
y = torch.randn(4, 2)
y.mul_(2).add_(1)
F.relu(y, inplace=True)
y[1:].neg_()
y.t_()

## a part of a tensor changed in place
x = torch.randn(2, 3, requires_grad=True)
y = x.clone()
y[:, 1] *= 2
y[0] += y[1]
y.sum().backward()

## shared memory
y = torch.arange(6.0)
u = y[1:3]
u.add_(y[3:5])
y.copy_(y.flip(0))

## layouts
y = torch.randn(1, 3, 8, 8).to(memory_format=torch.channels_last)
z = F.conv2d(y, torch.randn(4, 3, 3, 3))
u = z.mT @ z

## expanded
y = torch.randn(3, 1).expand(3, 4)
z = y.sum(1)
u = (y * 2).unfold(1, 2, 1).mean(-1)

## autocast
l = nn.Linear(4, 4)
x = torch.randn(2, 4)
with torch.autocast('cpu', dtype=torch.bfloat16):
    y = F.relu(l(x))
    z = y @ x.T

## default type
torch.set_default_dtype(torch.float64)
y = torch.arange(3) / 2
torch.set_default_dtype(torch.float32)

## types
y = torch.randn(3).to(torch.bfloat16) + 1
z = y.to(torch.int64) // 2
b = z > 0
c = torch.view_as_complex(torch.randn(3, 2)) * 1j

## batch norm
n = nn.BatchNorm1d(3)
y = n(torch.randn(4, 3))
n.eval()
z = n(y)

## instance norm
n = nn.InstanceNorm1d(3, track_running_stats=True)
y = n(torch.randn(2, 3, 4))
n.eval()
z = n(y)

## no grad
w = torch.randn(3, requires_grad=True)
with torch.no_grad():
    w -= 0.1 * w

## vmap
y = torch.vmap(lambda t: (t * t).sum())(torch.randn(4, 3))

## reflected
y = 2 - torch.randn(3)
z = 2 / y
u = 2 ** y
v = 7 // y
s = [1.0, 2.0, 3.0] @ y if False else y

## foreach
p = nn.Linear(2, 2)
p(torch.randn(1, 2)).sum().backward()
n = nn.utils.clip_grad_norm_(p.parameters(), 0.1)

## einsum
y = torch.einsum('ij,jk->ik', torch.randn(2, 3), torch.randn(3, 2))

## a recurrent layer
r = nn.LSTM(3, 4, 2)
o, (h, c) = r(torch.randn(5, 2, 3))

## attention
q = torch.randn(1, 2, 3, 4)
y = F.scaled_dot_product_attention(q, q, q, is_causal=True)
"""
)
"""Every call can be made again."""

NOT_CHECKED = _by_title(
    """
## argument generator is a Python object (Generator)
y = torch.ones(4).multinomial(2, generator=torch.Generator())

## the numbers of a tensor are missing
y = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8).dequantize()

## it takes a sparse tensor
layer = nn.Embedding(4, 2, sparse=True)
layer(torch.tensor([1, 3, 1])).sum().backward()
rows = layer.weight.grad.coalesce().values() * 2

## it is code of the program's own
class Own(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x + 1
    @staticmethod
    def backward(ctx, g):
        return g
y = Own.apply(torch.ones(2, requires_grad=True))

## an optimizer of the program's own
class Mine(torch.optim.SGD):
    pass
w = torch.ones(2, requires_grad=True)
o = Mine([w], lr=0.1)
w.sum().backward()
o.step()

## it runs on the base of a view
x = torch.ones(3, 3, requires_grad=True)
y = x * 2
a, b = y[0], y[1]
a.mul_(3)
b.add_(1)
y.sum().backward()

## a kink or a jump
x = torch.zeros(3, requires_grad=True)
x.relu().sum().backward()

## a hook of the program
x = torch.ones(3, requires_grad=True)
x.register_hook(lambda g: g * 2)
(x * 3).sum().backward()
"""
)
"""The title is a part of the reason why something cannot be checked."""
