"""The window: what a person sees and touches. Knows no torch."""
