# A relu in the middle: where it is closed,
# no gradient comes through.
import torch

x = torch.tensor([1., -2., 3.], requires_grad=True)
w = torch.tensor([.5, 1.5, -1.], requires_grad=True)
h = torch.relu(w * x + 1)
loss = (h ** 2).mean()
loss.backward()

# Only the first entry of h is positive.
print("h      =", h.tolist())
print("x.grad =", x.grad.tolist())
print("w.grad =", w.grad.tolist())
