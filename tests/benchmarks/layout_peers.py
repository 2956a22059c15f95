"""The same boxes and arrows laid out by Graphviz' dot and by dagre, as drawings that can be measured like our own."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from engine.drawing.drawing import Drawing, EdgePath, NodeBox, Point, Rect
from engine.graph.view import EdgeKind, NodeKey

ROOT = Path(__file__).resolve().parents[2]
DAGRE_HOME = ROOT / "build" / "dagre"
"""Where ``npm install --prefix build/dagre @dagrejs/dagre@3.1.3`` puts it."""
FLOW = (EdgeKind.DATA, EdgeKind.PARAMETER, EdgeKind.GRADIENT)
_INCH_PX = 72.0
_DAGRE = """
const dagre = require("@dagrejs/dagre");
const graph = JSON.parse(require("fs").readFileSync(0, "utf8"));
const g = new dagre.graphlib.Graph({multigraph: true});
g.setGraph({rankdir: "TB", nodesep: 30, ranksep: 30});
g.setDefaultEdgeLabel(() => ({}));
graph.nodes.forEach(([w, h], i) => g.setNode(String(i), {width: w, height: h}));
graph.edges.forEach(([a, b], i) => g.setEdge(String(a), String(b), {}, String(i)));
dagre.layout(g);
const at = (p) => [p.x, p.y];
console.log(JSON.stringify({
  nodes: graph.nodes.map((_, i) => at(g.node(String(i)))),
  edges: graph.edges.map(([a, b], i) => g.edge(String(a), String(b), String(i)).points.map(at)),
}));
"""


class PeerError(Exception):
    """A peer did not finish; the message says why, in a few words."""


class PeerTookTooLongError(PeerError):
    """A peer did not finish in time."""


def flow_of(drawing: Drawing) -> Drawing:
    """Return a drawing without its links: what all are measured on."""
    return replace(drawing, edges=tuple(path for path in drawing.edges if path.edge.kind in FLOW), frames=(), lanes=())


def by_dot(drawing: Drawing, limit_s: float) -> Drawing:
    """Lay the boxes and flow edges of a drawing out by dot, from top to bottom, with splines.

    Raises:
        PeerError: If dot is not there, fails, or takes longer than ``limit_s``.
    """
    if shutil.which("dot") is None:
        raise PeerError("dot is not installed")
    flow = flow_of(drawing)
    number = {box.node.key: index for index, box in enumerate(flow.nodes)}
    lines = ["digraph {", 'rankdir=TB; nodesep=0.42; ranksep=0.42; node [shape=box, fixedsize=true, label=""];']
    for index, box in enumerate(flow.nodes):
        lines.append(f"{index} [width={box.rect.width / _INCH_PX:.4f}, height={box.rect.height / _INCH_PX:.4f}];")
    lines += [f"{number[path.edge.source]} -> {number[path.edge.target]};" for path in flow.edges]
    said = _run(["dot", "-Tplain"], "\n".join([*lines, "}"]), limit_s)
    return _from_plain(flow, said, number)


def _from_plain(flow: Drawing, said: str, number: dict[NodeKey, int]) -> Drawing:
    places: dict[int, Point] = {}
    routes: dict[tuple[int, int], list[tuple[Point, ...]]] = {}
    for line in said.splitlines():
        words = line.split()
        if words[0] == "node":
            places[int(words[1])] = (float(words[2]) * _INCH_PX, -float(words[3]) * _INCH_PX)
        elif words[0] == "edge":
            numbers = [float(word) * _INCH_PX for word in words[4 : 4 + 2 * int(words[3])]]
            points = tuple((x, -y) for x, y in zip(numbers[::2], numbers[1::2], strict=True))
            routes.setdefault((int(words[1]), int(words[2])), []).append(points)
    ends = [(number[path.edge.source], number[path.edge.target]) for path in flow.edges]
    return _placed(flow, [places[index] for index in range(len(flow.nodes))], [routes[pair].pop(0) for pair in ends])


def by_dagre(drawing: Drawing, limit_s: float) -> Drawing:
    """Lay the boxes and flow edges of a drawing out by dagre, from top to bottom.

    Raises:
        PeerError: If node or dagre are not there, it fails, or it takes longer than ``limit_s``.
    """
    if shutil.which("node") is None or not (DAGRE_HOME / "node_modules").is_dir():
        raise PeerError("dagre is not installed")
    flow = flow_of(drawing)
    number = {box.node.key: index for index, box in enumerate(flow.nodes)}
    graph = {
        "nodes": [(box.rect.width, box.rect.height) for box in flow.nodes],
        "edges": [(number[path.edge.source], number[path.edge.target]) for path in flow.edges],
    }
    said = json.loads(_run(["node", "--stack-size=8000", "-e", _DAGRE], json.dumps(graph), limit_s))
    routes = [_as_curves([(float(x), float(y)) for x, y in points]) for points in said["edges"]]
    return _placed(flow, [(float(x), float(y)) for x, y in said["nodes"]], routes)


def _as_curves(points: list[Point]) -> tuple[Point, ...]:
    """A polyline as straight Bezier pieces."""
    route = points[:1]
    for (ax, ay), (bx, by) in pairwise(points):
        route += [(ax + (bx - ax) / 3, ay + (by - ay) / 3), (ax + (bx - ax) * 2 / 3, ay + (by - ay) * 2 / 3), (bx, by)]
    return tuple(route)


def _run(words: Sequence[str], text: str, limit_s: float) -> str:
    environment = os.environ | {"NODE_PATH": str(DAGRE_HOME / "node_modules")}
    try:
        done = subprocess.run(
            words, input=text, capture_output=True, text=True, timeout=limit_s, check=False, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise PeerTookTooLongError(f"over {limit_s:g} s") from error
    if done.returncode != 0 or not done.stdout:
        raise PeerError(f"ended with exit code {done.returncode}")
    return done.stdout


def _placed(flow: Drawing, centers: Sequence[Point], routes: Sequence[tuple[Point, ...]]) -> Drawing:
    boxes = tuple(
        NodeBox(box.node, Rect(x - box.rect.width / 2, y - box.rect.height / 2, box.rect.width, box.rect.height))
        for box, (x, y) in zip(flow.nodes, centers, strict=True)
    )
    left, top = min(box.rect.x for box in boxes), min(box.rect.y for box in boxes)
    right, bottom = max(box.rect.right for box in boxes), max(box.rect.bottom for box in boxes)
    edges = tuple(EdgePath(path.edge, route) for path, route in zip(flow.edges, routes, strict=True))
    return replace(flow, nodes=boxes, edges=edges, bounds=Rect(left, top, right - left, bottom - top))
