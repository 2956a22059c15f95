"""A view graph with geometry: what the canvas paints and the exporters write."""
