"""Graphs of the kinds that programs make, of about any size, placed by the program's own layout."""

from collections.abc import Callable

from engine.drawing import arrange
from engine.drawing.drawing import Drawing
from engine.graph import Folding, build_view_graph, iterations
from engine.trace.facts import Role
from engine.trace.recording import Recording
from tests.support.made import Maker, chain, recurrence, residual


def drawing_of(recording: Recording) -> Drawing:
    """Return the drawing of the last iteration with every group open."""
    return arrange(build_view_graph(recording, iterations(recording)[-1], Folding().with_all_open()))


def transformer(blocks: int, heads: int = 8) -> Recording:
    """Blocks of attention with some heads side by side, each with its own weights, and a feed-forward part; no loss."""
    maker = Maker()
    h = maker.leaf("x", (8, 64))
    for n in range(blocks):
        maker.enter(f"net.layers.{n}", "Block", line=10)
        shared = maker.op("layer_norm", h, line=11)
        parts = []
        for k in range(heads):
            q, key, v = (
                maker.op("linear", shared, maker.leaf(f"net.layers.{n}.{w}{k}", (64, 8), Role.PARAMETER), line=12)
                for w in "qkv"
            )
            scores = maker.op("softmax", maker.op("matmul", q, key, line=13), line=13)
            parts.append(maker.op("matmul", scores, v, line=13))
        h = maker.op("add", h, maker.op("cat", *parts, line=14), line=15)
        inner = maker.op("linear", h, maker.leaf(f"net.layers.{n}.up", (64, 256), Role.PARAMETER), line=16)
        down = maker.leaf(f"net.layers.{n}.down", (256, 64), Role.PARAMETER)
        inner = maker.op("linear", maker.op("gelu", inner, line=17), down, line=18)
        h = maker.op("add", h, inner, line=19)
        maker.leave()
    return maker.done()


def fan_out(width: int) -> Recording:
    """One tensor that very many ops take, whose results are added in tens."""
    maker = Maker()
    x = maker.leaf("x")
    sums = []
    for n in range(width // 10):
        total = maker.op("mul", x, line=n)
        for _ in range(4):
            total = maker.op("add", total, maker.op("sin", x, line=n), line=n)
        sums.append(total)
    maker.op("stack", *sums)
    return maker.done()


FAMILIES: dict[str, Callable[[int], Recording]] = {
    "chain with skips": lambda boxes: residual(max(1, boxes // 12), 2),
    "transformer": lambda boxes: transformer(max(1, boxes // 78)),
    "unrolled recurrence": lambda boxes: recurrence(max(1, boxes // 24)),
    "forward with backward": lambda boxes: chain(boxes // 2, backward=True),
    "wide fan-out": fan_out,
}
"""By name: a recording whose drawing has about so many boxes."""
