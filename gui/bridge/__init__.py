"""Between Qt and what is not Qt: session callbacks, clocks, settings on disk."""
