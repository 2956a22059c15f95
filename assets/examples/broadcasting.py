# A row is added to every line of a matrix.
# Going back, the gradient of the row is the
# sum over the lines that it was copied to.
import torch

matrix = torch.tensor([[1.0, 2.0, 3.0],
                       [4.0, 5.0, 6.0]],
                      requires_grad=True)
row = torch.tensor([10.0, 20.0, 30.0],
                   requires_grad=True)
scale = torch.tensor([[1.0], [3.0]])

total = ((matrix + row) * scale).sum()
total.backward()

# [2, 3] and [3] and [2, 1] give [2, 3].
print("matrix.grad =", matrix.grad.tolist())
print("row.grad    =", row.grad.tolist())
