"""Value, gradient, chain rule, source of what is selected."""
