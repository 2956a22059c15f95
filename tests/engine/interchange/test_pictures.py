"""SVG, DOT, Mermaid and JSON of drawings, with names of every kind."""

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.drawing import arrange
from engine.drawing.drawing import Direction, Drawing, GroupFrame, Rect
from engine.graph import Folding, build_view_graph, iterations
from engine.graph.view import EdgeKind, GroupKey, ViewGroup
from engine.interchange.dot import dot_text
from engine.interchange.drawing_json import drawing_json
from engine.interchange.mermaid import mermaid_text
from engine.interchange.svg import svg_pieces
from engine.interchange.tikz import tikz_text
from engine.trace.ids import StepIndex
from engine.trace.recording import Recording
from gui.theme.tokens import DARK, LIGHT
from tests.support.made import Maker, mlp, residual
from tests.support.recordings import starter_recording

SVG = "{http://www.w3.org/2000/svg}"


def view_of(recording):
    return build_view_graph(recording, iterations(recording)[0], Folding())


def svg_of(recording, step, palette=LIGHT):
    return "".join(svg_pieces(arrange(view_of(recording)), recording, step, palette))


def named(text):
    maker = Maker()
    x = maker.leaf(text)
    maker.enter(text or "m", text or "m")
    maker.op("relu", maker.op("mul", x, x))
    maker.leave()
    return maker.done()


def texts(svg):
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{SVG}text")]


def test_svg_is_well_formed_and_says_what_the_picture_says():
    shown = texts(svg_of(starter_recording(), 5))
    assert {"FORWARD", "BACKWARD", "relu", "2 * x [3]", "saved: result", "x.grad", "not yet"} <= set(shown)


def test_svg_shows_values_only_of_what_has_happened():
    assert "10" not in texts(svg_of(starter_recording(), 2))
    assert "10" in texts(svg_of(starter_recording(), 3))


def test_svg_shows_the_saved_tensor_only_at_its_step():
    assert "saved: result" not in texts(svg_of(starter_recording(), 6))


def test_svg_fades_the_future():
    root = ET.fromstring(svg_of(starter_recording(), 5))
    faded = [group for group in root.iter(f"{SVG}g") if group.get("opacity") == "0.38"]
    assert len(faded) == 3
    assert all("stroke-dasharray" in group.find(f"{SVG}rect").attrib for group in faded)


def test_svg_uses_the_colours_that_it_is_given():
    assert LIGHT.accent in svg_of(starter_recording(), 1)
    dark = svg_of(starter_recording(), 1, DARK)
    assert DARK.canvas in dark
    assert LIGHT.canvas not in dark


def test_svg_is_the_same_every_time():
    assert svg_of(mlp(), 9) == svg_of(mlp(), 9)


def test_svg_ids_are_unique():
    ids = re.findall(r' id="([^"]+)"', svg_of(residual(2), 3))
    assert len(ids) == len(set(ids)) > 10


def test_svg_paints_nan_and_infinity():
    maker = Maker()
    maker.op("log", maker.leaf("x", numbers=[1.0, float("nan"), float("-inf")]))
    svg = svg_of(maker.done(), 0)
    assert svg.count(LIGHT.nonfinite) == 2
    assert {"nan", "-inf"} <= set(texts(svg))


def test_dot_keeps_parallel_edges_and_groups():
    maker = Maker()
    x = maker.leaf("x")
    maker.op("add", x, x)
    assert dot_text(view_of(maker.done()), LIGHT).count("n0 -> n1") == 2
    assert dot_text(view_of(residual(2)), LIGHT).count("subgraph cluster_") == 3


def test_mermaid_keeps_parallel_edges_and_groups():
    view = view_of(residual(2))
    text = mermaid_text(view, LIGHT)
    assert text.count("subgraph ") == text.count("\n  end") == 3
    assert len(re.findall(r"(-->|-\.->)", text)) == len(view.edges)


