"""Lengths of text as Qt counts them: in UTF-16 units."""

LAST_OF_BMP = 0xFFFF
"""Characters beyond take two UTF-16 units."""


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text) if text.isascii() else sum(2 if ord(character) > LAST_OF_BMP else 1 for character in text)
