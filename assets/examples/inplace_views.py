# A view shares the memory of its base, and an
# in-place op (its name ends in _) writes
# there.
import torch

x = torch.tensor([1.0, 2.0, 3.0, 4.0],
                 requires_grad=True)
a = x * 1          # a copy that we may change
left = a[:2]       # a view: no new memory
left.mul_(10)      # writes into a as well

print("a =", a.tolist())
print("version of a:", a._version)

# Autograd follows the write: the first half
# of x counts ten times.
(a * a).sum().backward()
print("x.grad =", x.grad.tolist())
