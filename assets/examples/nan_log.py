# Where does a NaN come from? log(0) is -inf,
# and 0 * -inf is not a number. Everything
# computed from it is NaN as well, gradients
# included.
import torch

p = torch.tensor([0.5, 0.5, 0.0],
                 requires_grad=True)

surprise = p.log()           # the last is -inf
entropy = -(p * surprise).sum()
entropy.backward()

print("entropy =", entropy.item())
print("p.grad  =", p.grad.tolist())

# The cure: keep p away from 0.
q = p.detach().clamp(min=1e-9)
print("mended  = %.4f" % -(q * q.log()).sum())
