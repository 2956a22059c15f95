"""What the program's text says at a span."""

import pytest

from engine.trace.facts import Span
from engine.trace.source import factory_name, source_text

LINES = ["noise = x + torch.randn_like(", "    x,", ")", "torch.tensor([1.0])", "-torch.ones(2)"]


def test_text_of_several_lines() -> None:
    assert source_text(LINES, Span(0, 1, 12, 3, 1)) == "torch.randn_like( x, )"
    assert source_text(LINES, Span(0, 1, 0, 1, 5)) == "noise"


@pytest.mark.parametrize("span", [None, Span(1, 1, 0, 1, 5), Span(0, 90, 0, 90, 5)])
def test_unknown_text(span: Span | None) -> None:
    assert source_text(LINES, span) == ""
    assert factory_name(LINES, span) == ""


@pytest.mark.parametrize(
    ("span", "name"),
    [(Span(0, 1, 12, 3, 1), "randn_like"), (Span(0, 4, 0, 4, 19), ""), (Span(0, 5, 0, 5, 14), "")],
)
def test_name_of_a_factory(span: Span, name: str) -> None:
    assert factory_name(LINES, span) == name
