"""A PDF read back: its table of objects, its texts by their own table of signs, its fonts by a font library."""

import io
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator

import pytest
from fontTools.ttLib import TTFont

from engine.drawing.arrange import arrange
from engine.drawing.drawing import Direction, Drawing, Rect
from engine.graph import Folding, build_view_graph, iterations
from engine.interchange.font_face import FontFace
from engine.interchange.marks import Badge, Dress, Mark, Marks
from engine.interchange.pdf.page import PdfPage, pdf_pieces
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.theme.fonts import faces
from gui.theme.tokens import DARK, LIGHT
from tests.support.made import Maker, mlp, recurrence
from tests.support.recordings import starter_recording

OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj\n", re.DOTALL)


def drawn(recording: Recording, folding: Folding | None = None) -> Drawing:
    return arrange(build_view_graph(recording, iterations(recording)[0], folding or Folding()))


def written(recording: Recording, drawing: Drawing | None = None, **more: object) -> bytes:
    shown = drawing or drawn(recording)
    page = PdfPage(shown, StepIndex(len(recording) - 1), shown.bounds)
    return b"".join(pdf_pieces([page], recording, LIGHT, faces(), **more))  # type: ignore[arg-type]


def objects(data: bytes) -> dict[int, bytes]:
    return {int(number): body for number, body in OBJECT.findall(data)}


def unpacked(body: bytes) -> bytes:
    return zlib.decompress(body.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0])


def contents(data: bytes) -> Iterator[bytes]:
    found = objects(data)
    for body in found.values():
        if b"/Type /Page " in body:
            yield unpacked(found[int(re.search(rb"/Contents (\d+)", body).group(1))])  # type: ignore[union-attr]


def texts(data: bytes) -> list[str]:
    """Every text on the first page, as whoever copies from it gets it."""
    found = objects(data)
    page = next(body for body in found.values() if b"/Type /Page " in body)
    signs: dict[str, dict[str, str]] = {}
    for name, number in re.findall(rb"/(\w) (\d+) 0 R", page.split(b"/Font <<")[1].split(b">>")[0]):
        table = int(re.search(rb"/ToUnicode (\d+)", found[int(number)]).group(1))  # type: ignore[union-attr]
        pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9a-f]+)>\n", unpacked(found[table]))
        signs[name.decode()] = {code.decode(): bytes.fromhex(sign.decode()).decode("utf-16-be") for code, sign in pairs}
    shown = re.findall(r"/(\w) [\d.]+ Tf [^<]*<([0-9A-F]*)> Tj", next(contents(data)).decode())
    return ["".join(signs[name][codes[at : at + 4]] for at in range(0, len(codes), 4)) for name, codes in shown]


@pytest.mark.parametrize("recording", [starter_recording(), mlp(), recurrence()])
def test_every_object_is_where_the_table_says(recording: Recording) -> None:
    data = written(recording)
    assert data.startswith(b"%PDF-1.7\n")
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", data).group(1))  # type: ignore[union-attr]
    rows = re.findall(rb"(\d{10}) 00000 n \n", data[start:])
    assert len(rows) == len(objects(data))
    for number, place in enumerate(map(int, rows), 1):
        assert data[place:].startswith(b"%d 0 obj\n" % number)
    for number, body in objects(data).items():
        length = re.search(rb"/Length (\d+)( 0 R)?", body)
        if length is not None:
            said = int(objects(data)[int(length.group(1))]) if length.group(2) else int(length.group(1))
            assert len(body.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]) == said, number


@pytest.mark.parametrize("recording", [starter_recording(), mlp()])
def test_text_is_text(recording: Recording) -> None:
    drawing = drawn(recording)
    found = texts(written(recording, drawing))
    for box in drawing.nodes:
        assert box.node.title in found
        assert any(box.node.subtitle.startswith(text.rstrip("…")) for text in found)
    assert {lane.text for lane in drawing.lanes} <= set(found)


