"""How long it takes to build and to place a graph, in CPU time on this machine, and how readable the drawing is."""

import time
from collections.abc import Callable

from engine.drawing import arrange
from engine.graph import Folding, build_view_graph, iterations
from engine.graph.view import ViewGraph
from engine.trace.recording import Recording
from tests.benchmarks.row import BenchRow
from tests.support.made import chain, mlp, recurrence, residual
from tests.support.quality import quality_of
from tests.support.recordings import starter_recording

_BUILD_MS = 150.0
_PLACE_MS = {"1k": 250.0, "10k": 2500.0}
_ROUNDS = 3


def rows() -> list[BenchRow]:
    """Return times for graphs of about 1,000 and 10,000 boxes, and what is in the way in common pictures."""
    found = _times("residual net", residual(90, 2), "1k") + _times("recurrence", recurrence(36), "1k")
    found += _times("chain", chain(5_000, backward=True), "10k") + _times("recurrence", recurrence(360), "10k")
    for name, recording in (
        ("starter", starter_recording()),
        ("perceptron with optimizer", mlp()),
        ("residual net of 16 blocks", residual(16, 3)),
        ("recurrence of 300 rounds", recurrence(300)),
    ):
        found += _clarity(name, _view(recording, Folding()))
    return found


def _times(name: str, recording: Recording, size: str) -> list[BenchRow]:
    everything = Folding().with_all_open()
    view = _view(recording, everything)
    label = f"{name}, {len(view.nodes)} boxes"
    return [
        _time("view graph as it first opens", label, lambda: _view(recording, Folding()), _BUILD_MS),
        _time("view graph, all open", label, lambda: _view(recording, everything), None),
        _time("layout, all open", label, lambda: arrange(view), _PLACE_MS[size]),
    ]


def _view(recording: Recording, folding: Folding) -> ViewGraph:
    return build_view_graph(recording, iterations(recording)[-1], folding)


def _time(name: str, workload: str, work: Callable[[], object], goal_ms: float | None) -> BenchRow:
    best = min(_cpu_ms(work) for _ in range(_ROUNDS))
    return BenchRow(name, workload, round(best, 2), "ms", goal=goal_ms)


def _cpu_ms(work: Callable[[], object]) -> float:
    started_ns = time.process_time_ns()
    work()
    return (time.process_time_ns() - started_ns) / 1e6


def _clarity(name: str, view: ViewGraph) -> list[BenchRow]:
    quality = quality_of(arrange(view))
    label = f"{name}, {len(view.nodes)} boxes"
    return [
        BenchRow("edges over foreign boxes", label, quality.node_hits, "hits", goal=0),
        BenchRow("edges over titles", label, quality.title_hits, "hits", goal=0),
        BenchRow("crossings", label, quality.crossings, "pairs"),
        BenchRow("edges on one another", label, round(quality.shared_px), "px"),
        BenchRow("straight flow edges", label, round(100 * quality.straight), "%"),
    ]
