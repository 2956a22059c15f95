"""Names in Hebrew or Arabic among words, formulas and shapes that are read from the left."""

import unicodedata

_MARK = "\u200e"
"""LEFT-TO-RIGHT MARK: shows nothing, and is a letter of that direction."""
_LEFT, _RIGHT = ("L",), ("R", "AL")


def left_to_right(text: str) -> str:
    """Return a text that is laid out from the left although a name in it, perhaps its first word, is not.

    Or the name would turn round what stands beside it: ``.grad``, its shape, the two sides of an equation.
    """
    if text.isascii():
        return text
    kinds = [unicodedata.bidirectional(sign) for sign in text]
    if not any(kind in _RIGHT for kind in kinds):
        return text
    shown = [_MARK]
    for sign, kind, before in zip(text, kinds, ["L", *kinds], strict=False):
        if before in _RIGHT and kind not in (*_LEFT, *_RIGHT, "NSM", "BN"):
            shown.append(_MARK)  # what follows a name is not part of it
        shown.append(sign)
    return "".join(shown)
