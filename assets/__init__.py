"""Fonts, icons and example programs that ship with Chainrule."""