def test_json_has_everything_that_is_drawn():
    drawing = arrange(view_of(mlp()))
    data = json.loads(json.dumps(drawing_json(drawing)))
    assert len(data["nodes"]) == len(drawing.nodes)
    assert {edge["kind"] for edge in data["edges"]} == {kind.value for kind in EdgeKind if kind not in (EdgeKind.VIEW,)}
    assert data["groups"][0]["key"] == "model#0"


AWKWARD = ['"', "<&>", "a\nb", "\\", "\x00\x1b", "]]>", "-->", "שלום", "🙂", "%%", "end", "x" * 10_000, "#quot;", "|a|"]


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_names_break_nothing(text):
    recording = named(text)
    ET.fromstring(svg_of(recording, 1))
    view = view_of(recording)
    for line in dot_text(view, LIGHT).splitlines():
        assert len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) % 2 == 0
    assert dot_text(view, LIGHT).count("\n") == dot_text(view_of(named("plain")), LIGHT).count("\n")
    assert mermaid_text(view, LIGHT).count("\n") == mermaid_text(view_of(named("plain")), LIGHT).count("\n")
    assert len(dot_text(view, LIGHT)) < 10_000


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=30))
def test_any_name_gives_well_formed_svg(text):
    ET.fromstring(svg_of(named(text), 1))


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("text", ["plain", *AWKWARD])
def test_graphviz_reads_our_dot(text):
    given_text = dot_text(view_of(named(text)), LIGHT)
    done = subprocess.run(["dot", "-Tplain"], input=given_text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def framed(title: str, heading_px: float | None) -> Drawing:
    """A group whose first edge comes in so far from its left side."""
    rect = Rect(10.0, 20.0, 300.0, 200.0)
    group = ViewGroup(
        key=GroupKey("g"), title=title, subtitle="9 ops", parent=None, first_step=StepIndex(0), last_step=StepIndex(0)
    )
    return Drawing((), (), (GroupFrame(group, rect, heading_px),), (), Rect(0.0, 0.0, 320.0, 240.0), Direction.TOP_DOWN)


def test_the_name_of_a_group_is_not_cut_before_an_edge():
    recording = starter_recording()
    name = "for block in self.blocks"
    drawing = framed(name, 60.0)
    text = "".join(svg_pieces(drawing, recording, StepIndex(0), LIGHT))
    assert f">{name} <" in text
    assert "9 ops" not in text.rpartition("<text")[2]
    assert name in tikz_text(drawing, StepIndex(0), LIGHT)
    free = "".join(svg_pieces(framed(name, None), recording, StepIndex(0), LIGHT))
    assert "9 ops" in free.rpartition("<text")[2]
    assert len(ET.fromstring(text).findall(".//{*}rect")) == len(ET.fromstring(free).findall(".//{*}rect")) + 1


def test_a_name_longer_than_its_frame_is_cut():
    drawing = framed("n" * 10_000, None)
    text = "".join(svg_pieces(drawing, starter_recording(), StepIndex(0), LIGHT))
    shown = texts(text)[-1]
    assert shown.startswith("n" * 20)
    assert "…" in shown
    assert len(shown) < 60


def test_a_picture_does_not_say_where_the_program_lies():
    recording = starter_recording()
    moved = msgspec.structs.replace(recording.info, filename="/home/someone/private/program.py")
    text = svg_of(Recording(moved, recording.store), 0)
    assert "<title>program.py</title>" in text
    assert "private" not in text


def test_edges_too_many_to_lie_apart_say_once_how_many_they_are():
    maker = Maker()
    maker.op("stack", *[maker.leaf("x")] * 40)
    recording = maker.done()
    drawing = arrange(view_of(recording))
    assert texts("".join(svg_pieces(drawing, recording, StepIndex(1), LIGHT))).count("×40") == 1
    assert tikz_text(drawing, StepIndex(1), LIGHT).count(r"$\times$40") == 1