def test_the_fonts_are_in_it_with_the_glyphs_that_were_needed() -> None:
    data = written(starter_recording())
    files = [unpacked(body) for body in objects(data).values() if b"/Subtype /CIDFontType0C" in body]
    assert len(files) == 2
    descriptors = [body for body in objects(data).values() if b"/Type /FontDescriptor" in body]
    mono = next(body for body in descriptors if b"JetBrainsMono" in body)
    number = int(re.search(rb"/FontFile2 (\d+)", mono).group(1))  # type: ignore[union-attr]
    part = TTFont(io.BytesIO(unpacked(objects(data)[number])))
    whole = TTFont(io.BytesIO(next(face.data for face in faces() if face.kind == "ttf")))
    assert len(part.getGlyphOrder()) <= len(whole.getGlyphOrder())
    for sign in "0123[]":
        glyph = whole.getGlyphID(whole.getBestCmap()[ord(sign)])
        ours, theirs = part["glyf"][part.getGlyphName(glyph)], whole["glyf"][whole.getGlyphName(glyph)]
        assert ours.numberOfContours == theirs.numberOfContours
        if ours.numberOfContours > 0:
            assert list(ours.coordinates) == list(theirs.coordinates)
    assert len(data) < 100_000


def test_the_page_is_as_large_as_the_part_that_it_shows() -> None:
    recording = starter_recording()
    drawing = drawn(recording)
    pages = [PdfPage(drawing, StepIndex(step), Rect(10, 20, 300, 200)) for step in range(3)]
    data = b"".join(pdf_pieces(pages, recording, DARK, faces(), count=3))
    assert data.count(b"/MediaBox [0 0 300.00 200.00]") == 3
    assert b"/Count 3" in data
    assert len(list(contents(data))) == 3


def test_no_page_is_longer_than_readers_can_show() -> None:
    drawing = drawn(starter_recording())
    page = PdfPage(drawing, StepIndex(0), Rect(0, 0, 100_000, 50_000))
    data = b"".join(pdf_pieces([page], starter_recording(), LIGHT, faces()))
    assert b"/MediaBox [0 0 14400.00 7200.00]" in data


def test_the_same_input_gives_the_same_bytes() -> None:
    assert written(mlp()) == written(mlp())


def test_signs_that_the_fonts_lack_are_drawn_and_can_be_copied() -> None:
    maker = Maker()
    maker.op("שלום", maker.leaf("x"))
    recording = maker.done()

    def outline(text: str, face: FontFace) -> tuple[str, float]:
        assert face.family == "Inter"
        return ("0 0 m 500 0 l 500 700 l h\n", 4000.0) if text == "שלום" else ("", 0.0)

    assert "שלום" in texts(written(recording, outline=outline))
    assert b"500 700 l h" in next(contents(written(recording, outline=outline)))
    assert "????" in texts(written(recording))


def test_what_the_lens_makes_of_boxes_is_shown() -> None:
    recording = starter_recording()
    drawing = drawn(recording)
    dress = Dress("#123456", "as it says", None, Badge.NAN, "", "below")
    page = PdfPage(drawing, StepIndex(len(recording) - 1), drawing.bounds, Marks(dress=lambda _box: dress))
    data = b"".join(pdf_pieces([page], recording, LIGHT, faces()))
    found = texts(data)
    assert found.count("as it says") == found.count("NaN") == found.count("below") == len(drawing.nodes)
    assert b"0.0706 0.204 0.337 rg" in next(contents(data))


def test_a_box_has_room_for_one_sign() -> None:
    recording = starter_recording()
    drawing = drawn(recording)
    marks = {box.node.key: Mark("#D55E00", is_dashed=False, sign="+") for box in drawing.nodes}
    for badge, signs in ((Badge.NONE, len(drawing.nodes)), (Badge.ZERO, 0)):
        dress = Dress("#123456", "", None, badge)
        worn = Marks(marks, dress=lambda _box, dress=dress: dress)  # type: ignore[misc]  # a bound name
        page = PdfPage(drawing, StepIndex(len(recording) - 1), drawing.bounds, worn)
        assert texts(b"".join(pdf_pieces([page], recording, LIGHT, faces()))).count("+") == signs


def test_nothing_at_all_is_a_page_too() -> None:
    nothing = Drawing((), (), (), (), Rect(0, 0, 0, 0), Direction.LEFT_RIGHT)
    assert len(list(contents(written(starter_recording(), nothing)))) == 1


def test_it_can_be_called_off_between_any_two_pieces() -> None:
    class CalledOffError(Exception):
        pass

    heard: list[float] = []

    def progress(share: float) -> None:
        heard.append(share)
        if len(heard) == 5:
            raise CalledOffError

    with pytest.raises(CalledOffError):
        written(recurrence(100), drawn(recurrence(100), Folding(level=99)), progress=progress)
    assert heard == sorted(heard)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_another_reader_finds_the_texts(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "graph.pdf"
    path.write_bytes(written(mlp()))
    run = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, timeout=60, check=True)
    assert not run.stderr
    for box in drawn(mlp()).nodes:
        assert box.node.title in run.stdout
