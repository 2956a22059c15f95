"""Marks change nothing but what is known: the program does, says and computes what it does without them."""

import ast
import inspect
import linecache
import traceback
from types import CodeType
from typing import Any

import pytest
import torch

from engine.program.source import SourceMap
from engine.runtime.recorder import Recorder, RecorderOptions
from engine.runtime.worker.marked_text import TextMarker
from engine.trace.bytestore import MemoryBytes
from tests.support.recorded import FILENAME, run_bare

ODD = '''"""Doc of the module."""
from __future__ import annotations
import traceback
log = []
class Box:
    """Doc of the class."""
    limit: NotDefined = 3
    def __init__(self):
        self.__hidden = 1
    def grow(self, by: AlsoNotDefined = 2):
        """Doc of grow."""
        for _ in range(2):
            self.__hidden += by
        return self.__hidden
    @property
    def big(self):
        return self.__hidden > 3
total = 0
def count(step):
    global total
    def inner():
        nonlocal step
        step += 1
        return step
    total += inner()
    return total
def numbers(n):
    """Doc of numbers."""
    for k in range(n):
        got = yield k
        if got is not None:
            log.append(("got", got))
    return "done"
def both():
    ended = yield from numbers(2)
    log.append(ended)
def early():
    try:
        for k in range(5):
            for j in range(5):
                if j == 2: break
                if k == 3: return k, j
            else:
                log.append("never")
    finally:
        log.append("finally")
def fails():
    for k in range(3):
        if k == 1:
            raise ValueError(f"at {k}")
class Closing:
    def __enter__(self): return self
    def __exit__(self, *error): log.append(error[0]); return True
async def waits(n):
    return n + 1
async def all_of():
    found = []
    async for k in ticks():
        found.append(await waits(k))
    return found, [await waits(k) for k in range(2)]
async def ticks():
    for k in range(3):
        yield k
def local_names(a):
    for b in [1]:
        c = a + b
    return sorted(locals())
box = Box()
log += [box.grow(), box.big, count(3), count(4), list(both()), early(), list(numbers(3))]
g = numbers(3); next(g); log.append(g.send("x")); g.close()
g = numbers(3); next(g)
try: g.throw(KeyError("k"))
except KeyError as error: log.append(repr(error))
with Closing(): fails()
try: fails()
except ValueError as error:
    log.append([(f.name, f.lineno, f.line) for f in traceback.extract_tb(error.__traceback__)])
import asyncio
log.append(asyncio.run(all_of()))
log.append(local_names(1))
log.append([Box.grow.__doc__, numbers.__doc__, Box.__doc__, __doc__, Box.__annotations__, Box.grow.__annotations__])
squares = [k * k for k in range(4) if k % 2]
pick = (lambda v: v and not v > 3)(2)
log.append(sorted(name for name in globals() if name not in ("log", "error")))
'''


def marked_code(text: str, source: SourceMap) -> CodeType:
    blocks = TextMarker(source, pytest.fail).statements(text, FILENAME)
    assert blocks is not None
    return compile(ast.Module([node for block in blocks for node in block], []), FILENAME, "exec")


def run_marked(text: str) -> dict[str, Any]:
    source = SourceMap(FILENAME, text)
    variables: dict[str, Any] = {"__name__": "__main__"}
    code = marked_code(text, source)
    with Recorder(RecorderOptions(), MemoryBytes(), source):
        exec(code, variables)
    return variables


@pytest.fixture(autouse=True)
def lines_of_the_program() -> None:
    linecache.cache[FILENAME] = (len(ODD), None, ODD.splitlines(keepends=True), FILENAME)


def test_all_of_the_language_does_what_it_does_without_marks() -> None:
    bare, marked = run_bare(ODD), run_marked(ODD)
    assert marked["log"] == bare["log"]
    assert marked["squares"] == bare["squares"]
    assert marked["pick"] == bare["pick"]
    assert inspect.getsource(marked["numbers"]) == inspect.getsource(bare["numbers"])
    assert inspect.signature(marked["count"]) == inspect.signature(bare["count"])


