"""Loss and gradient norm, live."""
