"""The worker side, the only room that imports torch: runner, recorders, values, budgets."""
