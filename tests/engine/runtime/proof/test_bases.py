"""Gradients that flow through the whole which a view belongs to are computed again."""

import pytest

from engine.protocol.proof import Check, Verdict
from tests.engine.runtime.proof.proving import alike, proven, recorded, steps_named, with_bytes_of

PROGRAMS = {
    "a row scaled": """
x, k = torch.randn(4, 4, requires_grad=True), torch.randn(4, requires_grad=True)
y = x.clone()
a = y[0]
a.mul_(k)
y[1] = k * 2
((y * y).sum() + a.sum()).backward()
""",
    "a column, strided": """
x = torch.randn(4, 3, requires_grad=True)
y = x * 2
y[:, 1].exp_()
y.pow(2).sum().backward()
""",
    "a slice through a clamp": """
x = torch.randn(6, requires_grad=True)
y = x.sin()
y[2:5].clamp_(-0.5, 0.5)
y.sum().backward()
""",
    "read afterwards": """
x = torch.randn(4, 4, requires_grad=True)
y = x.clone()
a = y[2]
y.mul_(3)
(a * a).sum().backward()
""",
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_every_gradient_is_proven(text: str) -> None:
    report = proven(recorded(text))
    assert report.failures == []
    assert report.of(Verdict.NOT_CHECKED, Check.DERIVATIVE) == []
    assert report.of(Verdict.PROVEN, Check.SLOPE)


def test_a_wrong_gradient_for_the_whole_is_found() -> None:
    recording = recorded(PROGRAMS["a column, strided"])
    sent = steps_named(recording, "CopySlices")[0].outputs[0]
    assert sent is not None
    other = alike(recording, sent, [value.id for value in recording.values])[0]
    found = proven(with_bytes_of(recording, sent, other)).failures
    assert Check.DERIVATIVE in {check for check, _, _ in found}


def test_where_the_whole_was_never_seen_it_says_so() -> None:
    report = proven(
        recorded(
            "x = torch.randn(4, 4, requires_grad=True)\ny = x.clone()\na, b = y[0], y[1]\n"
            "a.mul_(2)\nb.add_(1)\ny.sum().backward()\n"
        )
    )
    assert report.failures == []
    assert "it runs on the base of a view that cannot be told from the recording" in report.reasons
