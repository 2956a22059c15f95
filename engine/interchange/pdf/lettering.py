"""The three fonts that every picture is written in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.interchange.font_face import FontFace
from engine.interchange.pdf.document import Document
from engine.interchange.pdf.fonts import Outline, PdfFont

_BOLD_FROM = 550


@dataclass(frozen=True, slots=True)
class Lettering:
    """Titles, words, and code with numbers."""

    bold: PdfFont
    words: PdfFont
    mono: PdfFont

    def objects(self, document: Document, numbers: dict[str, int]) -> Iterator[bytes]:
        """Yield all fonts; ``numbers`` are those that pages know them by."""
        for font in (self.bold, self.words, self.mono):
            yield from font.objects(document, numbers[font.name])


def lettering_of(faces: Iterable[FontFace], outline: Outline | None) -> Lettering:
    """Return the fonts: words are in what is no TrueType, which code is."""
    found = list(faces)
    mono = next(face for face in found if face.kind == "ttf")
    bold = next(face for face in found if face.kind != "ttf" and face.weight > _BOLD_FROM)
    words = next(face for face in found if face.kind != "ttf" and face.weight < _BOLD_FROM)
    return Lettering(PdfFont(bold, "B", outline), PdfFont(words, "W", outline), PdfFont(mono, "M", outline))
