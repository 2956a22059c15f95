"""Networks under torch: what its layers take, and the shapes and costs of a network, worked out without numbers."""
