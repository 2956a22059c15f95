"""Where in the text each step is: the sub-expression that made it."""

import pytest

from tests.engine.runtime.recorder.programs import HEAD
from tests.support.recorded import record_text

X = HEAD + "x = torch.ones(3, requires_grad=True)\n"


@pytest.mark.parametrize("marks", [False, True], ids=["plain", "marked"])
@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("ys = [x * k + 1 for k in range(1)]", ["x * k", "x * k + 1"]),
        ("ys = {k: x.mul(k) for k in range(1)}", ["x.mul(k)"]),
        ("s = sum(x * k for k in range(1))", ["x * k", "sum(x * k for k in range(1))"]),
        ("f = lambda v: v.exp() + 1\ny = f(x)", ["v.exp()", "v.exp() + 1"]),
        (
            ("def deco(f):\n    def inner(*a):\n        return f(*a) * 2\n    return inner\n"
            "@deco\ndef g(v):\n    return v.sin()\ny = g(x)"),
            ["v.sin()", "f(*a) * 2"],
        ),
        ("def d(t):\n    return lambda f: f\n@d(x * 2)\ndef k(): pass", ["x * 2"]),
        ("y = torch.add(\n    x * 2,\n    x,\n)", ["x * 2", "torch.add(\n    x * 2,\n    x,\n)"]),
        ("y = (\n    x\n    .exp()\n    .sum()\n)", ["x\n    .exp()", "x\n    .exp()\n    .sum()"]),
        ("s = f'a {x.sum() * 2} b {(x + 1).mean():.3f}'", ["x.sum()", "x.sum() * 2", "x + 1", "(x + 1).mean()"]),
        ("éé = f'ü {x.sum()} {x.exp()!r:>10}'", ["x.sum()", "x.exp()"]),
        ("s = f'''\n{x.sum()}\n  ü {x.exp()}\n'''", ["x.sum()", "x.exp()"]),
        ("s = ('abc' f'{x.sum()}' 'd'\n   f'{x.exp()}')", ["x.sum()", "x.exp()"]),
        ("s = f'''a {f\"b {x.sum()} {f'c {x.exp()}'}\"}'''", ["x.sum()", "x.exp()"]),
        ("s = f'{x.sum():{int(x.exp().sum())}.1f}'", ["x.sum()", "x.exp()", "x.exp().sum()"]),
        ("def outer(v):\n    w = v * 2\n    def inner():\n        return w + v\n    return inner()\nouter(x)",
         ["v * 2", "w + v"]),
        ("class A:\n    t = x * 2\n    def m(self, v):\n        return self.t @ v\nA().m(x)", ["x * 2", "self.t @ v"]),
        ("def g(v):\n    yield v + 1\n    yield v * 2\nfor t in g(x):\n    t.exp()",
         ["v + 1", "t.exp()", "v * 2", "t.exp()"]),
        ("import asyncio\nasync def h(v):\n    await asyncio.sleep(0)\n    return v * 3\nasyncio.run(h(x))", ["v * 3"]),
        (("async def h(v):\n    return [w * 2 async for w in v]\nasync def s():\n    yield x\nimport asyncio\n"
         "asyncio.run(h(s()))"), ["w * 2"]),
        ("ok = 0 < x.sum() < 10", ["x.sum()", "0 < x.sum()", "x.sum() < 10"]),
        ("y = x.exp() if x.sum() > 0 else x.log()", ["x.sum()", "x.sum() > 0", "x.exp()"]),
        ("y = x + \\\n    x * 2", ["x * 2", "x + \\\n    x * 2"]),
        ("def f(v):\n    return (v\n        + 1)\nf(x)", ["v\n        + 1"]),
        ("def f(v=x * 2):\n    return v\nf()", ["x * 2"]),
        ("try:\n    x @ x[:2]\nexcept RuntimeError:\n    x.exp()\nfinally:\n    x.sin()",
         ["x[:2]", "x.exp()", "x.sin()"]),
        ("match x.sum():\n    case v if v > 100:\n        v * 2\n    case v:\n        v * 3",
         ["x.sum()", "v > 100", "v * 3"]),
    ],
)  # fmt: skip
def test_every_step_lies_at_its_expression(text: str, pieces: list[str], marks: bool) -> None:
    run = record_text(X + text + "\n", marks=marks)
    assert run.error is None
    assert [run.source(step) for step in run.steps()] == pieces
