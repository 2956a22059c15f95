"""What a check of this machine finds, as lines of a report."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """How a finding is to be taken."""

    GOOD = "ok"
    ABSENT = "--"
    """Not here, and Chainrule works without it."""
    WRONG = "!!"
    """Chainrule needs it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; ``remedy`` says what to do about what is absent or wrong."""

    mark: Mark
    name: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Findings under one heading."""

    title: str
    findings: tuple[Finding, ...]


def report_text(sections: Iterable[Section]) -> str:
    """Return the report, each section with a heading and aligned columns."""
    return "\n\n".join("\n".join(_section_lines(section)) for section in sections)


def _section_lines(section: Section) -> list[str]:
    width = max((len(finding.name) for finding in section.findings), default=0)
    lines = [section.title]
    for finding in section.findings:
        lines.append(f"  {finding.mark.value}  {finding.name.ljust(width)}  {finding.text}".rstrip())
        if finding.remedy:
            lines.append(f"      {' ' * width}  -> {finding.remedy}")
    return lines
