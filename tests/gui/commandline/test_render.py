"""Pictures and animations from the command line, without a window."""

import base64
import io
import re
import shutil
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image, ImageChops
from PySide6.QtGui import QImage

from assets.paths import FONTS
from engine.commands.errors import CommandError
from engine.commands.options import RenderOptions, picture_format, region_option
from engine.trace.file import write_recording
from gui.commandline.render import render
from tests.support.made import Maker, mlp
from tests.support.recordings import starter_recording

LAST = 8


@pytest.fixture
def draw(qapp, tmp_path):
    """Draw a recording (of the starter) into a file of a name, and return the path."""

    def drawn(name, recording=None, **options):
        source, output = tmp_path / "run.chainrule", tmp_path / name
        write_recording(source, recording or starter_recording())
        wanted = RenderOptions(source=source, output=output, picture=picture_format(output), **options)
        assert render(wanted, io.StringIO(), io.StringIO()) == 0
        return output

    return drawn


def frames_of(path):
    with Image.open(path) as picture:
        found = []
        for index in range(picture.n_frames):
            picture.seek(index)
            found.append((picture.convert("RGB"), round(picture.info["duration"])))
        return found


def apart(first, second):
    """The largest difference of any channel."""
    return max(high for _, high in ImageChops.difference(first.convert("RGB"), second.convert("RGB")).getextrema())


@pytest.mark.parametrize(("name", "most_apart"), [("run.apng", 0), ("run.webp", 0), ("run.gif", 64)])
def test_each_frame_is_the_picture_of_its_step(draw, name, most_apart):
    frames = frames_of(draw(name, steps=(2, 6), frame_ms=250, scale=1))
    assert [duration for _, duration in frames] == [250] * 5
    for step, (frame, _) in zip(range(2, 7), frames, strict=True):
        with Image.open(draw("one.png", step=step, scale=1)) as expected:
            assert frame.size == expected.size
            assert apart(frame, expected) <= most_apart


def test_a_sequence_has_a_file_for_each_step_and_starts_before_everything(draw, tmp_path):
    draw("run.png", steps=(-1, LAST), scale=1)
    names = sorted(path.name for path in tmp_path.glob("run*.png"))
    assert names == [f"run-{number:03}.png" for number in range(1, LAST + 3)]
    first, last = (QImage(str(tmp_path / name)) for name in (names[0], names[-1]))
    assert first.size() == last.size()
    assert first != last


def test_a_pdf_has_a_page_for_each_step(draw):
    assert len(re.findall(rb"/Type\s*/Page\b", draw("run.pdf", steps=(0, LAST)).read_bytes())) == LAST + 1


def test_nodes_stay_where_they_are_from_one_iteration_to_the_next(draw):
    maker = Maker()
    weight = maker.leaf("w")
    for _ in range(2):
        maker.backward(maker.op("sum", maker.op("mul", weight, weight), shape=()))
        maker.optimizer()
    recording = maker.done()
    half = len(recording) // 2
    frames = [frame for frame, _ in frames_of(draw("run.apng", recording, steps=(0, len(recording) - 1), scale=1))]
    assert len(frames) == len(recording)
    changed = ImageChops.difference(frames[half - 1], frames[2 * half - 1])
    assert np.count_nonzero(np.asarray(changed.convert("L"))) < 0.05 * frames[0].width * frames[0].height


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="there is no ffmpeg here")
def test_a_film_is_an_mp4(draw):
    assert draw("run.mp4", steps=(0, LAST)).read_bytes()[4:8] == b"ftyp"


def test_without_ffmpeg_an_mp4_is_refused_in_one_sentence(draw, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        CommandError, match=r"needs the program ffmpeg, which is not found; choose GIF, APNG or WebP\.$"
    ):
        draw("run.mp4", steps=(0, LAST))
    assert [path.name for path in tmp_path.iterdir()] == ["run.chainrule"]


def test_a_film_that_ffmpeg_cannot_write_says_why(draw, monkeypatch, tmp_path):
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho Unknown encoder libx264 >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    with pytest.raises(CommandError, match=r"^ffmpeg could not write the film: Unknown encoder libx264\.$"):
        draw("run.mp4", steps=(0, LAST))


