# h is used twice, so two gradients meet at h
# and are added up.
#   h = 3x,  y = h^2 + 2h
#   dy/dh = 2h + 2,  dy/dx = 3 (2h + 2)
import torch

x = torch.tensor(1.0, requires_grad=True)
h = 3 * x
h.retain_grad()  # keep the gradient of h too
y = h * h + 2 * h
y.backward()

print("dy/dh =", h.grad.item())
print("dy/dx =", x.grad.item())
