"""Colour, font and size tokens, light and dark, and the style sheet made from them."""
