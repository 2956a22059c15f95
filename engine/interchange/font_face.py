"""A font inside of a document, so that it looks the same where the font is not installed."""

from base64 import b64encode
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FontFace:
    """One font file: its family, its weight (400 is regular), and its bytes; ``kind`` is ``otf`` or ``ttf``."""

    family: str
    weight: int
    kind: str
    data: bytes

    def rule(self) -> str:
        """Return the CSS rule that holds the whole font."""
        source = f"data:font/{self.kind};base64,{b64encode(self.data).decode()}"
        return f"@font-face{{font-family:'{self.family}';font-weight:{self.weight};src:url({source})}}"
