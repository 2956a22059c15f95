# Softmax and cross-entropy: the gradient of
# the scores is simply  probability - target.
import torch
import torch.nn.functional as F

scores = torch.tensor([[2.0, 1.0, 0.1],
                       [0.5, 2.5, 0.0]],
                      requires_grad=True)
labels = torch.tensor([0, 2])

# By hand, op by op ...
p = F.softmax(scores, dim=1)
by_hand = -p[[0, 1], labels].log().mean()

# ... and as one op.
loss = F.cross_entropy(scores, labels)
loss.backward()

target = F.one_hot(labels, 3)
print("by hand %.4f" % by_hand.item())
print("one op  %.4f" % loss.item())
print("scores.grad")
print(scores.grad)
print("(probability - target) / 2")
print(((p - target) / 2).detach())
