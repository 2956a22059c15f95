"""The painted graph: camera, painters, minimap, gestures, and pictures made by the same painters."""
