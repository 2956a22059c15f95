"""Makes facts of the log: steps, values, gradients, regions, decisions, and where their numbers lie."""
