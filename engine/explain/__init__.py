"""Derivative rules, the chain rule in numbers, and why a gradient is zero, None or NaN."""
