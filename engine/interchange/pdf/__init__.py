"""A drawing as PDF, written piece by piece: vectors, text as text, fonts embedded."""
