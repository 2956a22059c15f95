"""In which function, loop round and group each step ran."""

from typing import Any

import pytest

import engine
from engine.trace.control import RegionKind
from engine.trace.ids import RegionId
from engine.trace.invariants import check_recording
from engine.trace.recording import Recording
from tests.engine.runtime.recorder.programs import HEAD
from tests.support.recorded import Recorded, record_text

X = HEAD + "import asyncio, contextlib, engine, threading\nx = torch.ones(3, requires_grad=True)\n"


def regions_of(run: Recorded) -> list[str]:
    """For each forward step what it lies in, the outermost first."""
    return [around(run.recording, step.region) for step in run.steps() if step.phase == "forward"]


def around(recording: Recording, region: RegionId | None) -> str:
    parts: list[str] = []
    while region is not None:
        fact = recording.regions[region]
        parts.append(f"{fact.name} {fact.call}")
        region = fact.parent
    return " > ".join(reversed(parts))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("for i in range(2):\n    for j in range(2):\n        x * j\n    x + 1\nx.exp()",
         ["for i in range(2) 0 > for j in range(2) 0", "for i in range(2) 0 > for j in range(2) 1",
          "for i in range(2) 0", "for i in range(2) 1 > for j in range(2) 0",
          "for i in range(2) 1 > for j in range(2) 1", "for i in range(2) 1", ""]),
        ("def f(v):\n    return v * 2\nfor i in range(2):\n    f(x)\nf(x)",
         ["for i in range(2) 0 > f 0", "for i in range(2) 1 > f 1", "f 2"]),
        ("def fact(n):\n    if n == 0:\n        return x.exp()\n    return fact(n - 1) * n\nfact(2)",
         ["fact 0 > fact 1 > fact 2", "fact 0 > fact 1", "fact 0"]),
        ("def g():\n    for k in range(2):\n        yield x * k\nfor t in g():\n    t.exp()",
         ["g 0 > for k in range(2) 0", "for t in g() 0", "for t in g() 0 > g 0 > for k in range(2) 1",
          "for t in g() 1"]),
        (("def bad(v):\n    for k in range(3):\n        v * 2\n        if k == 1: raise ValueError\n"
         "try:\n    bad(x)\nexcept ValueError:\n    x.exp()\nx.sin()"),
         ["bad 0 > for k in range(3) 0", "bad 0 > for k in range(3) 1", "", ""]),
        (("def bad(v):\n    v * 2\n    raise ValueError\ndef h():\n    for k in range(2):\n"
         "        with contextlib.suppress(ValueError):\n            bad(x)\n        x.exp()\n    return x.sin()\nh()"),
         ["h 0 > for k in range(2) 0 > bad 0", "h 0 > for k in range(2) 0",
          "h 0 > for k in range(2) 1 > bad 1", "h 0 > for k in range(2) 1", "h 0"]),
        ("for i in range(5):\n    if i == 1: continue\n    if i == 3: break\n    x * i\nelse:\n    x + 1\nx.exp()",
         ["for i in range(5) 0", "for i in range(5) 2", ""]),
        ("for i in range(1):\n    x * i\nelse:\n    x + 1", ["for i in range(1) 0", ""]),
        ("i = 0\nwhile i < 2:\n    i += 1\n    x * i\nx + 1", ["while i < 2 0", "while i < 2 1", ""]),
        (("class Net(nn.Module):\n    def forward(self, v):\n        for k in range(1):\n            v = v * 2\n"
         "        return v\nnet = Net()\nfor e in range(2):\n    net(x)"),
         ["for e in range(2) 0 > Net.forward 0 > for k in range(1) 0",
          "for e in range(2) 1 > Net.forward 1 > for k in range(1) 0"]),
        (("def rec(n):\n    try:\n        if n == 0: raise ValueError\n        rec(n - 1)\n    except ValueError:\n"
         "        x * n\n        raise\n    finally:\n        x + n\n"
         "with contextlib.suppress(ValueError):\n    rec(1)\nx.exp()"),
         ["rec 0 > rec 1", "rec 0 > rec 1", "rec 0", "rec 0", ""]),
        (("async def a(n):\n    await asyncio.sleep(0)\n    y = x * n\n    await asyncio.sleep(0)\n    return y + 1\n"
         "async def m():\n    return await asyncio.gather(a(1), a(2))\nasyncio.run(m())"),
         ["a 0", "a 1", "a 0", "a 1"]),
        (("def work(n):\n    for k in range(1):\n        x * n\nfor n in range(2):\n"
         "    t = threading.Thread(target=work, args=(n,))\n    t.start()\n    t.join()"),
         ["work 0 > for k in range(1) 0", "work 1 > for k in range(1) 0"]),
        ("with engine.group('head'):\n    x * 2\n    with engine.group('inner'):\n        x + 1\nx.exp()",
         ["head 0", "head 0 > inner 0", ""]),
        (("class A:\n    def __private(self):\n        for k in range(1):\n            x * k\n"
         "    def go(self):\n        self.__private()\nA().go()"), ["A.go 0 > A.__private 0 > for k in range(1) 0"]),
        ("ys = [x * i for i in range(2)]\nx.exp()", ["for i in range(2) 0", "for i in range(2) 1", ""]),
        (("def f(v):\n    return v * 2\ndef g():\n    ys = {i: f(x) for i in range(4) if i % 2}\n"
         "    return [y + 1 for y in ys.values()]\nfor e in range(1):\n    g()\nx.exp()"),
         ["for e in range(1) 0 > g 0 > for i in range(4) 1 > f 0",
          "for e in range(1) 0 > g 0 > for i in range(4) 3 > f 1",
          "for e in range(1) 0 > g 0 > for y in ys.values() 0",
          "for e in range(1) 0 > g 0 > for y in ys.values() 1", ""]),
        ("sum(x * i for i in range(2))\nx.exp()",
         ["for i in range(2) 0", "for i in range(2) 0", "for i in range(2) 1", "for i in range(2) 1", ""]),
        ("ys = [[x * j for j in range(i + 1)] for i in range(2)]\nx.exp()",
         ["for i in range(2) 0 > for j in range(i + 1) 0", "for i in range(2) 1 > for j in range(i + 1) 0",
          "for i in range(2) 1 > for j in range(i + 1) 1", ""]),
        (("def bad(v):\n    v * 2\n    raise ValueError\nwith contextlib.suppress(ValueError):\n"
         "    [bad(x) for i in range(2)]\nx.exp()"), ["for i in range(2) 0 > bad 0", ""]),
        ("for i, y in enumerate([x * k for k in range(2)]):\n    y + i",
         ["for k in range(2) 0", "for k in range(2) 1", "for i, y in enumerate([x * k for k in range(2)]) 0",
          "for i, y in enumerate([x * k for k in range(2)]) 1"]),
    ],
    ids=["nested", "function", "recursion", "generator", "raising", "suppressed", "break", "else", "while", "module",
         "handlers", "async", "threads", "groups", "private", "list", "dict and condition", "generator expression",
         "list in list", "raising in a list", "list in a head"],
)  # fmt: skip
def test_regions(text: str, wanted: list[str]) -> None:
    run = record_text(X + text + "\n", marks=True)
    assert run.error is None
    check_recording(run.recording)
    assert regions_of(run) == wanted


