"""What the program printed, and the problems found."""
