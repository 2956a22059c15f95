# One neuron by hand: two inputs, two weights,
# a bias, tanh. Every number is a scalar, so
# the whole chain rule can be read in the
# graph.
import torch

x1 = torch.tensor(2.0, requires_grad=True)
x2 = torch.tensor(0.0, requires_grad=True)
w1 = torch.tensor(-3.0, requires_grad=True)
w2 = torch.tensor(1.0, requires_grad=True)
b = torch.tensor(6.9, requires_grad=True)

n = x1 * w1 + x2 * w2 + b
o = torch.tanh(n)
o.backward()

# d tanh(n) / dn = 1 - tanh(n)^2
print("output =", o.item())
print("x1: %.4f   w1: %.4f" % (x1.grad, w1.grad))
print("x2: %.4f   w2: %.4f" % (x2.grad, w2.grad))
