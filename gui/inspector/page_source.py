"""The Source page: the lines of the program that made it."""

from engine.trace.facts import Span, Step
from engine.trace.recording import Recording
from engine.trace.whereabouts import decision_place, decision_text, region_text, regions_around
from gui.inspector.blocks import Block, Code, Paragraph, Piece, Row, plain
from gui.inspector.cost_rows import cost_rows, executed_blocks
from gui.inspector.subject import ModuleSubject, StretchSubject, Subject, ValueSubject

_AROUND = 3
_MOST_DECISIONS = 5


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
        blocks += _around(recording, step)
        if step.module is not None:
            call = recording.module_calls[step.module]
            blocks.append(Row("Module", (Piece(call.path), Piece(f" · call {call.call + 1}", is_muted=True))))
        blocks += _decisions(recording, step)
        blocks += [*cost_rows(recording, step.index), *executed_blocks(recording, step.index)]
    return tuple(blocks)


def _around(recording: Recording, step: Step) -> list[Block]:
    """Return the functions and loop rounds that a step ran in, the innermost first."""
    texts = [region_text(region) for region in regions_around(recording, step.region)]
    if not texts and step.function and step.function != "<module>":
        texts = [f"{step.function}()"]
    return [Row("Inside" if place == 0 else "", plain(text)) for place, text in enumerate(texts)]


def _decisions(recording: Recording, step: Step) -> list[Block]:
    """Return what the program decided by the tensors that a step made."""
    made = {value for value in step.outputs if value is not None}
    found = [decision for decision in recording.decisions if decision.value in made]
    rows: list[Block] = []
    for place, decision in enumerate(found[:_MOST_DECISIONS]):
        where = Piece(f" · {decision_place(recording, decision)}", is_muted=True)
        rows.append(Row("Decides" if place == 0 else "", (Piece(decision_text(decision)), where)))
    if len(found) > _MOST_DECISIONS:
        rows.append(Row("", (Piece(f"and {len(found) - _MOST_DECISIONS} more", is_muted=True),)))
    return rows


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
