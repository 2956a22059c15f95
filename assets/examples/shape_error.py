# This program fails, and that is its point:
# the graph up to the error stays, with the
# shapes that do not fit.
import torch

torch.manual_seed(0)

images = torch.randn(5, 28, 28)
flat = images.flatten(1)           # [5, 784]
hidden = torch.randn(784, 100)
output = torch.randn(10, 100)      # turned round

h = torch.relu(flat @ hidden)      # [5, 100]
scores = h @ output     # try: h @ output.T
print(scores.shape)
