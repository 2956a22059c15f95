# backward() adds to .grad. Whoever forgets to
# set it back, adds up old gradients.
import torch

w = torch.tensor(1.0, requires_grad=True)

for turn in range(3):
    loss = (w * 2 - 5) ** 2
    loss.backward()
    print("forgotten:", w.grad.item())

w.grad = None      # what zero_grad() does
loss = (w * 2 - 5) ** 2
loss.backward()
print("set back: ", w.grad.item())