def test_heads_of_regions_are_their_spans() -> None:
    text = X + "def f(\n    v,\n):\n    for k in [1]:\n        v * k\nwith engine.group('g'):\n    f(x)\n"
    run = record_text(text, marks=True)
    heads = [(region.kind, region.span) for region in run.recording.regions]
    lines = text.split("\n")
    pieces = [
        lines[span.line - 1][span.column : span.end_column if span.end_line == span.line else None]
        for _, span in heads
        if span is not None
    ]
    assert [kind for kind, _ in heads] == [RegionKind.GROUP, RegionKind.FUNCTION, RegionKind.ITERATION]
    assert pieces == ["engine.group('g')", "def f(", "for k in [1]"]


def test_backward_and_optimizer_steps_lie_where_they_were_called() -> None:
    run = record_text(
        X + "x = nn.Parameter(torch.ones(3))\nopt = torch.optim.SGD([x], lr=0.1)\n"
        "def train():\n    (x * 2).sum().backward()\n    opt.step()\nfor e in range(1):\n    train()\n",
        marks=True,
    )
    assert {around(run.recording, step.region) for step in run.steps()} == {"for e in range(1) 0 > train 0"}


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(20000):\n    pass",
        "def f(a):\n    return a\nfor i in range(5000):\n    for j in range(2):\n        f(i)",
        "def g():\n    for k in range(5000):\n        yield k\nfor k in g():\n    pass",
        "for i in range(5000):\n    try:\n        pass\n    finally:\n        pass",
    ],
    ids=["loop", "calls", "generator", "finally"],
)
def test_rounds_in_which_nothing_is_recorded_take_no_memory(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    program = X + "y = x * 1\n" + body + "\nprobe()\nz = y + 1\n"
    monkeypatch.setattr("builtins.probe", lambda: lengths.append(_length_of_log()), raising=False)
    run = record_text(program, marks=True)
    assert run.error is None
    assert regions_of(run) == ["", ""]
    assert lengths[0] < 100


def _length_of_log() -> int:
    recorders: list[Any] = engine.runtime.recorder.active.RUNNING._running
    return sum(len(log) for log in recorders[0]._logs.values())
