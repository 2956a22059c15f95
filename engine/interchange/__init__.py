"""Pictures and files for other programs: SVG, DOT, Mermaid, GraphML, JSON, tensors."""
