"""What the tooltip of an edge says."""

from html import escape

from engine.graph.view import EdgeKind, ViewEdge
from engine.trace.ids import StepIndex
from engine.trace.numbers import bytes_text, number_text
from gui.canvas.scene import Scene
from gui.canvas.valuebook import ValueBook

_WORDS = {
    EdgeKind.DATA: "tensor",
    EdgeKind.PARAMETER: "parameter",
    EdgeKind.GRADIENT: "gradient",
    EdgeKind.SAVED: "kept for the backward pass",
    EdgeKind.VIEW: "view of the same storage",
    EdgeKind.UPDATE: "update by the optimizer",
}


def edge_tip(scene: Scene, index: int, book: ValueBook, step: StepIndex) -> str:
    """Return the tooltip as rich text: from where to where, what flows, its shape, size and norm."""
    edge = scene.edges[index].edge
    source, target = (scene.nodes[scene.index_of[key]].node.title for key in (edge.source, edge.target))
    lines = [f"<b>{escape(source)} → {escape(target)}</b> {escape(_what(edge, book))}".rstrip()]
    is_here = edge.step is None or edge.step <= step
    if not is_here:
        lines.append(f"has not flowed yet (step {(edge.step or 0) + 1})")
    elif edge.value is not None:
        lines.append(escape(book.line(edge.value)))
        lines.append(escape(_size_and_norm(edge, book)))
    return "<div style='white-space: nowrap'>" + "<br/>".join(lines) + "</div>"


def _what(edge: ViewEdge, book: ValueBook) -> str:
    if book.overlay is not None and edge.value is None and edge.kind is EdgeKind.DATA:
        return f"only in {book.overlay.name}"
    name = "" if edge.value is None else next(iter(book.recording.names(edge.value)), "")
    return " ".join(part for part in (edge.label or _WORDS[edge.kind], name) if part)


def _size_and_norm(edge: ViewEdge, book: ValueBook) -> str:
    assert edge.value is not None
    norm = book.norm(edge.value)
    parts = [bytes_text(book.nbytes(edge.value)), "" if norm is None else f"‖·‖ {number_text(norm, 4)}"]
    return " · ".join(part for part in parts if part)
