"""The Source page: the lines of the program that made it."""

from engine.trace.facts import Span
from engine.trace.numbers import duration_text
from engine.trace.recording import Recording
from gui.inspector.blocks import Block, Code, Paragraph, Row, plain
from gui.inspector.subject import ModuleSubject, StretchSubject, Subject, ValueSubject

_AROUND = 3


def source_page(recording: Recording, subject: Subject) -> tuple[Block, ...]:
    """Return the Source page."""
    span = _span(recording, subject)
    blocks: list[Block] = []
    if span is None:
        blocks.append(Paragraph(plain("The place in the program is not known."), is_muted=True))
    elif span.file != 0:
        name = recording.files[span.file] if span.file < len(recording.files) else "another file"
        blocks.append(Paragraph(plain(f"{name}, line {span.line}"), is_muted=True))
    else:
        lines = recording.info.program.split("\n")
        first = max(1, span.line - _AROUND)
        last = min(len(lines), span.end_line + _AROUND)
        blocks.append(_code(lines[first - 1 : last], first, span))
    if subject.step is not None and not isinstance(subject, (ModuleSubject, StretchSubject)):
        step = recording.steps[subject.step]
        blocks.append(Row("Calls", plain(step.target)))
        if step.function and step.function != "<module>":
            blocks.append(Row("Inside", plain(f"{step.function}()")))
        if step.module is not None:
            blocks.append(Row("Module", plain(recording.module_calls[step.module].path)))
        blocks.append(Row("Time", plain(duration_text(step.duration_ns))))
    return tuple(blocks)


def _code(lines: list[str], first: int, span: Span) -> Code:
    """Take away the indentation that all lines share: the panel is narrow."""
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    indent = min(indents, default=0)
    column, end_column = max(0, span.column - indent), max(0, span.end_column - indent)
    mark = Span(span.file, span.line, column, span.end_line, end_column)
    return Code(tuple(line[indent:] for line in lines), first, mark)


def _span(recording: Recording, subject: Subject) -> Span | None:
    if isinstance(subject, ModuleSubject):
        return recording.module_calls[subject.call].span
    if isinstance(subject, ValueSubject) and subject.step is None:
        return recording.values[subject.value].span
    return None if subject.step is None else recording.steps[subject.step].span
