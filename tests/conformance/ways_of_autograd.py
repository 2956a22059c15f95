"""Ways to use autograd, each a small program that leaves its results in plain variables."""

PROGRAMS: dict[str, str] = {
    "inplace leaf no_grad": """
w = torch.ones(3, requires_grad=True)
for i in range(3):
    (w * w).sum().backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.grad.zero_()
    w.requires_grad_(True)
w.data.mul_(2)
(w ** 3).sum().backward()
""",
    "inplace views": """
x = torch.randn(4, 4, requires_grad=True)
y = x.clone()
a = y[0]
b = y[1:3]
a.mul_(2)
b.add_(a)
y.diagonal().fill_(3.)
y[:, 1] = torch.arange(4.)
y[y > 1] *= 0.5
z = y.view(-1).unsqueeze(0)
z.exp_()
c = y.sum()
c.backward()
""",
    "multi output": """
x = torch.randn(4, 4, requires_grad=True)
u, s, v = torch.linalg.svd(x)
val, idx = x.max(dim=1)
a, b = x.split(2)
parts = x.unbind(1)
m, sd = torch.var_mean(x, dim=0)
q, r = torch.linalg.qr(x)
loss = s.sum() + val.sum() + (a * b).sum() + parts[2].sum() + m.sum() * sd.sum() + r.sum()
loss.backward()
""",
    "non scalar and several": """
x = torch.randn(3, requires_grad=True)
y = x.exp()
y.backward(torch.tensor([1., 2., 3.]), retain_graph=True)
g1 = x.grad.clone()
y.backward(torch.ones(3), retain_graph=True)
torch.autograd.backward([y, y * 2], [torch.ones(3), torch.ones(3)])
try:
    y.sum().backward()
except RuntimeError as e:
    msg = str(e)[:30]
""",
    "grad fn args": """
x = torch.randn(3, requires_grad=True); w = torch.randn(3, requires_grad=True)
y = (x * w).sin()
(gx,) = torch.autograd.grad(y, x, torch.ones(3), retain_graph=True)
gs = torch.autograd.grad([y.sum(), (y*y).sum()], [x, w], retain_graph=True)
(gb,) = torch.autograd.grad(y, x, torch.eye(3), is_grads_batched=True, retain_graph=True)
(g0,) = torch.autograd.grad(y.sum(), [torch.ones(2, requires_grad=True)], allow_unused=True, materialize_grads=True)
inter = x * 2
out = inter.exp().sum()
(gi,) = torch.autograd.grad(out, inter)
""",
    "third order": """
x = torch.tensor(1.3, requires_grad=True)
y = x.sin() * x ** 4
(a,) = torch.autograd.grad(y, x, create_graph=True)
(b,) = torch.autograd.grad(a, x, create_graph=True)
(c,) = torch.autograd.grad(b, x, create_graph=True)
c.backward()
v = torch.randn(3, requires_grad=True)
f = (v ** 3).sum()
(gv,) = torch.autograd.grad(f, v, create_graph=True)
hvp = torch.autograd.grad((gv * torch.ones(3)).sum(), v)[0]
""",
    "forward ad": """
import torch.autograd.forward_ad as fwAD
p = torch.randn(3); t = torch.randn(3)
with fwAD.dual_level():
    d = fwAD.make_dual(p, t)
    o = (d * d).sin()
    out, jvp = fwAD.unpack_dual(o)
    out, jvp = out.clone(), jvp.clone()
res, tan = torch.func.jvp(lambda z: z ** 2, (p,), (t,))
lin = torch.func.linearize(lambda z: z.sin(), p)[1](t)
""",
    "torch func": """
from torch.func import grad, vjp, jvp, jacrev, jacfwd, hessian, vmap, functional_call, grad_and_value
x = torch.randn(3)
f = lambda t: (t ** 3).sum()
g = grad(f)(x)
gg = grad(lambda t: grad(f)(t).sum())(x)
gv, val = grad_and_value(f)(x)
o, back = vjp(lambda t: t.exp(), x)
(vj,) = back(torch.ones(3))
jr, jf, h = jacrev(torch.sin)(x), jacfwd(torch.sin)(x), hessian(f)(x)
vm = vmap(grad(f))(torch.randn(5, 3))
lin = nn.Linear(3, 2)
params = dict(lin.named_parameters())
fc = functional_call(lin, params, (x,))
def loss(p, a): return functional_call(lin, p, (a,)).pow(2).sum()
pg = grad(loss)(params, x)
per = vmap(grad(loss), in_dims=(None, 0))(params, torch.randn(4, 3))
vr = vmap(lambda t: t + torch.rand(3), randomness='different')(torch.randn(4, 3))
xr = torch.randn(3, requires_grad=True)
outer = vmap(lambda t: t * xr)(torch.randn(4, 3)).sum()
outer.backward()
from torch.func import functionalize
fz = functionalize(lambda t: t.clone().add_(1))(x)
st = torch.func.stack_module_state([nn.Linear(3, 2) for _ in range(3)])[0]
""",
    "custom functions": """
from torch.autograd.function import once_differentiable
class Two(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k):
        i = (x > 0).long()
        ctx.mark_non_differentiable(i)
        ctx.save_for_backward(x)
        ctx.k = k
        ctx.name = 'two'
        return x * k, i
    @staticmethod
    def backward(ctx, g, gi):
        (x,) = ctx.saved_tensors
        return g * ctx.k, None
class Once(torch.autograd.Function):
    @staticmethod
    def forward(x): return x * 2
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.set_materialize_grads(False)
    @staticmethod
    @once_differentiable
    def backward(ctx, g): return g * 2
class V(torch.autograd.Function):
    generate_vmap_rule = True
    @staticmethod
    def forward(x): return x ** 2
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(*inputs)
    @staticmethod
    def backward(ctx, g): return 2 * ctx.saved_tensors[0] * g
    @staticmethod
    def jvp(ctx, t): return t
x = torch.randn(3, requires_grad=True)
a, i = Two.apply(x, 3.)
b, j = Two.apply(a, 2.)
c = Once.apply(b)
c.sum().backward()
d = V.apply(x)
(gd,) = torch.autograd.grad(d.sum(), x, create_graph=True)
gd.sum().backward()
""",
    "custom functions under torch.func": """
class V(torch.autograd.Function):
    generate_vmap_rule = True
    @staticmethod
    def forward(x): return x ** 2
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(*inputs)
    @staticmethod
    def backward(ctx, g): return 2 * ctx.saved_tensors[0] * g
    @staticmethod
    def jvp(ctx, t): return t
vm = torch.func.vmap(V.apply)(torch.randn(2, 3))
gr = torch.func.grad(lambda t: V.apply(t).sum())(torch.randn(3))
""",
    "custom op": """
@torch.library.custom_op("chainruletest::twice", mutates_args=())
def twice(x: torch.Tensor) -> torch.Tensor:
    return x * 2
def back(ctx, g): return g * 2
twice.register_autograd(back)
x = torch.randn(3, requires_grad=True)
y = twice(x)
y.sum().backward()
z = torch.ops.chainruletest.twice(x)
torch.ops.aten.mul.Tensor(x, x).sum().backward()
""",
    "checkpoint": """
from torch.utils.checkpoint import checkpoint, checkpoint_sequential
class Block(nn.Module):
    def __init__(self):
        super().__init__(); self.fc = nn.Linear(3, 3); self.drop = nn.Dropout(0.5)
    def forward(self, x): return self.drop(torch.relu(self.fc(x)))
block = Block()
x = torch.randn(2, 3, requires_grad=True)
a = checkpoint(block, x, use_reentrant=False)
b = checkpoint(block, a, use_reentrant=True)
b.sum().backward()
seq = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3), nn.Dropout(0.2))
checkpoint_sequential(seq, 2, x, use_reentrant=False).sum().backward()
""",
    "saved hooks": """
packed = []
def pack(t): packed.append(t.shape); return t.clone()
def unpack(t): return t
x = torch.randn(3, requires_grad=True)
with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
    y = x.exp() * x
y.sum().backward()
with torch.autograd.graph.save_on_cpu():
    z = x.sin()
z.sum().backward()
n = len(packed)
with torch.autograd.graph.allow_mutation_on_saved_tensors():
    q = x.clone(); r = q.sin(); q.mul_(2); r.sum().backward()
with torch.autograd.graph.disable_saved_tensors_hooks("no"):
    (x * x).sum().backward()
""",
    "hooks change": """
log = []
class M(nn.Module):
    def __init__(self):
        super().__init__(); self.l = nn.Linear(3, 3)
    def forward(self, x): return self.l(x).tanh()
m = M()
m.register_forward_hook(lambda mod, a, out: out * 2)
m.register_forward_pre_hook(lambda mod, a: (a[0] + 1,))
m.l.register_full_backward_hook(lambda mod, gi, go: (gi[0] * 3,))
m.register_full_backward_pre_hook(lambda mod, go: (go[0] * 0.5,))
x = torch.randn(2, 3, requires_grad=True)
h = x.register_hook(lambda g: g * 10)
x.register_post_accumulate_grad_hook(lambda p: log.append(p.grad.sum().item()))
y = m(x)
y.register_hook(lambda g: g + 1)
y.grad_fn.register_hook(lambda gi, go: None)
y.grad_fn.register_prehook(lambda go: (go[0] * 2,))
y.retain_grad()
y.sum().backward()
h.remove()
multi = []
torch.autograd.graph.register_multi_grad_hook((x, m.l.weight), lambda gs: multi.append(len(gs)))
m(x).sum().backward()
hk = nn.modules.module.register_module_forward_hook(lambda mod, a, o: None)
m(x); hk.remove()
""",
    "no grad ways": """
x = torch.randn(3, requires_grad=True)
with torch.no_grad():
    a = x * 2
with torch.inference_mode():
    b = x * 3
    b.add_(1)
    c = b[0]
with torch.set_grad_enabled(False):
    d = x + 1
@torch.no_grad()
def f(t): return t * 5
e = f(x)
torch.set_grad_enabled(False)
g = x * 7
torch.set_grad_enabled(True)
with torch.no_grad():
    with torch.enable_grad():
        h = x * 2
h.sum().backward()
i = x.detach() * 2
j = x.detach().requires_grad_()
(j * j).sum().backward()
with torch.autograd.grad_mode.set_multithreading_enabled(False):
    (x*x).sum().backward()
""",
    "anomaly": """
x = torch.tensor([1., -1.], requires_grad=True)
with torch.autograd.detect_anomaly():
    y = (x * 2).sum(); y.backward()
    try:
        torch.sqrt(x).sum().backward()
    except RuntimeError as e:
        msg = str(e)[:40]
g = x.grad
""",
    "functional autograd": """
from torch.autograd import functional as AF
from torch.autograd import gradcheck, gradgradcheck
x = torch.randn(3)
f = lambda t: (t ** 3).sum()
j = AF.jacobian(lambda t: t.exp(), x); h = AF.hessian(f, x); hv = AF.hvp(f, x, torch.ones(3))[1]
vj = AF.vjp(lambda t: t ** 2, x, torch.ones(3))[1]
jv = AF.jvp(lambda t: t ** 2, x, torch.ones(3))[1]
jvec = AF.jacobian(lambda t: t.exp(), x, vectorize=True)
d = torch.randn(2, dtype=torch.double, requires_grad=True)
ok = gradcheck(torch.sin, (d,)); ok2 = gradgradcheck(torch.sin, (d,))
""",
    "foreach and out": """
a = [torch.ones(2), torch.ones(3)]
torch._foreach_add_(a, 1.)
b = torch._foreach_mul(a, 2.)
o = torch.empty(3); torch.mul(torch.ones(3), 2, out=o)
c = torch.zeros(4); torch.add(c[1:3], 5, out=c[1:3])
v, i = torch.empty(0), torch.empty(0, dtype=torch.long)
torch.max(torch.randn(3, 4), dim=1, out=(v, i))
x = torch.randn(3, requires_grad=True)
y = torch.stack([x, x * 2]).index_put((torch.tensor([0]),), torch.zeros(3))
z = torch.zeros(2, 3).index_add_(0, torch.tensor([1]), x.unsqueeze(0))
w = torch.where(x > 0, x, -x).cumsum(0)
q = torch.einsum('i,j->ij', x, x).trace()
s = torch.zeros(5).scatter_(0, torch.tensor([1]), 3.); s.masked_fill_(s > 2, 1.)
t = torch.zeros(3); t.copy_(x.detach()); t.swapaxes_(0, 0); t.resize_(5) if False else None
(y.sum() + z.sum() + w.sum() + q).backward()
t.set_(torch.arange(3.)); t.data = torch.arange(4.); u = t * 2
n = np_ = torch.from_numpy(__import__('numpy').ones(3)); n2 = n * 2
e = torch.ones(2); e += 1; e *= e; e //= 2; e **= 2; e @ e; e[0] -= 1; del e
""",
    "grad juggling": """
x = torch.ones(2, requires_grad=True)
(x * 2).sum().backward()
g0 = x.grad
x.grad = None
(x * 3).sum().backward()
x.grad = x.grad * 2
x.grad += 1
x.grad.data.zero_()
(x * 5).sum().backward()
x.grad.mul_(2)
with torch.no_grad(): x.add_(x.grad, alpha=-0.1)
x.grad.detach_().zero_()
l = nn.Linear(2, 2); l(x).sum().backward(); l.zero_grad(); l(x).sum().backward(); l.zero_grad(set_to_none=False)
l(x).sum().backward(); nn.utils.clip_grad_value_(l.parameters(), 0.5)
l.requires_grad_(False); l(x).sum().backward()
""",
    "grad accumulate alias": """
x = torch.ones(3, requires_grad=True)
g = torch.ones(3) * 2
y = x.clone()
y.backward(g)
a = x.grad
y2 = x * 1
y2.backward(g)
g.add_(100)
b = x.grad
w = torch.ones(2, requires_grad=True)
w.view(2).expand(3, 2).sum().backward()
s = w.grad.stride()
t = torch.randn(3, 4, requires_grad=True); t.t().sum().backward(); ts = t.grad.stride()
""",
    "grad inside no graph": """
x = torch.ones(2, requires_grad=True)
def closure(a): return (a ** 2).sum()
class Outer(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save_for_backward(a)
        with torch.enable_grad():
            b = a.detach().requires_grad_()
            l = closure(b)
            (g,) = torch.autograd.grad(l, b)
        return g
    @staticmethod
    def backward(ctx, g):
        (a,) = ctx.saved_tensors
        with torch.enable_grad():
            b = a.detach().requires_grad_()
            l = (b ** 3).sum()
            l.backward()
        return g * b.grad
y = Outer.apply(x); y.sum().backward()
""",
    "graph edges": """
from torch.autograd.graph import get_gradient_edge, GradientEdge
x = torch.randn(3, requires_grad=True)
y = x * 2; e = get_gradient_edge(y); z = y.exp().sum()
(g,) = torch.autograd.grad(z, e, retain_graph=True)
torch.autograd.backward(get_gradient_edge(y), torch.ones(3), retain_graph=True)
z.backward(inputs=[x])
""",
}
