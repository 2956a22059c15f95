"""Charts of a training loop: loss, gradient norm, learning rate and what the program logged."""
