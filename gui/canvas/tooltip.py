"""What the tooltip of a node says."""

from html import escape
from typing import assert_never

from engine.drawing.state import StepState
from engine.graph.view import NodeKind, ViewNode
from engine.trace.facts import Span
from engine.trace.gradients import Arrived, NoGradient, NotYet, gradient_state
from engine.trace.ids import StepIndex
from engine.trace.numbers import duration_text
from gui.canvas.scene import is_backward
from gui.canvas.valuebook import ValueBook


def tooltip_of(node: ViewNode, state: StepState, book: ValueBook, step: StepIndex) -> str:
    """Return the tooltip as rich text: title, one-line summary of the value and of its gradient, source line."""
    lines = [f"<b>{escape(node.title)}</b> {escape(_what(node, book))}".rstrip()]
    if state is StepState.FUTURE:
        lines.append("has not happened yet")
    elif node.value is not None:
        lines.append(escape(book.line(node.value)))
        lines += [escape(line) for line in _gradient_lines(node, book, step)]
    source = _source(node, book)
    if source:
        lines.append(escape(source))
    return "<div style='white-space: nowrap'>" + "<br/>".join(lines) + "</div>"


def _gradient_lines(node: ViewNode, book: ValueBook, step: StepIndex) -> list[str]:
    if node.value is None or is_backward(node) or node.kind is NodeKind.OPTIMIZER:
        return []
    state = gradient_state(book.recording, book.recording.values[node.value], step)
    match state:
        case Arrived():
            return [f"grad {book.line(state.value)}"]
        case NotYet():
            return [f"grad not yet (arrives at step {state.step + 1})"]
        case NoGradient():
            return []
        case _:
            assert_never(state)


def _what(node: ViewNode, book: ValueBook) -> str:
    if node.kind is NodeKind.GROUP:
        return f"{node.subtitle} · {node.count} ops · double-click to open"
    if node.about is None:
        return node.subtitle
    step = book.recording.steps[node.about] if node.about < len(book.recording) else None
    took = "" if step is None or node.kind is NodeKind.FAILED else f"{duration_text(step.duration_ns)}"
    return " · ".join(part for part in (node.subtitle, f"step {node.about + 1}", took) if part)


def span_of(node: ViewNode, book: ValueBook) -> Span | None:
    """Return the piece of source text that a node comes from."""
    recording = book.recording
    if node.kind is NodeKind.FAILED:
        return recording.failures[-1].span if recording.failures else None
    if node.about is not None and node.about < len(recording):
        return recording.steps[node.about].span
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
