"""What the doctor makes of what it finds."""

import pytest

from engine.commands.doctor import is_known_broken, report
from engine.commands.findings import Finding, Mark, Section, report_text


@pytest.mark.parametrize(
    ("pyside", "python", "is_broken"),
    [
        ("6.12.0", ("3", "11"), True),
        ("6.12.1", ("3", "10"), True),
        ("6.12.0", ("3", "12"), False),
        ("6.11.3", ("3", "11"), False),
        ("6.8", ("3", "11"), False),
    ],
)
def test_the_pyside_that_aborts_is_known(pyside: str, python: tuple[str, str], is_broken: bool) -> None:
    assert is_known_broken(pyside, python) is is_broken


def test_the_report_is_aligned_and_says_what_to_do() -> None:
    section = Section(
        "Devices",
        (
            Finding(Mark.GOOD, "cpu", "CPU (x86_64)"),
            Finding(Mark.ABSENT, "cuda:0", "no driver was found", "install a driver"),
        ),
    )
    assert report_text([section, Section("Empty", ())]).splitlines() == [
        "Devices",
        "  ok  cpu     CPU (x86_64)",
        "  --  cuda:0  no driver was found",
        "              -> install a driver",
        "",
        "Empty",
    ]


@pytest.mark.worker
def test_something_wrong_makes_the_whole_unusable() -> None:
    text, is_usable = report(Section("Qt", (Finding(Mark.WRONG, "window", "no window can be opened"),)))
    assert not is_usable
    assert "  !!  window  no window can be opened" in text.splitlines()
    assert "  ok  cpu " in text
