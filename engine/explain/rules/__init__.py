"""Derivative rules: for every node of autograd that people meet, its local derivative in notation and in numbers."""
