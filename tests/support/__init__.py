"""Helpers shared by the tests: recordings built by hand, without torch."""
