"""From positions in bytecode to spans of text, and names at spans."""

import sys
from typing import Any

import pytest

from engine.program.names import NameSites
from engine.program.source import SourceMap
from engine.trace.facts import Span


class Probe:
    """Notes where its operators are used."""

    def __init__(self, source: SourceMap) -> None:
        self.source = source
        self.texts: list[str] = []

    def note(self, *_: Any) -> "Probe":
        frame = sys._getframe(1)
        span = self.source.span(frame.f_code, frame.f_lasti)
        assert span is not None
        self.texts.append(cut(self.source.text(0), span))
        return self

    __mul__ = __rmul__ = __add__ = __pow__ = __neg__ = __getitem__ = __call__ = __matmul__ = __iadd__ = note

    def __setitem__(self, key: object, value: object) -> None:
        self.note.__func__(self)  # type: ignore[attr-defined]


def cut(text: str, span: Span) -> str:
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("y = 2 * x + 1", ["2 * x", "2 * x + 1"]),
        ("z = x**2 + x**3", ["x**2", "x**3", "x**2 + x**3"]),
        ("z = (-x)[0]", ["-x", "(-x)[0]"]),
        ("é = 'ü' * 2; z = x * 'ñandú'; y = x + é", ["x * 'ñandú'", "x + é"]),
        ("z = (x *\n     2)", ["x *\n     2"]),
        ("x += 1", ["x += 1"]),
        ("z = x(x @ x)", ["x @ x", "x(x @ x)"]),
        ("def f(v):\n\treturn v * 2\nz = f(x)", ["v * 2"]),
    ],
)
def test_spans_are_exact_sub_expressions(text: str, texts: list[str]) -> None:
    source = SourceMap("some_program.py", text)
    probe = Probe(source)
    exec(compile(text, "some_program.py", "exec"), {"x": probe})
    assert probe.texts == texts


def test_a_form_feed_ends_no_line() -> None:
    text = "a = 'x\x0cy'\nz = x * 2"
    source = SourceMap("some_program.py", text)
    probe = Probe(source)
    exec(compile(text, "some_program.py", "exec"), {"x": probe})
    assert probe.texts == ["x * 2"]


def test_further_files_get_the_next_index() -> None:
    source = SourceMap("program.py", "x = 1\n")
    assert source.index_of("program.py") == 0
    assert source.new_files() == ()
    assert source.index_of(__file__) == 1
    assert source.new_files() == (__file__,)
    assert source.new_files() == ()
    assert source.text(1).startswith('"""From positions')
    assert source.text(source.index_of("/no/such/file.py")) == ""


def site_of(text: str, expression: str) -> Any:
    sites = NameSites(text)
    line = next(number for number, row in enumerate(text.split("\n")) if expression in row)
    column = text.split("\n")[line].index(expression)
    return sites.at(Span(0, line + 1, column, line + 1, column + len(expression)))


@pytest.mark.parametrize(
    ("text", "expression", "targets"),
    [
        ("y = f(x)", "f(x)", ("y",)),
        ("y = z = f(x)", "f(x)", ("y", "z")),
        ("a, (b, c) = f(x)", "f(x)", (("a", ("b", "c")),)),
        ("a, b = f(x), g(x)", "g(x)", ("b",)),
        ("self.h[0] = f(x)", "f(x)", ("self.h[0]",)),
        ("if (n := f(x)): pass", "f(x)", ("n",)),
        ("y: int = f(x)", "f(x)", ("y",)),
        ("t[f(y)] = f(x)", "f(x)", (None,)),
    ],
)
def test_targets(text: str, expression: str, targets: tuple[Any, ...]) -> None:
    assert site_of(text, expression).targets == targets


@pytest.mark.parametrize(
    ("text", "receiver", "operands"),
    [
        ("a.b + c[1]", None, ("a.b", "c[1]")),
        ("-a", None, ("a",)),
        ("a < b", None, ("a", "b")),
        ("m.x.f(a, 2, b.c)", "m.x.f", ("a", None, "b.c")),
        ("x.T", "x", ()),
        ("x[0]", "x", ()),
    ],
)
def test_operands(text: str, receiver: str | None, operands: tuple[str | None, ...]) -> None:
    site = site_of(text, text)
    assert (site.receiver, site.operands) == (receiver, operands)


def test_a_for_statement_is_narrowed_to_what_it_goes_over() -> None:
    sites = NameSites("for row in rows:\n    use(row)\n")
    assert sites.exact(Span(0, 1, 0, 2, 12)) == Span(0, 1, 11, 1, 15)
    assert sites.exact(Span(0, 2, 4, 2, 12)) == Span(0, 2, 4, 2, 12)


def test_a_text_with_a_syntax_error_has_no_names() -> None:
    assert NameSites("x = = 2").at(Span(0, 1, 0, 1, 1)) is None
