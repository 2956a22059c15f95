"""Two recordings, or two iterations of one, beside each other."""
