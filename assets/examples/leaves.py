# Who gets a gradient?
import torch

# Leaves: tensors that the program made.
w = torch.tensor(2.0, requires_grad=True)
x = torch.tensor(5.0)    # asks for none

# Not a leaf: it was computed. Its gradient is
# kept only because we ask for it.
h = w * x
h.retain_grad()

# detach() cuts the graph: the same number,
# but nothing flows back through it.
cut = h.detach()

# Under no_grad nothing is noted down at all.
with torch.no_grad():
    scale = w * 3

y = h * cut + scale
y.backward()

print("w.grad     =", w.grad.item())
print("h.grad     =", h.grad.item())
print("x.grad     =", x.grad)
print("cut        needs grad:", cut.requires_grad)
print("scale      needs grad:", scale.requires_grad)
