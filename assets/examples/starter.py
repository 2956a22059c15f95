# y = relu(2x + 1), forward and backward.
# Press Right to take one step at a time.
import torch

x = torch.tensor(3.0, requires_grad=True)
y = torch.relu(2 * x + 1)
y.backward()

print("y     =", y.item())
print("dy/dx =", x.grad.item())
