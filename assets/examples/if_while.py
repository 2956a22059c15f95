# The graph is what really ran: an if takes
# one way, a while adds as many ops as it has
# rounds. Change start and look at the graph
# again.
import torch

start = 1.5
x = torch.tensor(start, requires_grad=True)

y = x * x
rounds = 0
while y < 50:      # reads the number in y
    y = y * 2
    rounds += 1

if y > 60:
    y = y - 10 * x
else:
    y = y + 10 * x

y.backward()

# Here y = 2^rounds x^2 - 10x.
print("rounds =", rounds)
print("y      =", y.item())
print("dy/dx  =", x.grad.item())