def test_a_selection_is_a_module_with_all_in_it_or_a_title(draw):
    whole = ET.fromstring(draw("all.svg", mlp()).read_text())
    part = ET.fromstring(draw("part.svg", mlp(), selection=("model",)).read_text())
    count = len(list(whole.iter("{http://www.w3.org/2000/svg}g")))
    assert 0 < len(list(part.iter("{http://www.w3.org/2000/svg}g"))) < count
    assert draw("relu.dot", selection=("relu", "add")).read_text().count("->") == 1
    assert draw("relu.json", selection=("relu",)).read_text().count('"key"') == 1
    with pytest.raises(CommandError, match="There is no module or node 'rlu' in the picture"):
        draw("none.svg", selection=("rlu",))


def test_a_region_is_a_rectangle_in_units_or_shares(draw):
    upper = region_option("0%,0%,100%,50%")
    whole, part = draw("all.svg").read_text(), draw("part.svg", region=upper).read_text()
    assert ">x</text>" in whole
    assert ">x.grad</text>" in whole
    assert ">x</text>" in part
    assert ">x.grad</text>" not in part
    with Image.open(draw("part.png", region=region_option("0,0,200,90"), scale=2)) as picture:
        assert picture.size == (400, 180)
    with pytest.raises(CommandError, match=r"^There is nothing in that region; the drawing goes from -?\d+,-?\d+ to"):
        draw("none.svg", region=region_option("9000,0,10,10"))


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,x", "1%,2,3,4", "0,0,0,5", "0,0,nan,5", "0,0,inf,5", "1,2,3,4,5"])
def test_what_is_no_region_is_refused(text):
    with pytest.raises(ValueError, match=r"^the region must be LEFT,TOP,WIDTH,HEIGHT in units or all in %, not "):
        region_option(text)


@pytest.mark.parametrize("name", ["clear.svg", "clear.tex"])
def test_a_clear_background_is_not_there(draw, name):
    opaque, clear = draw(name).read_text(), draw(name, transparent=True).read_text()
    assert len(opaque.splitlines()) > len(clear.splitlines())


def test_a_clear_pdf_has_no_ground(draw):
    assert len(draw("clear.pdf", transparent=True).read_bytes()) < len(draw("full.pdf").read_bytes())


def test_mono_has_nothing_but_greys(draw):
    with Image.open(draw("mono.png", theme="mono", step=5)) as picture:
        assert all(red == green == blue for _, (red, green, blue, _) in picture.convert("RGBA").getcolors(100_000))


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("x.gif", {}, "GIF is an animation: say which steps, such as --steps 0:8."),
        ("x.svg", {"steps": (0, 3)}, "SVG shows one step: use --step instead of --steps."),
        ("x.gif", {"steps": (0, 99)}, "There is no step 99; the last one is 8."),
        ("x.gif", {"steps": (0, 3), "transparent": True}, "GIF has no clear background."),
        ("x.apng", {"steps": (0, 8), "scale": 12}, "frames of .* choose fewer steps, a smaller scale, or WebP."),
    ],
)
def test_what_does_not_go_together_is_one_sentence_and_no_file(draw, tmp_path, name, options, sentence):
    with pytest.raises(CommandError, match=f"{sentence}$"):
        draw(name, **options)
    assert [path.name for path in tmp_path.iterdir()] == ["run.chainrule"]


def test_embedded_fonts_are_the_shipped_ones(draw):
    small, large = draw("plain.svg").read_text(), draw("fonts.svg", embed_fonts=True).read_text()
    found = re.findall(
        r"@font-face\{font-family:'(.+?)';font-weight:(\d+);src:url\(data:font/.tf;base64,(.+?)\)\}", large
    )
    assert [face[:2] for face in found] == [("Inter", "400"), ("Inter", "600"), ("JetBrains Mono", "400")]
    assert base64.b64decode(found[1][2]) == (FONTS / "Inter-SemiBold.otf").read_bytes()
    assert "@font-face" not in small
    assert 900_000 < len(large) - len(small) < 1_100_000
    ET.fromstring(large)
