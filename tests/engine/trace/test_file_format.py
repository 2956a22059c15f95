"""FORMAT.md: it says what the code does, and another program can read a file by it alone."""

import ast
import enum
import types
import typing
from pathlib import Path

import msgspec
import pytest

import engine.trace.file
from engine.trace import batch, control, execution, facts, outcome
from engine.trace.file import read_recording, write_recording
from engine.trace.file.frames import VERSION, Totals
from engine.trace.recording import Recording
from tests.engine.trace import independent_reader
from tests.engine.trace.made import chain
from tests.engine.trace.test_execution_facts import described
from tests.engine.trace.test_file_versions import CORPUS
from tests.support.recordings import starter_recording

PAGE = Path(engine.trace.file.__file__).with_name("FORMAT.md").read_text(encoding="utf-8")
IDS = {
    "StepIndex": "step",
    "ValueId": "value",
    "TensorId": "tensor",
    "StorageId": "storage",
    "GradNodeId": "node",
    "ModuleCallId": "module",
    "RegionId": "region",
    "BackwardCallId": "call",
}
PLAIN = {int: "int", str: "text", bool: "bool", float: "float"}
ROOMS = (facts, control, execution, batch, outcome)


def written_type(kind: typing.Any) -> str:
    """A type in the notation of the page."""
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) in {typing.Union, types.UnionType}:
        (present,) = [argument for argument in arguments if argument is not type(None)]
        return f"{written_type(present)}?"
    if typing.get_origin(kind) is tuple:
        return f"{written_type(arguments[0])}*"
    if isinstance(kind, typing.NewType):
        return IDS[kind.__name__]
    return PLAIN.get(kind) or str(kind.__name__)


def structs() -> list[type[msgspec.Struct]]:
    found = [kind for room in ROOMS for kind in vars(room).values() if isinstance(kind, type)]
    return [kind for kind in dict.fromkeys(found) if issubclass(kind, msgspec.Struct)
            and kind not in {msgspec.Struct, facts.Fact}] + [Totals]  # fmt: skip


def test_the_page_lists_every_field_of_every_fact_in_order() -> None:
    page = independent_reader.fields_in(PAGE)
    assert set(page) == {kind.__name__ for kind in structs()}
    for kind in structs():
        expected = [
            (field.name, written_type(field.type), field.default is not msgspec.NODEFAULT)
            for field in msgspec.structs.fields(kind)
        ]
        found = [(name, label, default is not ...) for name, label, default in page[kind.__name__]]
        assert found == expected, f"FORMAT.md must describe {kind.__name__} as it is"


def test_the_page_lists_every_word() -> None:
    kinds = {kind for room in ROOMS for kind in vars(room).values() if isinstance(kind, enum.EnumMeta)}
    for kind in kinds - {enum.StrEnum, enum.Enum}:
        row = f"| `{kind.__name__}` | {', '.join(f'`{word.value}`' for word in kind)} |"
        assert row in PAGE, f"FORMAT.md must list the words of {kind.__name__}; a new word needs a new version"


def test_the_page_is_about_the_present_version() -> None:
    assert PAGE.startswith(f"# The recording file, version {VERSION}\n")


def test_the_reader_made_from_the_page_shares_no_code() -> None:
    tree = ast.parse(Path(independent_reader.__file__).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"re", "struct", "zlib", "pathlib", "typing", "msgspec"}


def named(fact: object) -> object:
    """A fact as plain dicts and lists with names."""
    if isinstance(fact, msgspec.Struct):
        return {name: named(getattr(fact, name)) for name in fact.__struct_fields__}
    if isinstance(fact, tuple | list):
        return [named(element) for element in fact]
    return fact.value if isinstance(fact, enum.Enum) else fact


@pytest.mark.parametrize("make", [starter_recording, described, lambda: chain(4000)])
def test_another_program_reads_a_file_by_the_page_alone(tmp_path: Path, make: "typing.Callable[[], Recording]") -> None:
    path = tmp_path / "run.chainrule"
    write_recording(path, make())
    compare(path, VERSION)


@pytest.mark.parametrize("path", sorted((CORPUS / "version-1").glob("*.chainrule")), ids=lambda path: path.stem)
def test_another_program_reads_older_files_by_the_page_alone(path: Path) -> None:
    compare(path, 1)


SEQUENCES = (
    "steps",
    "values",
    "grad_nodes",
    "grad_edges",
    "backward_calls",
    "module_calls",
    "regions",
    "decisions",
    "outputs",
    "failures",
    "stops",
)


def apply_links(other: independent_reader.File) -> None:
    """Write the links into what they name, as the page says."""
    steps, values = other.facts("steps"), other.facts("values")
    for link in other.facts("grad_links"):
        if link["value"] is not None:
            values[link["value"]] |= {"grad_node": link["node"], "grad_slot": link["slot"]}
        if link["step"] is not None:
            steps[link["step"]] |= {"grad_node": link["node"]}


def compare(path: Path, version: int) -> None:
    other, recording = independent_reader.File(path, PAGE), read_recording(path)
    assert other.version == version
    assert other.info == named(recording.info)
    if other.outcome is not None:
        assert other.outcome == named(recording.outcome)
    apply_links(other)
    for name in SEQUENCES:
        assert other.facts(name) == named(getattr(recording, name)), name
    assert [recording.info.filename, *other.facts("files")] == recording.files
    for data in other.facts("data"):
        if data["absence"] is None:
            expected = recording.store.read(data["offset"], data["nbytes"])
            assert other.stored(data["offset"], data["nbytes"]) == expected
    assert len(other.facts("data")) == sum(recording.data(value.id) is not None for value in recording.values)
    if other.totals is not None:
        assert (other.totals["steps"], other.totals["values"]) == (len(recording), len(recording.values))
