"""Training as data: what is trained and how, what a person asks while it runs, and what it tells."""
