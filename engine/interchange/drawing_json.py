"""A drawing as plain data, for ``render -o OUT.json`` and for tests."""

from typing import TypeAlias

from engine.drawing.drawing import Drawing, NodeBox, Rect

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

VERSION = 1


def drawing_json(drawing: Drawing) -> dict[str, Json]:
    """Return nodes, edges, frames and lanes with their geometry in logical pixels.

    ``nodes`` have ``key``, ``kind``, ``title``, ``subtitle``, ``step``, ``value`` (an id or null), ``group``,
    ``mirrors`` and ``rect`` (x, y, width, height); ``edges`` have ``source``, ``target``, ``kind``, the slots,
    ``value`` and ``points`` (a start, then control, control, end of each cubic Bezier piece).
    """
    return {
        "version": VERSION,
        "direction": drawing.direction.value,
        "bounds": _rect(drawing.bounds),
        "nodes": [_node(box) for box in drawing.nodes],
        "edges": [
            {
                "source": path.edge.source,
                "target": path.edge.target,
                "kind": path.edge.kind.value,
                "source_slot": path.edge.source_slot,
                "target_slot": path.edge.target_slot,
                "value": path.edge.value,
                "step": path.edge.step,
                "label": path.edge.label,
                "points": [[round(x, 2), round(y, 2)] for x, y in path.points],
            }
            for path in drawing.edges
        ],
        "groups": [
            {
                "key": frame.group.key,
                "title": frame.group.title,
                "subtitle": frame.group.subtitle,
                "parent": frame.group.parent,
                "rect": _rect(frame.rect),
            }
            for frame in drawing.frames
        ],
        "lanes": [{"text": lane.text, "position": list(lane.position)} for lane in drawing.lanes],
    }


def _node(box: NodeBox) -> Json:
    node = box.node
    return {
        "key": node.key,
        "kind": node.kind.value,
        "category": node.category.value,
        "title": node.title,
        "subtitle": node.subtitle,
        "step": node.step,
        "last_step": node.last_step,
        "value": node.value,
        "grad_node": node.grad_node,
        "group": node.group,
        "stands_for": node.stands_for,
        "mirrors": node.mirrors,
        "count": node.count,
        "rect": _rect(box.rect),
    }


def _rect(rect: Rect) -> list[Json]:
    return [round(rect.x, 2), round(rect.y, 2), round(rect.width, 2), round(rect.height, 2)]
