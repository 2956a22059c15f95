# The gradient of a gradient: with
# create_graph the backward pass is itself
# recorded as a graph and can be
# differentiated again.
#   y = x^3,  y' = 3x^2,  y'' = 6x
import torch

x = torch.tensor(4.0, requires_grad=True)
y = x ** 3

(first,) = torch.autograd.grad(
    y, x, create_graph=True)
(second,) = torch.autograd.grad(first, x)

print("y   =", y.item())
print("y'  =", first.item())
print("y'' =", second.item())
