"""A recording as the graph to draw: nodes, edges, folding, iterations."""
