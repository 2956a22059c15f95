"""The fonts of a PDF: what is written in them, and at the end the part of them that was needed.

Glyphs keep the numbers that they have in the whole font, so that text can be written before it is known which are
needed. A sign that a font does not have is drawn as an outline, if somebody knows it, below letters that cannot be
seen: it is found and copied like any other.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from engine.interchange.font_face import FontFace
from engine.interchange.pdf.document import Document

Outline = Callable[[str, FontFace], tuple[str, float]]
"""Path operators of a text with 1000 units for the size of the font, y upwards, and how wide it is in them."""

_FIRST_FOREIGN = 0xE000
"""Numbers from here on stand for signs that the font does not have."""
_MOST_FOREIGN = 0x1800
_LINES = 100
"""A table of signs has at most so many in one block."""
_UNSEEN = "3 Tr"


class PdfFont:
    """One font, and what has been written in it."""

    def __init__(self, face: FontFace, name: str, outline: Outline | None = None) -> None:
        self.name = name
        self._face = face
        self._outline = outline
        self._font = TTFont(BytesIO(face.data), lazy=True)
        self._glyphs: dict[int, int] = {
            code: self._font.getGlyphID(glyph) for code, glyph in self._font.getBestCmap().items()
        }
        self._units: int = self._font["head"].unitsPerEm
        self._advances: dict[int, int] = {}
        self._signs: dict[int, str] = {}
        self._foreign: dict[str, int] = {}
        self._known: dict[str, str] = {}

    def show(self, text: str, size: float, x: float, y: float) -> str:
        """Return the operators that write a text; ``y`` is its baseline, downwards."""
        plain = self._known.get(text)
        if plain is None:
            plain = self._known[text] = self._codes(text)
        if plain:
            return f"BT /{self.name} {size:g} Tf 1 0 0 -1 {x:.1f} {y:.1f} Tm {plain} Tj ET\n"
        return self._show_foreign(text, size, x, y)

    def width(self, text: str) -> float:
        """Return how wide a text is at size 1."""
        return sum(self._advance(self._glyphs.get(ord(sign), 0)) for sign in text) / 1000

    def _codes(self, text: str) -> str:
        """The glyphs of a text, or nothing where one is not there."""
        glyphs = [self._glyphs.get(ord(sign)) for sign in text]
        if None in glyphs:
            return ""
        for glyph, sign in zip(glyphs, text, strict=True):
            assert glyph is not None
            if glyph not in self._signs:
                self._signs[glyph] = sign
                self._advance(glyph)
        return "<" + "".join([f"{glyph:04X}" for glyph in glyphs]) + ">"

    def _show_foreign(self, text: str, size: float, x: float, y: float) -> str:
        known = "".join(sign if ord(sign) in self._glyphs else "?" for sign in text)
        if self._outline is None:
            return self.show(known, size, x, y)
        path, width = self._outline(text, self._face)
        if not path:
            return self.show(known, size, x, y)
        codes = "".join(f"{self._number_of(sign):04X}" for sign in text)
        scale = 100 * width / 1000 / max(self.width(text), 0.001)
        drawn = f"q {size / 1000:.5f} 0 0 {-size / 1000:.5f} {x:.1f} {y:.1f} cm\n{path}f Q\n"
        letters = f"BT /{self.name} {size:g} Tf {scale:.1f} Tz {_UNSEEN} 1 0 0 -1 {x:.1f} {y:.1f} Tm <{codes}> Tj "
        return f"{drawn}{letters}0 Tr 100 Tz ET\n"

    def _number_of(self, sign: str) -> int:
        """The glyph of a sign, or the number that stands for it."""
        glyph = self._glyphs.get(ord(sign))
        if glyph is not None:
            self._signs.setdefault(glyph, sign)
            self._advance(glyph)
            return glyph
        place = self._foreign.setdefault(sign, min(len(self._foreign), _MOST_FOREIGN))
        return _FIRST_FOREIGN + place

    def _advance(self, glyph: int) -> int:
        found = self._advances.get(glyph)
        if found is None:
            name = self._font.getGlyphName(glyph)
            found = self._advances[glyph] = round(self._font["hmtx"][name][0] * 1000 / self._units)
        return found

    def objects(self, document: Document, number: int) -> Iterator[bytes]:
        """Yield everything that describes the font; ``number`` is what pages know it by."""
        family, kind = f"CHAINR+{self._face.family.replace(' ', '')}-{self._face.weight}", self._face.kind
        inner, descriptor, file, table = (document.reserve() for _ in range(4))
        is_truetype = kind == "ttf"
        yield document.object(
            number,
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{family} /Encoding /Identity-H "
            f"/DescendantFonts [{inner} 0 R] /ToUnicode {table} 0 R >>",
        )
        widths = " ".join(f"{glyph} [{width}]" for glyph, width in sorted(self._advances.items()))
        default = self._advance(0)
        yield document.object(
            inner,
            f"<< /Type /Font /Subtype /{'CIDFontType2' if is_truetype else 'CIDFontType0'} /BaseFont /{family} "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
            f"/FontDescriptor {descriptor} 0 R /DW {default} /W [{widths}]"
            f"{' /CIDToGIDMap /Identity' if is_truetype else ''} >>",
        )
        yield document.object(descriptor, self._descriptor(family, file))
        yield document.data(table, self._unicode().encode())
        yield document.data(file, self._needed(), "" if is_truetype else "/Subtype /CIDFontType0C")

    def _descriptor(self, family: str, file: int) -> str:
        head, sizes = self._font["head"], self._font["OS/2"]
        scale = 1000 / self._units
        box = " ".join(str(round(edge * scale)) for edge in (head.xMin, head.yMin, head.xMax, head.yMax))
        kind = "FontFile2" if self._face.kind == "ttf" else "FontFile3"
        return (
            f"<< /Type /FontDescriptor /FontName /{family} /Flags 4 /FontBBox [{box}] /ItalicAngle 0 "
            f"/Ascent {round(sizes.sTypoAscender * scale)} /Descent {round(sizes.sTypoDescender * scale)} "
            f"/CapHeight {round(sizes.sCapHeight * scale)} /StemV {self._face.weight // 5} /{kind} {file} 0 R >>"
        )

    def _unicode(self) -> str:
        """The table from glyphs back to signs, for whoever copies or searches."""
        rows = [(glyph, sign) for glyph, sign in self._signs.items()]
        rows += [(_FIRST_FOREIGN + place, sign) for sign, place in self._foreign.items()]
        lines = [f"<{number:04X}> <{sign.encode('utf-16-be', 'replace').hex()}>" for number, sign in sorted(rows)]
        blocks = [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)]
        body = "".join("\n".join((f"{len(block)} beginbfchar", *block, "endbfchar\n")) for block in blocks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            f"{body}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        )

    def _needed(self) -> bytes:
        """The font without the glyphs that were not written."""
        options = Options()
        options.retain_gids = True
        options.layout_features = []
        options.hinting = False
        options.notdef_outline = True
        options.drop_tables = [*options.drop_tables, "GSUB", "GPOS", "GDEF", "STAT", "meta", "DSIG", "post", "name"]
        whole: Any = TTFont(BytesIO(self._face.data), recalcTimestamp=False)
        subsetter = Subsetter(options)
        subsetter.populate(gids=sorted({0, *self._signs}))
        subsetter.subset(whole)
        if "CFF " in whole:
            return bytes(whole["CFF "].compile(whole))
        file = BytesIO()
        whole.save(file)
        return file.getvalue()
