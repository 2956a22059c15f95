"""How long it takes to build and place a graph, in CPU time, and how readable it is, beside dot and dagre.

Peers are measured by the clock, with a limit, on the boxes and flow edges of the drawing that is all open.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from engine.drawing import arrange
from engine.drawing.drawing import Direction, Drawing
from engine.graph import Folding, iterations, scenery_of
from engine.trace.file import read_recording
from engine.trace.recording import Recording
from tests.benchmarks.canvas_families import FAMILIES
from tests.benchmarks.layout_peers import ROOT, PeerError, PeerTookTooLongError, by_dagre, by_dot, flow_of
from tests.benchmarks.row import BenchRow
from tests.support.made import mlp, recurrence, residual
from tests.support.quality import Quality, quality_of, single_straight
from tests.support.recordings import starter_recording

_SIZES = (1_000, 10_000, 50_000)
_LARGEST_OF_PEERS = 10_000
_LIMIT_S = 10.0
"""Longer than this no peer is waited for, and one that takes longer is not asked for a larger graph of its family."""
_LARGEST_MEASURED = 1_500
"""Boxes beyond which crossings are not counted: every edge is held against every other."""
_MOST_BENT = 2.0
_FOLDED_MS, _FLAT_MS, _UNFOLD_MS = 300.0, 1000.0, 50.0
_PEERS = {"dot": by_dot, "dagre": by_dagre}
_REAL = {
    "ResNet-50": "ResNet()(torch.randn(1, 3, 64, 64)).sum().backward()",
    "GPT-2 size": "Gpt()(torch.randint(0, 50257, (1, 16))).sum().backward()",
    "LSTM, 500 steps": "lstm_cell_loop(torch.nn.LSTMCell(8, 8), torch.randn(500, 2, 8)).backward()",
}


def rows() -> list[BenchRow]:
    """Return times and readability of five families at three sizes, of real recordings, and of common pictures."""
    found: list[BenchRow] = []
    given_up: set[tuple[str, str]] = set()
    for boxes in _SIZES:
        for family, make in FAMILIES.items():
            found += _rows_of(family, make(boxes), given_up)
    for name, line in _REAL.items():
        found += _rows_of(name, _recorded(line), given_up)
    for name, recording in (
        ("starter", starter_recording()),
        ("perceptron with optimizer", mlp()),
        ("residual net of 16 blocks", residual(16, 3)),
        ("recurrence of 300 rounds", recurrence(300)),
    ):
        drawing = arrange(scenery_of(recording, iterations(recording)[-1]).view(Folding()))
        found += _clarity(f"{name}, {len(drawing.nodes)} boxes", drawing, goal=0)
    return found


def _rows_of(name: str, recording: Recording, given_up: set[tuple[str, str]]) -> list[BenchRow]:
    """Rows of one graph; pairs of a peer and a family that took too long are skipped and added to ``given_up``."""
    iteration = iterations(recording)[-1]
    scenery = scenery_of(recording, iteration)
    folded, whole = scenery.view(Folding()), scenery.view(Folding().with_all_open())
    label = f"{name}, {len(whole.nodes)} boxes"
    group = next((node.stands_for for node in folded.nodes if node.stands_for is not None), None)

    def unfold() -> None:
        arrange(scenery.view(Folding() if group is None else Folding().with_opened(group)))

    rows = [
        _time("folded, first", label, lambda: arrange(scenery_of(recording, iteration).view(Folding())), _FOLDED_MS),
        _time("unfold a group", label, unfold, _UNFOLD_MS),
        _time("all open, layout", label, lambda: arrange(whole), _FLAT_MS),
    ]
    if len(whole.nodes) > 1.2 * _LARGEST_OF_PEERS:
        return rows
    drawing = arrange(whole, Direction.TOP_DOWN)
    if len(whole.nodes) <= _LARGEST_MEASURED:
        rows += _clarity(f"{label}, own", flow_of(drawing), goal=0)
    for peer, lay_out in _PEERS.items():
        if (peer, name) in given_up:
            rows.append(_without_figure(peer, label, "took too long for a smaller one"))
            continue
        found = _of_peer(peer, label, drawing, lay_out)
        if found is None:
            given_up.add((peer, name))
        rows += found or [_without_figure(peer, label, f"over {_LIMIT_S:g} s")]
    return rows


def _without_figure(peer: str, label: str, reason: str) -> BenchRow:
    return BenchRow(f"all open, {peer}", f"{label}: {reason}", None, "ms")


def _of_peer(
    peer: str, label: str, drawing: Drawing, lay_out: Callable[[Drawing, float], Drawing]
) -> list[BenchRow] | None:
    """Rows of one peer; None when it took too long."""
    began_s = time.monotonic()
    try:
        theirs = lay_out(drawing, _LIMIT_S)
    except PeerTookTooLongError:
        return None
    except PeerError as error:
        return [_without_figure(peer, label, str(error))]
    took = BenchRow(f"all open, {peer}", label, round(1000 * (time.monotonic() - began_s), 1), "ms")
    is_measured = len(theirs.nodes) <= _LARGEST_MEASURED
    return [took, *(_clarity(f"{label}, {peer}", theirs, goal=None) if is_measured else ())]


def _time(name: str, workload: str, work: Callable[[], object], goal_ms: float) -> BenchRow:
    """The best of some rounds, fewer where one takes long."""
    best = _cpu_ms(work)
    for _ in range(2 if best < 1000 else 0):
        best = min(best, _cpu_ms(work))
    return BenchRow(name, workload, round(best, 2), "ms", goal=goal_ms)


def _cpu_ms(work: Callable[[], object]) -> float:
    started_ns = time.process_time_ns()
    work()
    return (time.process_time_ns() - started_ns) / 1e6


def _clarity(label: str, drawing: Drawing, goal: float | None) -> list[BenchRow]:
    quality: Quality = quality_of(drawing)
    bent = 100 * (1 - single_straight(drawing, counts_turns=False))
    bent_goal = None if goal is None else _MOST_BENT
    return [
        BenchRow("edges over foreign boxes", label, quality.node_hits, "hits", goal=goal),
        BenchRow("edges over titles", label, quality.title_hits, "hits", goal=goal),
        BenchRow("crossings", label, quality.crossings, "pairs"),
        BenchRow("edges on one another", label, round(quality.shared_px), "px"),
        BenchRow("straight edges to single inputs", label, round(100 * single_straight(drawing), 1), "%"),
        BenchRow("bent edges to single inputs, turns of columns aside", label, round(bent, 1), "%", goal=bent_goal),
        BenchRow("width", label, round(drawing.bounds.width), "px"),
    ]


def _recorded(line: str) -> Recording:
    """Run a line of a program under the recorder, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        program, out = Path(folder) / "model.py", Path(folder) / "model.chainrule"
        names = "Gpt, ResNet, lstm_cell_loop"
        program.write_text(
            f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nimport torch\n"
            f"from tests.support.models import {names}\n{line}\n",
            encoding="utf-8",
        )
        words = [sys.executable, str(ROOT / "main.py"), "record", str(program), "-o", str(out), "--values", "none"]
        subprocess.run(words, check=True, capture_output=True)
        return read_recording(out)
