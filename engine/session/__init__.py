"""The host side of a run: starts, feeds, interrupts and outlives a worker."""
