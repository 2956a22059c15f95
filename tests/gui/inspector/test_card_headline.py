"""The headline of the chain-rule card."""

import pytest
from PySide6.QtWidgets import QLabel

from gui.inspector.card_content import CardContent
from gui.inspector.card_headline import CardHeadline
from gui.theme.tokens import LIGHT


@pytest.mark.parametrize("formula", ["", "∂loss/∂a = ∂loss/∂c", "∂loss/∂a = " + " + ".join(["∂loss/∂c · b"] * 9)])
def test_the_title_stands_at_the_left_with_and_without_a_formula(qtbot, formula):
    headline = CardHeadline()
    qtbot.addWidget(headline)
    headline.resize(500, 40)
    content = CardContent(lead="Chain rule at", title="mul", formula=formula, equations=(), sentences=(), verdict="")
    headline.show_content(content, LIGHT)
    headline.show()
    qtbot.waitExposed(headline)
    title = next(label for label in headline.findChildren(QLabel) if "mul" in label.text())
    assert title.x() == 0
