# A sum inside a product.
#   p = (a + b) * c
# a and b get the same gradient, c, because
# a sum hands on what it receives.
import torch

a = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(-5.0, requires_grad=True)
c = torch.tensor(4.0, requires_grad=True)

p = (a + b) * c
p.backward()

print("p =", p.item())
print("dp/da =", a.grad.item())
print("dp/db =", b.grad.item())
print("dp/dc =", c.grad.item())
