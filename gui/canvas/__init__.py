"""The painted graph: pan, zoom, select, minimap."""
