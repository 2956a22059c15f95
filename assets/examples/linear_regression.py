# A line through points, found by gradient
# descent: loss, backward, step, again.
import torch

torch.manual_seed(0)

# Points on y = 3x - 1, with a little noise.
x = torch.linspace(-1, 1, 20)
y = 3 * x - 1 + 0.1 * torch.randn(20)

slope = torch.tensor(0.0, requires_grad=True)
offset = torch.tensor(0.0, requires_grad=True)
optimizer = torch.optim.SGD([slope, offset], lr=0.3)

for step in range(40):
    guess = slope * x + offset
    loss = ((guess - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

print("loss   = %.4f" % loss.item())
print("slope  = %.3f" % slope.item())
print("offset = %.3f" % offset.item())
