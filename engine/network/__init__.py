"""A network as a graph of layers, and its ``nn.Module`` source: each is made from the other."""