def test_every_instruction_lies_in_the_text_of_the_person() -> None:
    text_lines = ODD.split("\n")
    waiting = [marked_code(ODD, SourceMap(FILENAME, ODD))]
    while waiting:
        code = waiting.pop()
        waiting += [part for part in code.co_consts if isinstance(part, CodeType)]
        for line, end_line, column, end_column in code.co_positions():
            if line and end_line and column is not None and end_column is not None:
                assert 0 <= column <= len(text_lines[line - 1])
                assert 0 <= end_column <= len(text_lines[end_line - 1])


def test_errors_show_no_frame_of_ours() -> None:
    text = "def f(n):\n    for k in range(n):\n        if k == 1:\n            1 / 0\n    return n\nf(3)\n"
    with pytest.raises(ZeroDivisionError) as caught:
        run_marked(text)
    frames = [frame for frame in traceback.extract_tb(caught.value.__traceback__) if frame.filename == FILENAME]
    assert [(frame.name, frame.lineno) for frame in frames] == [("<module>", 6), ("f", 4)]
    assert traceback.extract_tb(caught.value.__traceback__)[-1].filename == FILENAME


def test_running_out_of_stack_is_the_error_of_the_program() -> None:
    text = "def f(n):\n    return f(n + 1)\nf(0)\n"
    with pytest.raises(RecursionError, match=r"^maximum recursion depth exceeded$"):
        run_marked(text)


def test_a_text_that_cannot_be_marked_runs_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("engine.runtime.worker.marked_text.Instrumenter.mark", broken)
    notes: list[str] = []
    assert TextMarker(SourceMap(FILENAME, "x = 1"), notes.append).statements("x = 1", FILENAME) is None
    assert len(notes) == 1
    assert "not recorded" in notes[0]


COMPILED = """
import torch
counted = []
def backend(graph, inputs):
    counted.append(len(list(graph.graph.nodes)))
    return graph.forward
@torch.compile(backend=backend)
def f(x):
    for k in range(3):
        x = helper(x) + k
    if k > 5:
        return x
    return x * 2
def helper(v):
    while True:
        v = v.sin()
        break
    return v
y = f(torch.ones(3))
"""


def test_compiled_code_has_no_more_graphs_than_without_marks() -> None:
    torch._dynamo.reset()
    bare = run_bare(COMPILED)
    torch._dynamo.reset()
    marked = run_marked(COMPILED)
    torch._dynamo.reset()
    assert marked["counted"] == bare["counted"]
    assert len(marked["counted"]) == 1
    assert torch.equal(marked["y"], bare["y"])


TRANSLATED = """
import torch
from torch import fx
class Net(torch.nn.Module):
    def forward(self, x):
        for k in range(2):
            x = self.step(x, k)
        return x
    def step(self, x, k: int):
        if k > 0:
            return x * 2
        return x + 1
names = [node.name for node in fx.symbolic_trace(Net()).graph.nodes]
exported = [n.name for n in torch.export.export(Net(), (torch.ones(2),), strict=True).graph.nodes]
traced = [node.kind() for node in torch.jit.trace(Net(), torch.ones(2)).graph.nodes()]
def plain(x: torch.Tensor):
    for k in range(2):
        x = x * k
    return x
scripted = torch.jit.script(plain)(torch.ones(2))
mapped = torch.func.vmap(torch.func.grad(lambda v: plain(v).sum()))(torch.ones(3, 2))
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_translators_of_programs_see_what_they_see_without_marks() -> None:
    linecache.cache[FILENAME] = (len(TRANSLATED), None, TRANSLATED.splitlines(keepends=True), FILENAME)
    bare = run_bare(TRANSLATED)
    source = SourceMap(FILENAME, TRANSLATED)
    marked: dict[str, Any] = {"__name__": "__main__"}
    exec(marked_code(TRANSLATED, source), marked)
    for name in ("names", "exported", "traced"):
        assert marked[name] == bare[name]
    assert torch.equal(marked["scripted"], bare["scripted"])
    assert torch.equal(marked["mapped"], bare["mapped"])
