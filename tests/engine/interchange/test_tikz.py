"""Drawings as TikZ: every box and arrow there, names of every kind harmless, LaTeX takes it where LaTeX is."""

import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.drawing import arrange
from engine.interchange.tikz import latex, tikz_text
from gui.theme.tokens import LIGHT
from tests.engine.interchange.test_pictures import named, view_of
from tests.support.made import mlp
from tests.support.recordings import starter_recording

PREAMBLE = r"\documentclass{article}\usepackage{tikz}"


def text_of(recording, step):
    return tikz_text(arrange(view_of(recording)), step, LIGHT)


def test_every_box_and_every_arrow_is_drawn():
    drawing = arrange(view_of(mlp()))
    text = tikz_text(drawing, len(mlp()) - 1, LIGHT)
    assert text.count("rectangle") == len(drawing.nodes) + len(drawing.frames) + 2  # page and its ground
    assert text.count(".. controls") >= sum(edge.edge.kind.value != "saved" for edge in drawing.edges)


def test_what_has_not_happened_is_faded_and_the_current_step_stands_out():
    text = text_of(starter_recording(), 5)
    assert text.count("craccent") == 2  # defined once, used once
    assert "opacity=0.38" in text


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=30))
def test_no_name_breaks_the_document(name):
    assert not re.search(r"(?<!\\)[%#&_]", latex(name).replace(r"\_", ""))
    plain = re.sub(r"\\[{}]", "", latex(name))
    assert plain.count("{") == plain.count("}")
    assert text_of(named(name), 1).endswith("\\end{document}\n")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX here")
@pytest.mark.parametrize("name", ["x_1", "50% & #", "{}^~\\", "größe", "∂y/∂x"])
def test_latex_takes_it(tmp_path, name):
    text = text_of(named(name), 1)
    (tmp_path / "graph.tex").write_text(PREAMBLE + text[text.index("\n") :])
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "graph.tex"]
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-800:]
