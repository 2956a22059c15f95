"""Ways to use layers, devices, types and compilers, each a small program that leaves its results in plain variables."""

PROGRAMS: dict[str, str] = {
    "amp": """
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.LayerNorm(8), nn.Linear(8, 1))
opt = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler('cpu', init_scale=8.)
data = torch.randn(5, 4)
for i in range(2):
    opt.zero_grad()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        out = model(data)
        loss = out.float().pow(2).mean()
    scaler.scale(loss).backward()
    scaler.unscale_(opt)
    n = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(opt)
    scaler.update()
scale = scaler.get_scale()
""",
    "sparse": """
i = torch.tensor([[0, 1, 1], [2, 0, 2]]); v = torch.tensor([3., 4., 5.], requires_grad=True)
s = torch.sparse_coo_tensor(i, v, (2, 3))
d = s.to_dense()
y = torch.sparse.mm(s, torch.ones(3, 2, requires_grad=True)).sum()
y.backward()
csr = torch.eye(3).to_sparse_csr()
r = csr @ torch.ones(3)
e = nn.Embedding(5, 3, sparse=True)
e(torch.tensor([0, 1, 1])).sum().backward()
c = s.detach().coalesce()
vals = c.values() * 2
add = (s.detach() + s.detach()).to_dense()
torch.optim.SparseAdam(list(e.parameters())).step()
w = torch.randn(3, 3, requires_grad=True)
torch.sparse.mm(csr, w).sum().backward()
torch.sparse.sum(s.detach())
""",
    "nested": """
nt = torch.nested.nested_tensor([torch.randn(2, 3), torch.randn(4, 3)], layout=torch.jagged, requires_grad=True)
l = nn.Linear(3, 2)
o = l(nt)
t = o.values().sum()
t.backward()
st = torch.nested.nested_tensor([torch.randn(2, 3), torch.randn(4, 3)])
so = l(st)
pad = torch.nested.to_padded_tensor(st, 0.)
l_weight = l.weight.grad
del nt, o, st, so
""",
    "quantized": """
q = torch.quantize_per_tensor(torch.randn(4), 0.1, 0, torch.qint8)
qc = torch.quantize_per_channel(torch.randn(2, 3), torch.tensor([0.1, 0.2]), torch.tensor([0, 0]), 0, torch.qint8)
d = q.dequantize() + 1
r = torch.relu(q).int_repr()
x = torch.randn(4, requires_grad=True)
f = torch.fake_quantize_per_tensor_affine(x, 0.1, 0, -128, 127)
f.sum().backward()
""",
    "masked": """
from torch.masked import masked_tensor, as_masked_tensor
m = masked_tensor(torch.arange(4.), torch.tensor([True, False, True, False]), requires_grad=True)
s = (m * 2).sum().get_data()
a = torch.masked.sum(torch.arange(4.), mask=torch.tensor([True, False, True, True]))
del m
""",
    "meta": """
with torch.device('meta'):
    m = nn.Linear(3, 2)
y = m(torch.randn(4, 3, device='meta'))
y.sum().backward()
g = m.weight.grad.shape
real = m.to_empty(device='cpu')
nn.init.ones_(real.weight); nn.init.zeros_(real.bias)
out = real(torch.ones(1, 3))
from torch._subclasses.fake_tensor import FakeTensorMode
with FakeTensorMode():
    ft = torch.randn(3) * 2
del ft, m, real, y
""",
    "subclass": """
class T(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return super().__torch_function__(func, types, args, kwargs or {})
class L(torch.Tensor):
    count = 0
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        L.count += 1
        return super().__torch_function__(func, types, args, kwargs or {})
x = torch.randn(3, requires_grad=True)
t = x.as_subclass(T)
y = (t * 2).sum()
y.backward()
l = torch.ones(3).as_subclass(L)
z = (l + 1).sum()
n = L.count
from torch.testing._internal.two_tensor import TwoTensor
a = torch.randn(3, requires_grad=True); b = a.detach().clone()
tt = TwoTensor(a.detach(), b).requires_grad_()
u = (tt * 3).sum()
u.backward()
left, right = u.a.detach(), u.b.detach()
del tt, u, a
""",
    "own modes": """
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
calls = []
class F1(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        calls.append(getattr(func, '__name__', ''))
        return func(*args, **(kwargs or {}))
class D1(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        calls.append(str(func))
        return func(*args, **(kwargs or {}))
x = torch.randn(3, requires_grad=True)
with F1():
    y = (x * 2).sum(); y.backward()
with D1():
    z = (x * 3).sum(); z.backward()
count = list(calls)
with torch.device('cpu'):
    w = torch.zeros(2)
torch.set_default_dtype(torch.float64)
v = torch.ones(2) / 3
torch.set_default_dtype(torch.float32)
""",
    "parametrize": """
from torch.nn.utils import parametrize, parametrizations
class Sym(nn.Module):
    def forward(self, w): return w.triu() + w.triu(1).mT
l = nn.Linear(3, 3)
parametrize.register_parametrization(l, 'weight', Sym())
l(torch.randn(2, 3)).sum().backward()
l2 = parametrizations.weight_norm(nn.Linear(3, 2))
l3 = parametrizations.spectral_norm(nn.Linear(3, 2))
l4 = parametrizations.orthogonal(nn.Linear(3, 3))
x = torch.randn(2, 3)
(l2(x).sum() + l3(x).sum() + l4(x).sum()).backward()
with parametrize.cached():
    l(x).sum().backward()
from torch.nn.utils import prune
l5 = nn.Linear(3, 3); prune.l1_unstructured(l5, 'weight', 0.5)
l5(x).sum().backward()
""",
    "tied lazy": """
emb = nn.Embedding(5, 3); out = nn.Linear(3, 5, bias=False); out.weight = emb.weight
y = out(emb(torch.tensor([1, 2]))).sum(); y.backward()
lazy = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(2))
z = lazy(torch.randn(3, 5)); z.sum().backward()
import copy
cp = copy.deepcopy(lazy)
cp(torch.randn(3, 5)).sum().backward()
sd = lazy.state_dict(); cp.load_state_dict(sd)
ema = torch.optim.swa_utils.AveragedModel(cp)
ema.update_parameters(lazy)
vec = nn.utils.parameters_to_vector(cp.parameters())
nn.utils.vector_to_parameters(vec * 2, cp.parameters())
""",
    "rnn": """
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence, pack_sequence
seqs = [torch.randn(4, 3), torch.randn(2, 3)]
pad = pad_sequence(seqs, batch_first=True)
pk = pack_padded_sequence(pad, [4, 2], batch_first=True)
res = []
for cls in (nn.RNN, nn.LSTM, nn.GRU):
    r = cls(3, 4, num_layers=2, bidirectional=True, batch_first=True, dropout=0.1)
    o, h = r(pk)
    u, lens = pad_packed_sequence(o, batch_first=True)
    u.sum().backward()
    res.append(u)
    o2, h2 = r(pad); o2.sum().backward()
c = nn.GRUCell(3, 4); hx = torch.zeros(2, 4)
for t in range(3): hx = c(pad[:, t], hx)
hx.sum().backward()
p2 = pack_sequence(seqs)
""",
    "attention": """
mha = nn.MultiheadAttention(8, 2, batch_first=True, dropout=0.1)
x = torch.randn(2, 5, 8, requires_grad=True)
o, w = mha(x, x, x)
o.sum().backward()
o2, _ = mha(x, x, x, need_weights=False)
enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)
enc(x).sum().backward()
enc.eval()
with torch.no_grad():
    fast = enc(x)
    mask = torch.tensor([[False]*5, [False]*3+[True]*2])
    fastm = enc(x, src_key_padding_mask=mask)
    mh, _ = mha.eval()(x, x, x, need_weights=False)
tr = nn.Transformer(8, 2, 1, 1, 16, batch_first=True)
tr(x, x, tgt_mask=nn.Transformer.generate_square_subsequent_mask(5)).sum().backward()
s = F.scaled_dot_product_attention(x, x, x, is_causal=True)
s.sum().backward()
""",
    "jit": """
@torch.jit.script
def f(x, n: int):
    for i in range(n):
        x = x * 2 + 1
    return x
def g(x): return x.sin() * 2
x = torch.randn(3, requires_grad=True)
y = f(x, 3); y.sum().backward()
t = torch.jit.trace(g, (x.detach(),))
z = t(x); z.sum().backward()
sm = torch.jit.script(nn.Linear(3, 2))
sm(x).sum().backward()
wg = sm.weight.grad
""",
    "threads": """
import threading
from concurrent.futures import ThreadPoolExecutor
w = torch.ones(2, requires_grad=True)
out = {}
def work(i):
    v = torch.full((2,), float(i), requires_grad=True)
    y = (v * w.detach() * 3).sum(); y.backward()
    out[i] = v.grad
ts = [threading.Thread(target=work, args=(i,)) for i in range(3)]
for t in ts: t.start()
for t in ts: t.join()
with ThreadPoolExecutor(2) as ex:
    rs = list(ex.map(lambda i: (w * i).sum().item(), range(4)))
lin = nn.Linear(2, 1)
r = []
th = threading.Thread(target=lambda: r.append(lin(torch.ones(1, 2))))
th.start(); th.join()
r[0].sum().backward()
out = [out[k] for k in sorted(out)]
""",
    "data parallel": """
m = nn.DataParallel(nn.Linear(3, 2))
y = m(torch.randn(4, 3)); y.sum().backward()
""",
    "random state": """
s = torch.get_rng_state()
a = torch.randn(3)
torch.set_rng_state(s)
b = torch.randn(3)
g = torch.Generator().manual_seed(3)
c = torch.rand(3, generator=g)
with torch.random.fork_rng():
    d = torch.rand(2)
e = torch.rand(2)
f = F.dropout(torch.ones(20), 0.5)
h = torch.bernoulli(torch.full((5,), 0.5)); p = torch.randperm(6); n = torch.empty(4).normal_()
m = torch.multinomial(torch.ones(5), 3)
d2 = torch.distributions.Normal(torch.zeros(3, requires_grad=True), 1.0)
rs = d2.rsample(); lp = d2.log_prob(rs).sum(); lp.backward()
cat = torch.distributions.Categorical(logits=torch.randn(4)).sample()
mvn = torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2)).rsample()
import numpy as np, random
np.random.seed(0); random.seed(0); k = np.random.rand(); l = random.random()
""",
    "norm stats": """
bn = nn.BatchNorm1d(3); i_n = nn.InstanceNorm1d(3, affine=True, track_running_stats=True)
x = torch.randn(4, 3, requires_grad=True)
for k in range(3): bn(x).sum().backward()
i_n(torch.randn(2, 3, 5)).sum().backward()
bn.eval(); bn(x).sum().backward()
e = nn.Embedding(4, 2, max_norm=0.5); o = e(torch.tensor([1, 2])); o.sum().backward()
ew = e.weight.detach().clone()
lsm = nn.AdaptiveLogSoftmaxWithLoss(4, 8, [3])(torch.randn(3, 4), torch.tensor([1, 4, 6])).loss
lsm.backward()
ctc = F.ctc_loss(torch.randn(5, 2, 4).log_softmax(2).requires_grad_(), torch.tensor([[1, 2], [2, 3]]), (5, 5), (2, 2))
""",
    "lr sched": """
l = nn.Linear(2, 1); o = torch.optim.AdamW(l.parameters(), lr=0.1); sch = torch.optim.lr_scheduler.StepLR(o, 1, 0.5)
for i in range(3):
    o.zero_grad(); l(torch.ones(1, 2)).sum().backward(); o.step(); sch.step()
lr = sch.get_last_lr()[0]
sdict = o.state_dict(); o.load_state_dict(sdict)
o.add_param_group({'params': [torch.ones(2, requires_grad=True)]})
""",
    "deepcopy pickle": """
import copy, io
x = torch.randn(3, requires_grad=True)
c = copy.deepcopy(x); (c * 2).sum().backward()
b = io.BytesIO(); torch.save({'x': x, 'm': nn.Linear(2, 2)}, b); b.seek(0)
ld = torch.load(b, weights_only=False)
y = ld['m'](torch.ones(1, 2)).sum(); y.backward()
r = repr(x); s = f"{x.sum():.3f}"; l = x.tolist(); n = len(x); bl = bool(x.sum() > -100)
it = [v for v in x]; fl = float(x[0]); np_ = x.detach().numpy().copy().tolist(); h = hash(x) * 0
""",
    "compile eager": """
@torch.compile(backend='eager')
def f(a, b): return (a * b).sin() + a
x = torch.randn(3, requires_grad=True)
y = f(x, x + 1); y.sum().backward()
m = torch.compile(nn.Sequential(nn.Linear(3, 4), nn.ReLU()), backend='eager')
z = m(x); z.sum().backward()
l = nn.Linear(3, 3); l.compile(backend='eager'); w = l(x); w.sum().backward()
k = f(x, x).sum()
""",
    "complex": """
z = torch.randn(3, dtype=torch.complex64, requires_grad=True)
w = torch.view_as_real(z).sum() + (z * z.conj()).real.sum() + torch.fft.fft(z).abs().sum() + z.angle().sum()
w.backward()
n = z.conj().imag * 2
o = torch.polar(torch.ones(2), torch.ones(2))
m = z.detach().conj()
p = m.mH if False else m.resolve_conj()
q = (z.detach().unsqueeze(0) @ z.detach().unsqueeze(0).mH)
""",
    "error paths": """
msgs = []
x = torch.randn(3, requires_grad=True)
for f in (lambda: x @ torch.ones(4),
    lambda: x.add_(1), lambda: torch.randint(0, 2, (3,)).requires_grad_(),
    lambda: x.sum().backward(torch.ones(2)), lambda: torch.ones(2).backward(),
    lambda: nn.Linear(2, 2)(x)):
    try: f()
    except Exception as e: msgs.append(type(e).__name__ + str(e)[:40])
y = x.exp()
with torch.no_grad(): y.mul_(2)
try: y.sum().backward()
except RuntimeError as e: msgs.append(str(e)[:60])
(x * 2).sum().backward()
""",
    "einops-like views": """
x = torch.arange(24.).reshape(2, 3, 4).requires_grad_()
y = x.permute(2, 0, 1).reshape(4, -1).unfold(1, 2, 2).flatten(1)
z = torch.as_strided(y, (2, 2), (1, 2))
v = x.movedim(0, -1).squeeze().transpose(0, 1).contiguous().view(4, 6)
(z.sum() + v.sum() + x.real.sum() + x.T.sum() + x.mT.sum()).backward()
k = x.detach().tile(2).roll(1).flip(0)
""",
}
