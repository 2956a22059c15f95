"""The inspector as a person uses it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel

from gui.inspector.blocks import Code, EquationLine, Formula, Numbers, Paragraph, Row, Summary, ToStep, ToValue
from gui.inspector.equation import EquationView
from gui.inspector.pages import Tab
from gui.inspector.panel import InspectorPanel
from gui.inspector.subject import BackwardSubject, GradientSubject, ValueSubject
from gui.model.selection import Origin, Selected
from gui.theme.tokens import ThemeName
from tests.engine.explain.recorded import record_text


@pytest.fixture
def panel(qtbot, models):
    made = InspectorPanel(*models.args())
    qtbot.addWidget(made)
    made.resize(300, 700)
    made.show()
    return made


def _rows(panel):
    return {
        block.label: "".join(piece.text for piece in block.text) for block in panel.blocks if isinstance(block, Row)
    }


def _texts(panel):
    return ["".join(piece.text for piece in block.text) for block in panel.blocks if isinstance(block, Paragraph)]


def test_empty_state_says_what_to_try(panel):
    assert panel.subject is None
    texts = _texts(panel)
    assert texts[0] == "Select a node. Hover for a summary."
    assert len(texts) == 5


def test_it_follows_the_playhead(panel, models):
    models.playhead.seek(2)
    assert panel.subject == ValueSubject(3, 2)
    assert panel.title == "y"
    summary = next(block for block in panel.blocks if isinstance(block, Summary))
    assert summary.text == "[3] f32 cpu · x∈[0, 7] · μ 3.33 σ 3.51 · 1 zero"
    models.playhead.seek(5)
    assert panel.subject == BackwardSubject(5)
    models.playhead.seek(8)
    assert panel.subject == GradientSubject(8, 9, 0)
    assert panel.title == "x.grad"


def test_rows_of_a_value(panel, models):
    models.playhead.seek(2)
    rows = _rows(panel)
    assert rows["Gradient"] == "not yet · arrives at step 6"
    assert rows["Made by"] == "relu(a), a = 2 * x + 1"
    assert rows["Used by"] == "sum (line 5)"
    assert rows["Saved for"] == "ReluBackward0"
    assert rows["Names"] == "y"
    assert rows["Version"] == "0 · own storage, 12 B"
    assert rows["Time"] == "4.1 µs"


def test_a_selection_stays_while_stepping_and_its_gradient_arrives(panel, models):
    models.selection.select(Selected(value=0, origin=Origin.CANVAS))
    models.playhead.seek(3)
    assert panel.title == "x"
    assert _rows(panel)["Gradient"] == "not yet · arrives at step 9"
    models.playhead.seek(8)
    assert panel.title == "x"
    assert _rows(panel)["Gradient"] == "[2, 0, 2]  arrived at step 9"


def test_three_states_of_the_gradient_page(panel, models):
    panel.show_tab(Tab.GRADIENT)
    models.selection.select(Selected(value=0))
    assert _texts(panel) == ["Not yet. It arrives at step 9."]
    models.playhead.seek(8)
    assert any(isinstance(block, Numbers) for block in panel.blocks)
    models.selection.select(Selected(value=9))
    assert _texts(panel)[0] == "None."


def test_backward_step_shows_upstream_local_sent(panel, models):
    models.playhead.seek(5)
    (line,) = [block for block in panel.blocks if isinstance(block, EquationLine)]
    assert line.symbols == ("×", "=")
    assert [term.array.tolist() for term in line.terms] == [[1, 1, 1], [1, 0, 1], [1, 0, 1]]


def test_why_lines_jump(panel, models, qtbot):
    models.playhead.seek(8)
    models.selection.select(Selected(value=0))
    panel.show_tab(Tab.WHY)
    links = [piece.link for block in panel.blocks if isinstance(block, Paragraph) for piece in block.text if piece.link]
    assert links[-1] == ToStep(5)
    panel._view.link_activated.emit(links[-1])
    assert models.playhead.current == 5
    assert models.selection.current.value is None


def test_clicking_a_value_link_selects_it(panel, models, qtbot):
    models.playhead.seek(2)
    panel._view.link_activated.emit(ToValue(0))
    assert models.selection.current == Selected(value=0, origin=Origin.INSPECTOR)
    assert panel.title == "x"


def test_tabs_by_mouse_and_keys(panel, models, qtbot):
    models.playhead.seek(2)
    where = panel.tabs.tab_rects()[Tab.FORMULA].center().toPoint()
    qtbot.mouseClick(panel.tabs, Qt.MouseButton.LeftButton, pos=where)
    assert panel.tabs.current is Tab.FORMULA
    formulas = [block.text for block in panel.blocks if isinstance(block, Formula)]
    assert formulas == ["y = relu(a)", "[0]:  relu(2·1 + 1) = relu(3) = 3", "∂L/∂a = ∂L/∂y · [a > 0]"]
    qtbot.keyClick(panel.tabs, Qt.Key.Key_Right)
    assert panel.tabs.current is Tab.SOURCE
    (code,) = [block for block in panel.blocks if isinstance(block, Code)]
    assert (code.mark.line, code.mark.column, code.mark.end_column) == (4, 4, 25)


@pytest.mark.parametrize("tab", list(Tab))
@pytest.mark.parametrize("name", [ThemeName.LIGHT, ThemeName.DARK])
def test_every_page_of_every_step_paints(panel, models, tab, name):
    models.theme.switch(name)
    panel.show_tab(tab)
    for step in range(-1, 9):
        models.playhead.seek(step)
        assert not panel.grab().isNull()


def test_a_new_recording_replaces_the_page(panel, models):
    models.playhead.seek(2)
    models.document.show_recording(None)
    assert panel.subject is None


def test_a_clicked_element_is_followed_through_the_optimizer(panel, models, qtbot):
    recording = record_text(
        "import torch\nw = torch.tensor([1.0, 2.0], requires_grad=True)\n"
        "opt = torch.optim.SGD([w], lr=0.1, momentum=0.9)\n"
        "(w * w).sum().backward()\nopt.step()\n"
    )
    models.document.show_recording(recording)
    models.playhead.resize(len(recording))
    models.playhead.seek(len(recording) - 1)
    assert panel.title == "SGD.step"
    assert _rows(panel)["Element"].startswith("[1]")
    view = next(v for v in panel.findChildren(EquationView) if not v.isHidden())
    view.resize(280, view.heightForWidth(280))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(6, 30))
    assert _rows(panel)["Element"].startswith("[0]")
    assert _rows(panel)["Step"] == "−lr·v\n−0.1·2 = −0.2"
    assert "✓ the rule gives what torch stored" in _texts(panel)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert _rows(panel)["Element"].startswith("[1]")


def test_a_gradient_is_checked_with_finite_differences(panel, models, qtbot):
    models.playhead.seek(5)
    link = next(piece for b in panel.blocks if isinstance(b, Paragraph) for piece in b.text if "finite" in piece.text)
    label = next(label for label in panel.findChildren(QLabel) if "finite differences" in label.text())
    label.linkActivated.emit(f"element:{link.link.value}:{link.link.element}")
    assert _rows(panel)["Nudged"].startswith("a[")
    assert "✓ The slope is the gradient that torch sent on." in _texts(panel)
    models.playhead.seek(4)
    assert "Nudged" not in _rows(panel)
