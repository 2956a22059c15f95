"""Which way the program went because of a tensor."""

import pytest

from engine.trace.control import Decision
from tests.engine.runtime.recorder.programs import HEAD
from tests.support.recorded import Recorded, record_text

T = HEAD + "import math\nx = torch.ones(3)\nt = torch.tensor(0.5)\nu = torch.tensor(2.0)\n"


def shown(run: Recorded) -> list[str]:
    return [f"{one.kind.value}: {one.text}: {'yes' if one.outcome else 'no'}" for one in run.recording.decisions]


def written(run: Recorded, decision: Decision) -> str:
    span = decision.span
    assert span is not None
    return run.recording.info.program.split("\n")[span.line - 1][span.column : span.end_column]


TENSORS = [
    ("if t > 0: pass", ["if: t = 0.5 > 0: yes"]),
    ("if 0.1 < t: pass", ["if: 0.1 < t = 0.5: yes"]),
    ("if t > u: pass", ["if: t = 0.5 > u = 2: no"]),
    ("if t == 3: pass\nelif t < 1: pass", ["if: t = 0.5 == 3: no", "elif: t = 0.5 < 1: yes"]),
    ("if t and u: pass", ["and: t = 0.5: yes", "if: u = 2: yes"]),
    ("if t > 0 and u > 5 and t: pass", ["and: t = 0.5 > 0: yes", "and: u = 2 > 5: no"]),
    ("if t > 5 or u: pass", ["or: t = 0.5 > 5: no", "if: u = 2: yes"]),
    ("if not t: pass", ["if: not (t = 0.5): no"]),
    ("if not (t and u): pass", ["and: t = 0.5: yes", "if: not (u = 2): no"]),
    ("z = t and u", ["and: t = 0.5: yes"]),
    ("z = not t", ["not: not (t = 0.5): no"]),
    ("z = 0 < t < 1", ["truth: 0 < t = 0.5: yes"]),
    ("if 0 < t < 1: pass", ["if: 0 < t = 0.5: yes", "if: t = 0.5 < 1: yes"]),
    ("while t < 2:\n    t = t + 1", ["while: t = 0.5 < 2: yes", "while: t = 1.5 < 2: yes", "while: t = 2.5 < 2: no"]),
    ("while t.sum():\n    t = t * 0", ["while: t.sum() = 0.5: yes", "while: t.sum() = 0: no"]),
    ("assert t", ["assert: t = 0.5: yes"]),
    ("z = 1 if t else 2", ["if expression: t = 0.5: yes"]),
    ("z = [a for a in (t, u) if a > 1]", ["comprehension filter: a = 0.5 > 1: no",
                                         "comprehension filter: a = 2 > 1: yes"]),
    ("match t:\n    case v if v > 3: pass\n    case v if v: pass", ["match: v = 0.5 > 3: no", "match: v = 0.5: yes"]),
    ("if (y := t): pass", ["if: y = 0.5: yes"]),
    ("if any(x > 3): pass", ["truth: any(x > 3) = False: no"] * 3),
    ("if torch.isnan(x).any(): pass", ["if: torch.isnan(x).any() = False: no"]),
    ("ok = t > u\nif ok: pass", ["if: ok = False: no"]),
    ("if x.shape[0] > 2 and len(x): pass", []),
    ("n = 3\nif n < 4 and int(n) and float('1') < n: pass", []),
    ("t.item()\nx.tolist()\nprint(float(t))", []),
]  # fmt: skip

NUMBERS = [
    ("if t.item() < 0.1: pass", ["if: t.item() = 0.5 < 0.1: no"]),
    ("v = t.item()\nbest = 9\nif v < best: best = v\nif v < best: pass",
     ["if: v = 0.5 < best = 9: yes", "if: v = 0.5 < best = 0.5: no"]),
    ("v = t.item()\nif v < 1 and t: pass", ["and: v = 0.5 < 1: yes", "if: t = 0.5: yes"]),
    ("if bool(t): pass", ["if: bool(t) = True: yes"]),
    ("if torch.equal(t, u): pass", ["if: torch.equal(t, u) = False: no"]),
    ("if math.isnan(t): pass", ["if: math.isnan(t) = False: no"]),
    ("if (x > 0).all().item(): pass", ["if: (x > 0).all().item() = True: yes"]),
    ("if (x.numpy() > 0).all(): pass", ["if: (x.numpy() > 0).all(): yes"]),
    ("def f(l):\n    return l.item() < 0.1\nif f(t): pass", ["if: f(t) = False: no"]),
    (("class S:\n    best = 9\n    def step(self, loss):\n        if loss < self.best:\n            self.best = loss\n"
     "            return True\n        return False\nstop = S()\nwhile stop.step(float(t)): pass"),
     ["if: loss = 0.5 < self.best = 9: yes", "while: stop.step(float(t)) = True: yes",
      "if: loss = 0.5 < self.best = 0.5: no", "while: stop.step(float(t)) = False: no"]),
    ("losses = []\nfor k in range(2):\n    losses.append(float(t))\nif losses[-1] < losses[0]: pass",
     ["if: losses[-1] = 0.5 < losses[0] = 0.5: no"]),
    ("v = t.item()\nz = 1 if not v > 3 else 2", ["if expression: not (v = 0.5 > 3): yes"]),
    ("v = t.item()\nif 0 < v < 1: pass", ["if: 0 < v < 1: yes"]),
    ("v = float('2')\nif v < 3: pass", []),
]  # fmt: skip


@pytest.mark.parametrize("marks", [False, True], ids=["plain", "marked"])
@pytest.mark.parametrize(("text", "wanted"), TENSORS, ids=[text.replace("\n", " ") for text, _ in TENSORS])
def test_tensors_that_are_asked(text: str, wanted: list[str], marks: bool) -> None:
    run = record_text(T + text + "\n", marks=marks)
    assert run.error is None
    assert shown(run) == wanted


@pytest.mark.parametrize(("text", "wanted"), NUMBERS, ids=[text.replace("\n", " ") for text, _ in NUMBERS])
def test_numbers_that_came_out_of_tensors(text: str, wanted: list[str]) -> None:
    run = record_text(T + text + "\n", marks=True)
    assert run.error is None
    assert shown(run) == wanted
    asked = {value for decision in run.recording.decisions if (value := decision.value) is not None}
    assert all(run.recording.names(value) or run.recording.values[value].producer is not None for value in asked)


def test_a_decision_has_its_place_its_tensor_and_its_moment() -> None:
    run = record_text(T + "loss = t * 2\nif not loss.item() < 0.1:\n    y = loss + 1\n", marks=True)
    (decision,) = run.recording.decisions
    assert written(run, decision) == "not loss.item() < 0.1"
    assert decision.value == run.steps()[0].outputs[0]
    assert decision.step == 1
    assert decision.outcome


def test_the_numbers_are_those_of_the_moment() -> None:
    run = record_text(T + "w = t * 1\nif w > 0:\n    w -= 5\nif w > 0: pass\n", marks=True)
    assert shown(run) == ["if: w = 0.5 > 0: yes", "if: w = -4.5 > 0: no"]
