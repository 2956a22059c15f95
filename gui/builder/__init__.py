"""The network builder: a canvas of layers, the settings of what is selected, and the source beside it."""
