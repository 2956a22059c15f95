"""The program text with gutter, highlighting and marks."""
