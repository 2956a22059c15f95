"""Carries what a worker session reports into Qt signals."""
