"""The same picture of another iteration: everything stays where it was, so that only states and numbers change."""

from dataclasses import replace

from engine.drawing.arrange import arrange
from engine.drawing.drawing import Drawing, EdgePath, NodeBox
from engine.graph.view import ViewGraph


def arranged_like(view: ViewGraph, drawn: Drawing) -> Drawing:
    """Return ``view`` placed as ``drawn``, the drawing of another iteration; placed anew where the graphs differ."""
    if not _is_alike(view, drawn):
        return arrange(view, drawn.direction)
    groups = {group.key: group for group in view.groups}
    return replace(
        drawn,
        nodes=tuple(NodeBox(node, box.rect) for node, box in zip(view.nodes, drawn.nodes, strict=True)),
        edges=tuple(EdgePath(edge, path.points) for edge, path in zip(view.edges, drawn.edges, strict=True)),
        frames=tuple(replace(frame, group=groups[frame.group.key]) for frame in drawn.frames),
    )


def _is_alike(view: ViewGraph, drawn: Drawing) -> bool:
    if len(view.edges) != len(drawn.edges) or not {frame.group.key for frame in drawn.frames} <= {
        group.key for group in view.groups
    }:
        return False
    if [node.key for node in view.nodes] != [box.node.key for box in drawn.nodes]:
        return False
    return all(
        (edge.source, edge.target, edge.kind) == (path.edge.source, path.edge.target, path.edge.kind)
        for edge, path in zip(view.edges, drawn.edges, strict=True)
    )
