import json
import resource

import pytest
from PySide6.QtGui import QImage

from engine.interchange.picture_format import PictureFormat
from gui.bridge.exporter import CanvasExporter
from gui.model.export import ExportChoice, ExportProblemError, Extent
from gui.theme.tokens import ThemeName
from tests.support.workbench import build, destroy, run_starter


def exporter_of(workbench):
    models = workbench.models
    return CanvasExporter(workbench.panels.canvas, models.document, models.playhead, models.theme)


@pytest.fixture
def workbench(qtbot, tmp_path):
    bench = build(tmp_path)
    bench.window.show()
    yield bench
    destroy(bench)


@pytest.fixture
def exporter(workbench, qtbot):
    run_starter(workbench)
    canvas = workbench.panels.canvas
    qtbot.waitUntil(lambda: canvas.current_drawing() is not None and len(canvas.current_drawing().nodes) == 10)
    return exporter_of(workbench)


@pytest.mark.parametrize(
    ("kind", "beginning"),
    [
        (PictureFormat.PNG, b"\x89PNG"),
        (PictureFormat.SVG, b"<"),
        (PictureFormat.PDF, b"%PDF"),
        (PictureFormat.TIKZ, b"\\documentclass"),
        (PictureFormat.GIF, b"GIF89a"),
        (PictureFormat.APNG, b"\x89PNG"),
        (PictureFormat.WEBP, b"RIFF"),
        (PictureFormat.DOT, b"digraph"),
        (PictureFormat.MERMAID, b"flowchart"),
        (PictureFormat.GRAPHML, b"<?xml"),
        (PictureFormat.JSON, b"{"),
    ],
)
def test_every_format_is_written(exporter, tmp_path, kind, beginning):
    path = tmp_path / f"out.{kind.value}"
    exporter.prepare(ExportChoice(format=kind)).write(path)
    assert path.read_bytes().lstrip().startswith(beginning)
    assert [entry.name for entry in tmp_path.glob("out*")] == [path.name]
    assert exporter.prepare(ExportChoice(format=kind)).preview(300, 200)


def test_the_json_is_the_documented_one(exporter, tmp_path):
    exporter.prepare(ExportChoice(format=PictureFormat.JSON)).write(tmp_path / "out.json")
    assert len(json.loads((tmp_path / "out.json").read_text())["steps"]) == 9


def test_scale_and_extent_decide_the_size(exporter, workbench, tmp_path):
    sizes = []
    for choice in (ExportChoice(scale=1), ExportChoice(scale=3), ExportChoice(scale=1, extent=Extent.VIEW)):
        exporter.prepare(choice).write(tmp_path / "out.png")
        image = QImage(str(tmp_path / "out.png"))
        sizes.append((image.width(), image.height()))
        assert exporter.prepare(choice).size_text() == f"{image.width():,} × {image.height():,} pixels"
    assert sizes[1][0] == pytest.approx(3 * sizes[0][0], abs=3)
    assert sizes[2] != sizes[0]


def test_themes_and_a_clear_background(exporter, tmp_path):
    corners = {}
    for theme in ThemeName:
        exporter.prepare(ExportChoice(scale=1, theme=theme)).write(tmp_path / "out.png")
        corners[theme] = QImage(str(tmp_path / "out.png")).pixelColor(1, 1).name()
    assert len(set(corners.values())) == 3
    assert corners[ThemeName.PRINT] == "#ffffff"
    exporter.prepare(ExportChoice(scale=1, is_transparent=True)).write(tmp_path / "out.png")
    assert QImage(str(tmp_path / "out.png")).pixelColor(1, 1).alpha() == 0


def test_a_place_that_cannot_be_written_is_one_sentence(exporter, tmp_path):
    with pytest.raises(ExportProblemError) as caught:
        exporter.prepare(ExportChoice()).write(tmp_path / "nowhere" / "out.png")
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("kind", [kind for kind in PictureFormat if kind is not PictureFormat.MP4])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(exporter, tmp_path, kind):
    folder = tmp_path / "pictures"
    folder.mkdir()
    path = folder / f"old.{kind.value}"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(ExportProblemError) as caught:
            exporter.prepare(ExportChoice(format=kind)).write(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert str(caught.value) == f"{path} could not be written: File too large."
    assert [entry.name for entry in folder.iterdir()] == [path.name]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("folder.png", r"folder\.png is a folder\."),
        ("gone/x.png", r"The folder .*gone does not exist\."),
        ("loop.png", r"loop\.png could not be written: it is a link that leads to itself\."),
        ("n" * 300 + ".png", r"could not be written: File name too long\."),
    ],
)
def test_each_impossible_place_is_one_sentence(exporter, tmp_path, name, sentence):
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ExportProblemError, match=sentence + "$"):
        exporter.prepare(ExportChoice()).write(tmp_path / name)
    assert sorted(tmp_path.iterdir()) == before


def test_the_longest_name_there_can_be(exporter, tmp_path):
    path = tmp_path / ("ä" * 125 + ".png")
    exporter.prepare(ExportChoice(scale=1)).write(path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_without_a_graph_there_is_nothing_to_export(workbench):
    exporter = exporter_of(workbench)
    with pytest.raises(ExportProblemError, match="run a program first"):
        exporter.prepare(ExportChoice())


@pytest.mark.parametrize("kind", [PictureFormat.SVG, PictureFormat.PDF])
def test_written_pictures_show_what_the_lens_shows(exporter, workbench, tmp_path, kind):
    path = tmp_path / f"out.{kind.value}"
    found = []
    for lens in ("view.lens_values", "view.lens_structure", "view.lens_gradients"):
        workbench.book.qaction(lens).trigger()
        exporter.prepare(ExportChoice(format=kind)).write(path)
        found.append(path.read_bytes())
    assert len(set(found)) == 3
    if kind is PictureFormat.SVG:
        values, structure, _gradients = found
        assert values.count(b'class="c"') > structure.count(b'class="c"')
        assert b"start: 1" in values
