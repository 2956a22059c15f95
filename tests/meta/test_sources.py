"""What is true of every source file."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.meta.tree import ROOT, name_of, python_files

MAX_LINES = 400
COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})(?![0-9A-Za-z_])")
COLOUR_HOMES = tuple(ROOT / "gui" / "theme" / f"{name}.py" for name in ("tokens", "skins", "ramps", "hues"))
"""Tables of colours: of the themes, of the lecture skins, of the lenses, of classes and lines."""
COLOUR_CALLS = {
    "QColor",
    "qRgb",
    "qRgba",
    "fromRgb",
    "fromRgba",
    "fromRgbF",
    "fromHsv",
    "fromHsvF",
    "fromHsl",
    "setRgb",
}
TOP_LEVEL = {
    "gui", "engine", "assets", "tests", "main.py", "pyproject.toml", "README.md", "ARCHITECTURE.md", "CHANGELOG.md",
    "CONTRIBUTING.md", "LICENSE", "Makefile",
}  # fmt: skip
MADE_BY_TOOLS = {"build", "dist", "chainrule.egg-info", "__pycache__", "shared"}
"""``shared`` is the place for files of those who work together on a checkout; none of them belongs to the project."""
TORCH = "2.13.0"


def lines_in(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_no_file_is_too_long() -> None:
    lengths = {name_of(path): lines_in(path) for path in python_files()}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


def test_most_files_are_short() -> None:
    lengths = sorted(map(lines_in, python_files("engine", "gui")))
    assert lengths[len(lengths) * 3 // 4] < 200


def test_nothing_is_global() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Global)
    ]
    assert found == []


def late_imports(path: Path) -> Iterator[int]:
    """Yield the lines of imports inside functions, except those with a stated reason."""
    lines = path.read_text().splitlines()
    for function in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom) and "PLC0415" not in lines[node.lineno - 1]:
                    yield node.lineno


def test_imports_stand_at_the_top() -> None:
    """Only ``main.py``, the lazy door of ``engine`` and what exists on one system only import inside functions."""
    lazy = {ROOT / "main.py", ROOT / "engine" / "__init__.py"}
    files = (path for path in python_files("engine", "gui") if path not in lazy)
    assert [f"{name_of(path)}:{line}" for path in files for line in late_imports(path)] == []


EXCEPTION = re.compile(
    r"#\s*(?:ruff:\s*)?(?:noqa(?:: [A-Z]+\d+(?:, ?[A-Z]+\d+)*)?|type: ignore(?:\[[\w,-]+\])?)(?P<reason>.*)"
)


@pytest.mark.parametrize(
    ("line", "has_reason"),
    [
        ("a  # noqa: S603 - our own module", True),
        ("a  # noqa: S603, S404  # our own module", True),
        ("a  # type: ignore[arg-type]  # ids are plain numbers", True),
        ("a  # noqa: S603", False),
        ("a  # noqa", False),
        ("a  # type: ignore[arg-type,unused-ignore]", False),
    ],
)
def test_a_missing_reason_is_noticed(line: str, has_reason: bool) -> None:
    match = EXCEPTION.search(line)
    assert match is not None
    assert bool(re.search(r"\w{2}", match["reason"])) is has_reason


def test_every_exception_to_the_checks_has_its_reason() -> None:
    found = []
    for path in python_files("engine", "gui"):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            match = EXCEPTION.search(line)
            if match is not None and not re.search(r"\w{2}", match["reason"]):
                found.append(f"{name_of(path)}:{number}")
    assert found == []


def colour_literals(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, colour) of every colour that is written out in a Python text, comments and docstrings apart."""
    tree = ast.parse(text)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() as words) if id(node) not in docstrings and COLOUR.search(words):
                yield node.lineno, words
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(), *_] as arguments):
                if name in COLOUR_CALLS and all(isinstance(argument, ast.Constant) for argument in arguments):
                    yield node.lineno, ast.unparse(node)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('a = "#2F6FED"', 1),
        ('a = f"color: #2F6FED; {b}"', 1),
        ("a = QColor(255, 0, 0)", 1),
        ('a = QColor("red")', 1),
        ("a = QColor(tokens.accent)", 0),
        ("a = QtGui.QColor.fromRgbF(1.0, 0.0, 0.0)", 1),
        ('"""Colours such as #2F6FED."""', 0),
        ('a = "#12"', 0),
    ],
)
def test_colour_literals_are_found(text: str, count: int) -> None:
    assert len(list(colour_literals(text))) == count


def test_colours_are_written_only_in_the_tokens() -> None:
    found = [
        f"{name_of(path)}:{line}: {colour}"
        for path in python_files("engine", "gui")
        if path not in COLOUR_HOMES
        for line, colour in colour_literals(path.read_text())
    ]
    assert found == []
    assert all(list(colour_literals(home.read_text())) for home in COLOUR_HOMES)


def test_the_top_level_is_as_laid_down() -> None:
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - MADE_BY_TOOLS
    assert found == TOP_LEVEL


def test_torch_is_pinned_to_one_version_wherever_one_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert [line for line in project["dependencies"] if re.match(r"torch\b", line)] == [f"torch=={TORCH}"]
    assert f"torch=={TORCH}" in (ROOT / ".ci" / "constraints.txt").read_text().splitlines()
    pinned = re.compile(r"\btorch\s*(?:==|>=|~=|<=|>|<)\s*(\d[\w.+]*)")
    files = [path for path in _project_texts() if path != Path(__file__)]
    named = {(name_of(path), version) for path in files for version in pinned.findall(path.read_text())}
    assert {version for _, version in named} == {TORCH}


def _project_texts() -> Iterator[Path]:
    yield from python_files()
    for pattern in ("*.md", "*.toml", "Makefile", ".ci/*", "engine/**/*.md"):
        yield from (path for path in ROOT.glob(pattern) if path.is_file())


def test_every_dependency_is_pinned_and_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = dict(
        re.split("==", line.split(";")[0].strip())
        for line in (ROOT / ".ci" / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    )
    pinned = {name.lower().replace("_", "-") for name in pins}
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["test"], *extras["dev"]]
    names = {re.match(r"[\w-]+", line)[0].lower() for line in wanted}
    assert names <= pinned
    reasons = (ROOT / "ARCHITECTURE.md").read_text().lower()
    assert [name for name in names if name not in reasons] == []


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text().splitlines()


def test_the_documents_point_at_files_that_exist() -> None:
    documents = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")
    links = {(name, link) for name in documents for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text())}
    assert {(name, link) for name, link in links if "://" not in link and not (ROOT / link).exists()} == set()
