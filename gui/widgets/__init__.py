"""Small widgets that know nothing of the program: elided labels, chips, toasts, result lists."""
