"""What the tooltip of a node says."""

from html import escape

from engine.drawing.state import StepState
from engine.graph.view import NodeKind, ViewNode
from engine.trace.facts import Span
from engine.trace.numbers import duration_text
from gui.canvas.valuebook import ValueBook


def tooltip_of(node: ViewNode, state: StepState, book: ValueBook) -> str:
    """Return the tooltip as rich text: title, one-line summary, source line."""
    lines = [f"<b>{escape(node.title)}</b> {escape(_what(node, book))}".rstrip()]
    if state is StepState.FUTURE:
        lines.append("has not happened yet")
    elif node.value is not None:
        lines.append(escape(book.line(node.value)))
    source = _source(node, book)
    if source:
        lines.append(escape(source))
    return "<div style='white-space: nowrap'>" + "<br/>".join(lines) + "</div>"


def _what(node: ViewNode, book: ValueBook) -> str:
    if node.kind is NodeKind.GROUP:
        return f"{node.subtitle} · {node.count} ops · double-click to open"
    if node.step is None:
        return node.subtitle
    step = book.recording.steps[node.step] if node.step < len(book.recording) else None
    took = "" if step is None or node.kind is NodeKind.FAILED else f"{duration_text(step.duration_ns)}"
    return " · ".join(part for part in (node.subtitle, f"step {node.step}", took) if part)


def span_of(node: ViewNode, book: ValueBook) -> Span | None:
    """Return the piece of source text that a node comes from."""
    recording = book.recording
    if node.kind is NodeKind.FAILED:
        return recording.failures[-1].span if recording.failures else None
    if node.step is not None and node.step < len(recording):
        return recording.steps[node.step].span
    return None if node.value is None else recording.values[node.value].span


def _source(node: ViewNode, book: ValueBook) -> str:
    span = span_of(node, book)
    if span is None:
        return ""
    if span.file != 0:
        return f"{book.recording.files[span.file]}:{span.line}"
    lines = book.recording.info.program.splitlines()
    text = lines[span.line - 1].strip() if span.line <= len(lines) else ""
    return f"line {span.line}: {text if len(text) <= 90 else text[:89] + '…'}"
