from dataclasses import replace

import pytest

from engine.compare import ChangeKind, compare
from engine.interchange.picture_format import PictureFormat
from gui.bridge.picture_job import PictureJob
from gui.bridge.shown import Shown
from gui.canvas.changes import change_color
from gui.canvas.header import Header
from gui.canvas.overlay_legend import overlay_legend_height
from gui.model.compared import Compared
from gui.model.export import ExportChoice
from gui.theme.tokens import LIGHT
from tests.engine.overlay.test_overlay import branch
from tests.support.recordings import starter_recording


@pytest.fixture
def compared(desk):
    """A canvas on which a recording is compared with one that took the other branch."""
    here, there = branch("relu", outcome=True), branch("tanh", "exp", outcome=False)
    desk.show(here, len(here) - 1)
    comparison = compare(here, there)
    desk.document.compare_with(Compared("there.chainrule", there, comparison.partners_of_a, comparison))
    return desk


def test_comparing_lays_the_other_recording_over_this_one(compared):
    assert {"relu", "tanh", "exp", "if line 3"} <= set(compared.titles())
    overlay = compared.panel._source.overlay
    looks = compared.panel.surface._view_painter.painter._looks
    scene = compared.panel.surface.scene
    found = {box.node.title: looks.of(index, 9) for index, box in enumerate(scene.nodes)}
    assert (found["tanh"].change, found["relu"].change) == (ChangeKind.ADDED, ChangeKind.REMOVED)
    assert found["if line 3"].is_stub
    assert found["mul"].change is None
    assert overlay.count(ChangeKind.ADDED) == sum(key.startswith("ghost:") for key in overlay.kinds)


def test_the_legend_stands_clear_of_the_graph(compared):
    compared.panel.fit_all()
    surface = compared.panel.surface
    height = overlay_legend_height(compared.panel._source.overlay, surface.width())
    top = min(surface.control.target.rect_to_view(box.rect).y for box in surface.scene.nodes)
    assert top >= height
    assert not surface.grab_sharp().isNull()


def test_the_overlay_can_be_taken_off_and_laid_on_again(compared):
    compared.panel.overlays.toggle()
    assert "tanh" not in compared.titles()
    assert compared.panel.overlay is None
    compared.panel.overlays.toggle()
    assert "tanh" in compared.titles()


def test_the_header_says_what_it_is_compared_with_and_ends_it(compared):
    header = compared.panel.header
    assert isinstance(header, Header)
    assert header._against.isVisible()
    assert header._against.text() == "against there.chainrule  ×"
    header._against.click()
    assert compared.document.compared is None
    assert "tanh" not in compared.titles()
    assert not header._against.isVisible()


def test_another_recording_is_not_laid_over(compared):
    recording = starter_recording()
    compared.show(recording, 3)
    assert compared.panel._source.overlay is None
    assert "tanh" not in compared.titles()


def test_a_ghost_is_selected_without_a_step_or_value(compared):
    compared.click(compared.place("tanh"))
    assert compared.selected() == ["tanh"]
    compared.panel.fit_selection()


def test_exported_pictures_mark_what_only_one_of_the_two_has(compared, tmp_path):
    panel = compared.panel
    recording = compared.document.recording
    shown = Shown(
        recording=recording,
        view=panel.current_view(),
        drawing=panel.current_drawing(),
        step=len(recording) - 1,
        overlay=panel.overlay,
    )
    written = {}
    for overlay in (panel.overlay, None):
        for kind in (PictureFormat.SVG, PictureFormat.PNG, PictureFormat.TIKZ):
            path = tmp_path / f"picture.{kind.value}"
            PictureJob(replace(shown, overlay=overlay), ExportChoice(format=kind), LIGHT).write(path)
            written[overlay is None, kind] = path.read_bytes()
    assert written[False, PictureFormat.PNG] != written[True, PictureFormat.PNG]
    svg = written[False, PictureFormat.SVG].decode()
    ghosts = panel.overlay.count(ChangeKind.ADDED)
    assert svg.count(f'stroke="{change_color(LIGHT, ChangeKind.ADDED)}" stroke-width="1.8" stroke-dasharray') == ghosts
    assert 'stroke-width="1.8" stroke-dasharray' not in written[True, PictureFormat.SVG].decode()
    assert svg.count(">+</text>") == ghosts
    arrows = len(panel.overlay.ghost_edges)
    assert svg.count(f'stroke="{change_color(LIGHT, ChangeKind.ADDED)}" stroke-width="1.4" stroke-dasharray') == arrows
    tex = written[False, PictureFormat.TIKZ].decode()
    color = "crmark" + change_color(LIGHT, ChangeKind.ADDED).lstrip("#").upper()
    assert tex.count(rf"\fill[{color}]") == ghosts > 0
    assert tex.count(f"\\draw[draw={color},line width=1.4pt,->,dashed]") == arrows > 0
    assert "crmark" not in written[True, PictureFormat.TIKZ].decode()
