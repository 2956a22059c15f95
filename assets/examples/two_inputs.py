# One result, two inputs, two gradients.
#   z = x^2 + y^3
#   dz/dx = 2x        dz/dy = 3y^2
import torch

x = torch.tensor(3.0, requires_grad=True)
y = torch.tensor(2.0, requires_grad=True)
z = x ** 2 + y ** 3
z.backward()

print("z     =", z.item())
print("dz/dx =", x.grad.item())
print("dz/dy =", y.grad.item())
