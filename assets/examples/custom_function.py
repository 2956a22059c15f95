# An op of our own: round() has slope 0 almost
# everywhere, so nothing could learn through
# it. This one rounds forward and lets the
# gradient through as if it had done nothing.
import torch


class RoundThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value):
        return value.round()

    @staticmethod
    def backward(ctx, gradient):
        return gradient


x = torch.tensor([0.2, 1.7, -2.4],
                 requires_grad=True)

y = (RoundThrough.apply(x) ** 2).sum()
y.backward()
print("ours:    ", x.grad.tolist())

x.grad = None
y = (x.round() ** 2).sum()
y.backward()
print("round(): ", x.grad.tolist())
