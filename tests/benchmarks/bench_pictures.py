"""How long it takes to write a large graph as a picture, in CPU time on this machine, without its layout."""

import time
from collections.abc import Callable

from engine.drawing import arrange
from engine.graph import Folding, build_view_graph, iterations
from engine.interchange.pdf.page import PdfPage, pdf_pieces
from engine.interchange.svg import svg_pieces
from engine.interchange.tikz import tikz_text
from engine.trace.ids import StepIndex
from gui.theme.fonts import faces
from gui.theme.tokens import LIGHT
from tests.benchmarks.row import BenchRow
from tests.support.made import recurrence

_ROUNDS_OF_RECURRENCE = 1800
_SVG_GOAL_MS = 1000.0


def rows() -> list[BenchRow]:
    """Return the times of one graph of more than 40,000 boxes whose numbers were kept."""
    recording = recurrence(_ROUNDS_OF_RECURRENCE)
    drawing = arrange(build_view_graph(recording, iterations(recording)[-1], Folding().with_all_open()))
    last = StepIndex(len(recording) - 1)
    label = f"recurrence, {len(drawing.nodes)} boxes with numbers"
    page = PdfPage(drawing, last, drawing.bounds)
    return [
        BenchRow(
            "SVG", label, _cpu_ms(lambda: "".join(svg_pieces(drawing, recording, last, LIGHT))), "ms", goal=_SVG_GOAL_MS
        ),
        BenchRow("PDF", label, _cpu_ms(lambda: b"".join(pdf_pieces([page], recording, LIGHT, faces()))), "ms"),
        BenchRow("TikZ", label, _cpu_ms(lambda: tikz_text(drawing, last, LIGHT)), "ms"),
    ]


def _cpu_ms(work: Callable[[], object]) -> float:
    started_ns = time.process_time_ns()
    work()
    return round((time.process_time_ns() - started_ns) / 1e6, 1)
