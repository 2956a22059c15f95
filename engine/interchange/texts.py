"""Texts made safe for the formats that are written; names may hold anything."""

_LONGEST = 200


def clean(text: str) -> str:
    """Return ``text`` without control characters, at most 200 characters long."""
    shown = "".join(character if character.isprintable() else " " for character in text[:_LONGEST])
    return shown if len(text) <= _LONGEST else shown + "…"


def xml_text(text: str) -> str:
    """Return ``text`` for XML content and attributes."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
